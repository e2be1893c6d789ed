# What differs between environments, and a first apply before any image is there.

mock_provider "google" {}

variables {
  project_id                 = "bachata-buddy-test"
  database_high_availability = false
  soft_delete_days           = 0
}

run "dev_can_be_thrown_away" {
  command = apply

  variables {
    environment  = "dev"
    protect_data = false
  }

  assert {
    condition = (
      !google_sql_database_instance.main.deletion_protection
      && !google_sql_database_instance.main.settings[0].deletion_protection_enabled
      && google_storage_bucket.media.force_destroy
    )
    error_message = "dev must go with one destroy."
  }

  assert {
    condition     = length(google_cloud_run_v2_job.assembler) == 0 && strcontains(output.next_steps, "docker build")
    error_message = "Before the images are pushed there is no job, and the next step says how to push them."
  }
}

run "prod_keeps_its_data" {
  command = plan

  variables {
    environment      = "prod"
    protect_data     = true
    soft_delete_days = 7
    alert_email      = "oncall@example.com"
  }

  assert {
    condition = (
      google_sql_database_instance.main.deletion_protection
      && google_sql_database_instance.main.settings[0].deletion_protection_enabled
      && google_sql_database_instance.main.settings[0].backup_configuration[0].point_in_time_recovery_enabled
      && !google_storage_bucket.media.force_destroy
    )
    error_message = "prod's data must survive a destroy."
  }

  assert {
    condition     = alltrue([for alert in google_monitoring_alert_policy.alert : length(alert.notification_channels) == 1])
    error_message = "In prod every alert tells somebody."
  }
}

run "with_images_the_jobs_are_there" {
  command = apply

  variables {
    environment     = "dev"
    protect_data    = false
    assembler_image = "europe-west1-docker.pkg.dev/p/r/assembler@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    migrate_image   = "europe-west1-docker.pkg.dev/p/r/migrate@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }

  assert {
    condition     = google_workflows_workflow.choreography.user_env_vars["ASSEMBLER_JOB"] == google_cloud_run_v2_job.assembler[0].name
    error_message = "The workflow runs another job."
  }

  assert {
    condition     = strcontains(output.next_steps, output.commands.migrate) && strcontains(output.next_steps, output.commands.submit)
    error_message = "The next steps are to migrate and to submit."
  }

  assert {
    condition     = google_cloud_scheduler_job.sweep.http_target[0].oidc_token[0].audience == google_cloudfunctions2_function.component["finalize"].service_config[0].uri
    error_message = "The sweep's token is for somebody else."
  }
}
