# People who bring songs and moves in: they write to the bucket (`bachata library publish`), and the migrate job, which is
# where the database is, makes rows of it (`adopt`).

resource "google_storage_bucket_iam_member" "librarian" {
  for_each = var.librarians

  bucket = google_storage_bucket.media.name
  role   = "roles/storage.objectUser"
  member = each.value

  condition {
    title = "librarian"
    expression = join(" || ", [for prefix in ["songs/", "moves/"] :
      "resource.name.startsWith(\"${local.media_objects}/${prefix}\")"
    ])
  }
}

resource "google_storage_bucket_iam_member" "librarian_lister" {
  for_each = var.librarians

  bucket = google_storage_bucket.media.name
  role   = google_project_iam_custom_role.object_lister.id
  member = each.value
}

resource "google_cloud_run_v2_job_iam_member" "librarian" {
  for_each = var.migrate_image == null ? toset([]) : var.librarians

  name     = google_cloud_run_v2_job.migrate[0].name
  location = var.region
  role     = "roles/run.jobsExecutorWithOverrides" # the library's name is an argument
  member   = each.value
}
