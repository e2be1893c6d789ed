# Who may do what. Roles are granted on the narrowest thing that can hold them; tools/infrastructure checks that no
# other is granted and that each is needed.

locals {
  database_user = ["roles/cloudsql.client", "roles/cloudsql.instanceUser"]

  # Of services that have no finer place for a role.
  project_roles = {
    analyze   = local.database_user
    plan      = concat(local.database_user, local.vertex ? ["roles/aiplatform.user"] : [])
    finalize  = concat(local.database_user, ["roles/workflows.viewer"]) # the sweep asks whether an execution lives
    assembler = local.database_user
    migrate   = local.database_user
    workflow  = ["roles/logging.logWriter", "roles/run.viewer"] # its connector polls the job's operation
    trigger   = ["roles/eventarc.eventReceiver", "roles/workflows.invoker"]
    builder   = ["roles/logging.logWriter"]
  }

  callers = {
    "workflow analyze"   = { account = "workflow", function = "analyze" }
    "workflow plan"      = { account = "workflow", function = "plan" }
    "workflow finalize"  = { account = "workflow", function = "finalize" }
    "scheduler finalize" = { account = "scheduler", function = "finalize" }
  }
}

resource "google_project_iam_member" "component" {
  for_each = merge([
    for account, roles in local.project_roles : { for role in roles : "${account} ${role}" => { account = account, role = role } }
  ]...)

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.component[each.value.account].member
}

# A function is a Cloud Run service of the same name. google_cloudfunctions2_function_iam_member would grant another
# role, which lets nobody call it.
resource "google_cloud_run_v2_service_iam_member" "caller" {
  for_each = local.callers

  name     = google_cloudfunctions2_function.component[each.value.function].name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.component[each.value.account].member
}

# roles/run.invoker runs a job only as it is; the workflow hands over the blueprint.
resource "google_cloud_run_v2_job_iam_member" "workflow" {
  count = length(google_cloud_run_v2_job.assembler)

  name     = google_cloud_run_v2_job.assembler[count.index].name
  location = var.region
  role     = "roles/run.jobsExecutorWithOverrides"
  member   = google_service_account.component["workflow"].member
}

resource "google_pubsub_topic_iam_member" "workflow" {
  topic  = google_pubsub_topic.dead.name
  role   = "roles/pubsub.publisher"
  member = google_service_account.component["workflow"].member
}

resource "google_secret_manager_secret_iam_member" "plan" {
  count = var.gemini.access == "key" ? 1 : 0

  secret_id = google_secret_manager_secret.gemini.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.component["plan"].member
}

# Cloud Build reads the archive and keeps the image.
resource "google_artifact_registry_repository_iam_member" "builder" {
  repository = google_artifact_registry_repository.functions.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.component["builder"].member
}

# Cloud Functions copies the archive into a bucket of its own, named by itself: of everything in the project the builder
# may read only what is not media.
resource "google_project_iam_member" "builder_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.component["builder"].member

  condition {
    title      = "not-media"
    expression = "!resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.media.name}\")"
  }
}
