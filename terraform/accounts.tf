# A service account for each component, and no key for any of them.

locals {
  accounts = {
    analyze   = "Function: hears songs"
    plan      = "Function: plans dances, chooses songs"
    finalize  = "Function: opens, closes and sweeps tasks"
    assembler = "Job: renders videos"
    migrate   = "Job: brings the database to the newest schema"
    workflow  = "Workflow: calls functions, runs the assembler"
    trigger   = "Eventarc: starts the workflow for a message"
    scheduler = "Cloud Scheduler: asks finalize to sweep"
    builder   = "Cloud Build: makes the functions' images"
  }
}

resource "google_service_account" "component" {
  for_each = local.accounts

  account_id   = "bachata-${each.key}"
  display_name = "bachata ${each.key}"
  description  = each.value

  depends_on = [google_project_service.api]
}
