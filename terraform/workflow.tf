# The only place that knows the order of steps is the YAML file; here it gets its addresses.

locals {
  # By name, not by reference: the workflow names the functions, and finalize's sweep names the workflow.
  workflow_name = "projects/${var.project_id}/locations/${var.region}/workflows/choreography"
  assembler_job = "assembler"
}

resource "google_workflows_workflow" "choreography" {
  name                = "choreography"
  region              = var.region
  description         = "A song or a sentence in, a dance video out"
  service_account     = google_service_account.component["workflow"].id
  source_contents     = file("${path.module}/../workflows/choreography.yaml")
  call_log_level      = "LOG_ERRORS_ONLY"
  deletion_protection = false # it holds nothing, and replacing it must stay possible

  user_env_vars = {
    ANALYZE_URL       = google_cloudfunctions2_function.component["analyze"].service_config[0].uri
    PLAN_URL          = google_cloudfunctions2_function.component["plan"].service_config[0].uri
    FINALIZE_URL      = google_cloudfunctions2_function.component["finalize"].service_config[0].uri
    ASSEMBLER_JOB     = local.assembler_job
    DEAD_LETTER_TOPIC = google_pubsub_topic.dead.id
  }

  depends_on = [google_cloud_run_v2_service_iam_member.caller, google_project_iam_member.component]
}
