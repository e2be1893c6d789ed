# Every ten minutes finalize looks for tasks that stopped moving: an execution that was cancelled or died says so to nobody.

resource "google_cloud_scheduler_job" "sweep" {
  name             = "choreography-sweep"
  region           = var.region
  description      = "Fails tasks whose execution is over"
  schedule         = "*/10 * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "120s" # as long as the function may take

  retry_config {
    retry_count = 0 # the next one comes soon
  }

  http_target {
    uri         = google_cloudfunctions2_function.component["finalize"].service_config[0].uri
    http_method = "POST"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode(jsonencode({ action = "sweep" }))

    oidc_token {
      service_account_email = google_service_account.component["scheduler"].email
      audience              = google_cloudfunctions2_function.component["finalize"].service_config[0].uri
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.caller]
}
