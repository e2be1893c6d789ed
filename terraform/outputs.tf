# What to do next, word for word.

locals {
  images_pushed = var.assembler_image != null && var.migrate_image != null
  images_file   = "environments/${var.environment}-images.tfvars"
  apply         = "terraform apply -var-file=environments/${var.environment}.tfvars"

  registry = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
  # A tag is the hash of its build context: what has been pushed need not be pushed again.
  images = { for name in ["assembler", "migrate"] :
    name => "${local.registry}/${name}:${substr(filesha256("${var.artefacts}/${name}.zip"), 0, 12)}"
  }

  in_project  = "--project=${var.project_id}"
  in_location = "${local.in_project} --location=${var.region}"

  commands = {
    push_images = join("\n", concat(
      ["gcloud auth configure-docker ${var.region}-docker.pkg.dev --quiet"],
      flatten([for name, image in local.images : [
        "rm -rf ${var.artefacts}/${name} && python3 -m zipfile -e ${var.artefacts}/${name}.zip ${var.artefacts}/${name}",
        "docker build --platform=linux/amd64 --tag=${image} ${var.artefacts}/${name} && docker push ${image}",
      ]]),
      ["{ ${join("; ", [for name, image in local.images :
        "echo \"${name}_image = \\\"$(gcloud artifacts docker images describe ${image} ${local.in_project} --format='value(image_summary.fully_qualified_digest)')\\\"\""
      ])}; } > ${local.images_file}"],
    ))
    migrate        = "gcloud run jobs execute migrate ${local.in_project} --region=${var.region} --wait"
    add_gemini_key = "gcloud secrets versions add ${google_secret_manager_secret.gemini.secret_id} ${local.in_project} --data-file=-"
    upload_song    = "gcloud storage cp SONG.mp3 gs://${google_storage_bucket.media.name}/songs/SONG.mp3"
    submit         = "gcloud workflows run ${google_workflows_workflow.choreography.name} ${local.in_location} --data='{\"song\": \"songs/SONG.mp3\", \"difficulty\": \"beginner\"}'"
    publish        = "gcloud pubsub topics publish ${google_pubsub_topic.requests.name} ${local.in_project} --message='{\"song\": \"songs/SONG.mp3\"}'"
    watch          = "gcloud workflows executions list ${google_workflows_workflow.choreography.name} ${local.in_location}"
    fetch_video    = "gcloud storage cp gs://${google_storage_bucket.media.name}/output/user_USER/choreography_TASK.mp4 ."
    dead_letters   = "gcloud pubsub subscriptions pull ${google_pubsub_subscription.dead.name} ${local.in_project} --limit=10 --format=json"
    log_of_a_task  = "gcloud logging read 'jsonPayload.task_id=\"TASK\"' ${local.in_project} --order=asc"
  }
}

output "next_steps" {
  description = "What is still to be done before the first video, in this order: terraform output -raw next_steps"
  value = join("\n", concat(
    !local.images_pushed ? [
      "# Build and push the images, write down their digests, apply again:",
      local.commands.push_images,
      "${local.apply} -var-file=${local.images_file}",
    ] : [],
    local.images_pushed ? [
      "# Make the tables, grant the accounts what they need (again after every change of the schema):",
      local.commands.migrate,
      "# Upload a song and ask for its video:",
      local.commands.upload_song,
      local.commands.submit,
    ] : [],
    var.gemini.access == "off" ? [
      "# If Gemini shall help: add a key, set gemini = { access = \"key\" } in the environment's tfvars, apply again.",
      local.commands.add_gemini_key,
    ] : [],
    [""],
  ))
}

output "commands" {
  description = "Commands by name: terraform output -json commands"
  value       = local.commands
}

output "media_bucket" {
  description = "Where songs, moves and videos lie."
  value       = google_storage_bucket.media.name
}

output "database" {
  description = "Connection name of the database, for the Cloud SQL connector."
  value       = google_sql_database_instance.main.connection_name
}

output "dashboard" {
  description = "Address of the dashboard."
  value       = "https://console.cloud.google.com/monitoring/dashboards?project=${var.project_id}"
}
