# People who bring songs and moves in (`bachata library add`), from a machine inside the network.

locals {
  librarian_roles = toset(["roles/cloudsql.client", "roles/cloudsql.instanceUser"])
}

resource "google_sql_user" "librarian" {
  for_each = var.librarians

  instance        = google_sql_database_instance.main.name
  type            = "CLOUD_IAM_USER"
  name            = each.value
  deletion_policy = "ABANDON"
}

resource "google_project_iam_member" "librarian" {
  for_each = { for pair in setproduct(var.librarians, local.librarian_roles) : join(" ", pair) => { email = pair[0], role = pair[1] } }

  project = var.project_id
  role    = each.value.role
  member  = "user:${each.value.email}"

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "librarian" {
  for_each = var.librarians

  bucket = google_storage_bucket.media.name
  role   = "roles/storage.objectUser"
  member = "user:${each.value}"

  condition {
    title = "librarian"
    expression = join(" || ", [for prefix in ["songs/", "moves/", "analysis/"] :
      "resource.name.startsWith(\"${local.media_objects}/${prefix}\")"
    ])
  }
}

resource "google_storage_bucket_iam_member" "librarian_lister" {
  for_each = var.librarians

  bucket = google_storage_bucket.media.name
  role   = google_project_iam_custom_role.object_lister.id
  member = "user:${each.value}"
}
