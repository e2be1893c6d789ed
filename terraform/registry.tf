# Images: those of the jobs, which are pushed, and those Cloud Build makes of the functions' archives.

resource "google_artifact_registry_repository" "images" {
  repository_id = "bachata-images"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the assembler and migrate jobs"

  docker_config {
    immutable_tags = true # a tag is the hash of a build context
  }

  depends_on = [google_project_service.api]
}

resource "google_artifact_registry_repository" "functions" {
  repository_id = "bachata-functions"
  location      = var.region
  format        = "DOCKER"
  description   = "Images Cloud Build makes of the functions"

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }

  depends_on = [google_project_service.api]
}
