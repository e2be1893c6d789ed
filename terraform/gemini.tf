# Gemini reads sentences and directs, when it may: by a key, which lies in Secret Manager, or on Vertex AI as the plan
# function's own account, without a key.

locals {
  vertex = var.gemini.access == "vertex"
}

# The secret is there before anything reads it, since a function cannot start on a secret without a version. The value is
# added by hand (output `commands.add_gemini_key`) and never passes through Terraform.
resource "google_secret_manager_secret" "gemini" {
  secret_id           = "gemini-api-key"
  deletion_protection = false # a key can be made again in a minute

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}
