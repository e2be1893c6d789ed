# What must never be true, held against an apply. The provider is mocked, so this touches no cloud and needs no account:
# `make terraform`. What HCL is the wrong tool for is in tools/infrastructure/rules.

mock_provider "google" {}

variables {
  project_id                 = "bachata-buddy-test"
  environment                = "prod"
  protect_data               = true
  database_high_availability = true
  soft_delete_days           = 7
  alert_email                = "oncall@example.com"
  billing_account            = "0123AB-4567CD-89EF01"
  submitters                 = ["group:dancers@example.com"]
  librarians                 = ["user:ana@example.com"]
  gemini                     = { access = "key" }
  assembler_image            = "europe-west1-docker.pkg.dev/p/r/assembler@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  migrate_image              = "europe-west1-docker.pkg.dev/p/r/migrate@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

# One run: applying again for each question would take most of the time.
run "exposed_granted_secret" {
  command = apply

  assert {
    condition     = google_sql_database_instance.main.settings[0].ip_configuration[0].ipv4_enabled == false
    error_message = "The database has a public address."
  }

  assert {
    condition     = google_sql_database_instance.main.settings[0].connector_enforcement == "REQUIRED"
    error_message = "The database can be reached past the connector."
  }

  assert {
    condition     = alltrue([for bucket in [google_storage_bucket.media, google_storage_bucket.sources] : bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access])
    error_message = "A bucket can be made public."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.component : function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"])
    error_message = "A function can be called from outside."
  }

  assert {
    condition = length(setintersection(["allUsers", "allAuthenticatedUsers"], concat(
      [for grant in google_project_iam_member.component : grant.member],
      [for grant in google_project_iam_member.submitter : grant.member],
      [for grant in google_cloud_run_v2_service_iam_member.caller : grant.member],
      [for grant in google_cloud_run_v2_job_iam_member.workflow : grant.member],
      [for grant in google_storage_bucket_iam_member.media : grant.member],
      [for grant in google_storage_bucket_iam_member.media_lister : grant.member],
      [for grant in google_storage_bucket_iam_member.submitter : grant.member],
      [google_pubsub_topic_iam_member.workflow.member],
    ))) == 0
    error_message = "Something is granted to everybody."
  }

  assert {
    condition = length(setsubtract(
      concat([for grant in google_project_iam_member.component : grant.role], [for grant in google_project_iam_member.submitter : grant.role]),
      [
        "roles/aiplatform.user", "roles/cloudsql.client", "roles/cloudsql.instanceUser", "roles/eventarc.eventReceiver",
        "roles/logging.logWriter", "roles/run.viewer", "roles/workflows.invoker", "roles/workflows.viewer",
      ],
    )) == 0
    error_message = "A role is granted on the whole project that is not on the list."
  }

  assert {
    condition     = alltrue([for grant in google_storage_bucket_iam_member.media : length(grant.condition) == 1])
    error_message = "Somebody may use the whole media bucket."
  }

  assert {
    condition     = google_cloud_run_v2_job_iam_member.workflow[0].role == "roles/run.jobsExecutorWithOverrides"
    error_message = "The workflow cannot hand a blueprint to the job."
  }

  assert {
    condition     = google_cloudfunctions2_function.component["plan"].service_config[0].secret_environment_variables[0].secret == google_secret_manager_secret.gemini.secret_id
    error_message = "The key does not come from the secret."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.component : !contains(keys(function.service_config[0].environment_variables), "GEMINI_API_KEY")])
    error_message = "The key is written into an environment."
  }

  assert {
    condition     = length(google_secret_manager_secret_iam_member.plan) == 1
    error_message = "Plan cannot read the key."
  }
}

run "vertex_needs_no_key" {
  command = plan

  variables {
    gemini = { access = "vertex" }
  }

  assert {
    condition     = length(google_secret_manager_secret_iam_member.plan) == 0 && contains(keys(google_project_iam_member.component), "plan roles/aiplatform.user")
    error_message = "With Vertex AI plan acts as its own account, without the secret."
  }
}

run "without_gemini_no_access" {
  command = plan

  variables {
    gemini = { access = "off" }
  }

  assert {
    condition     = length(google_secret_manager_secret_iam_member.plan) == 0 && !contains(keys(google_project_iam_member.component), "plan roles/aiplatform.user")
    error_message = "Without Gemini nobody needs access to it."
  }
}
