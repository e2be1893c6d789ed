# People and programs that may ask for videos: upload songs, submit, watch, cancel, fetch what was made.

locals {
  submitter_roles = ["roles/workflows.invoker", "roles/run.viewer"]
}

resource "google_project_iam_member" "submitter" {
  for_each = { for pair in setproduct(var.submitters, local.submitter_roles) : join(" ", pair) => { member = pair[0], role = pair[1] } }

  project = var.project_id
  role    = each.value.role
  member  = each.value.member

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic_iam_member" "submitter" {
  for_each = var.submitters

  topic  = google_pubsub_topic.requests.name
  role   = "roles/pubsub.publisher"
  member = each.value
}

# Cancels a render that runs.
resource "google_cloud_run_v2_job_iam_member" "submitter" {
  for_each = var.assembler_image == null ? toset([]) : var.submitters

  name     = google_cloud_run_v2_job.assembler[0].name
  location = var.region
  role     = "roles/run.jobsExecutor"
  member   = each.value
}

resource "google_storage_bucket_iam_member" "submitter" {
  for_each = { for pair in setproduct(var.submitters, ["songs/ roles/storage.objectUser", "output/ roles/storage.objectViewer"]) : join(" ", pair) => {
    member = pair[0], prefix = split(" ", pair[1])[0], role = split(" ", pair[1])[1]
  } }

  bucket = google_storage_bucket.media.name
  role   = each.value.role
  member = each.value.member

  condition {
    title      = "submitter-${trimsuffix(each.value.prefix, "/")}"
    expression = "resource.name.startsWith(\"${local.media_objects}/${each.value.prefix}\")"
  }
}
