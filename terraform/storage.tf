# One bucket holds what the pipeline reads and writes (docs/architecture.md names its prefixes), another the archives the
# functions are built from.

resource "google_storage_bucket" "media" {
  name                        = "${var.project_id}-media"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.protect_data

  # Encoded pieces of renders; one that ends deletes its own. Older ones belong to renders that were given up.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 7
      matches_prefix = ["cache/pieces/"]
    }
  }

  # Encoded sound of songs: made again when it is missing.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 90
      matches_prefix = ["cache/audio/"]
    }
  }

  # Uploads that broke off are billed and cannot be seen.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.output_days == null ? [] : [var.output_days]

    content {
      action {
        type = "Delete"
      }
      condition {
        age            = lifecycle_rule.value
        matches_prefix = ["output/"]
      }
    }
  }

  # What was deleted or replaced by mistake can be had back this long, and is billed as long.
  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 86400
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket" "sources" {
  name                        = "${var.project_id}-function-sources"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # every archive can be built again from its commit

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  depends_on = [google_project_service.api]
}

# Named by content: a function is built again when its archive changes, and only then.
resource "google_storage_bucket_object" "archive" {
  for_each = local.functions

  bucket = google_storage_bucket.sources.name
  name   = "${each.key}-${filesha256("${var.artefacts}/${each.key}.zip")}.zip"
  source = "${var.artefacts}/${each.key}.zip"
}
