# What each component may do in the media bucket, by prefix: docs/architecture.md, "Storage keys and permissions".

locals {
  media_objects = "projects/_/buckets/${google_storage_bucket.media.name}/objects"

  # Replacing an object counts as deleting it: whoever writes needs more than roles/storage.objectCreator.
  media_reads = {
    analyze   = ["songs/"]
    plan      = ["analysis/"]
    finalize  = ["output/"]
    assembler = ["songs/", "moves/", "blueprints/"]
    migrate   = ["moves/"] # adopts published libraries
  }
  media_writes = {
    analyze   = ["analysis/"]
    plan      = ["blueprints/", "moves/{library}/index/"]
    assembler = ["output/", "cache/audio/", "cache/pieces/"]
  }

  media_grants = merge(
    { for account, prefixes in local.media_reads : "${account} reads" => {
      account = account, role = "roles/storage.objectViewer", prefixes = prefixes
    } },
    { for account, prefixes in local.media_writes : "${account} writes" => {
      account = account, role = "roles/storage.objectUser", prefixes = prefixes
    } },
  )
}

resource "google_storage_bucket_iam_member" "media" {
  for_each = local.media_grants

  bucket = google_storage_bucket.media.name
  role   = each.value.role
  member = google_service_account.component[each.value.account].member

  condition {
    title = replace(each.key, " ", "-")
    # extract() gives what stands for {library}, or nothing when the name is not of that form.
    expression = join(" || ", [for prefix in each.value.prefixes : strcontains(prefix, "{")
      ? "resource.name.extract(\"${local.media_objects}/${prefix}\") != \"\""
      : "resource.name.startsWith(\"${local.media_objects}/${prefix}\")"
    ])
  }
}

# Listing is asked of the bucket, so no condition on an object's name can hold it. All four need it: without it Cloud
# Storage answers 403 instead of 404 for an object that is not there, and whether one is there is what they ask.
resource "google_project_iam_custom_role" "object_lister" {
  role_id     = "bachataObjectLister"
  title       = "Bachata object lister"
  description = "Sees which objects a bucket holds, reads none"
  permissions = ["storage.objects.list"]

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "media_lister" {
  for_each = local.media_reads

  bucket = google_storage_bucket.media.name
  role   = google_project_iam_custom_role.object_lister.id
  member = google_service_account.component[each.key].member
}
