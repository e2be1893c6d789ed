# Values that cannot be meant are refused, with a sentence, before anything is made. Several in a run: each must fail.

mock_provider "google" {}

variables {
  project_id                 = "bachata-buddy-test"
  environment                = "prod"
  protect_data               = true
  database_high_availability = true
  soft_delete_days           = 7
  alert_email                = "oncall@example.com"
}

run "what_and_where" {
  command = plan

  variables {
    project_id      = "123456789012"                                     # a number
    region          = "europe-west1-b"                                   # a zone
    protect_data    = false                                              # in prod
    artefacts       = "nowhere"                                          # no archives there
    assembler_image = "europe-west1-docker.pkg.dev/p/r/assembler:latest" # a tag
    migrate_image   = "europe-west1-docker.pkg.dev/p/r/migrate:1"        # a tag
    submitters      = ["allUsers"]                                       # everybody
    log_level       = "ERROR"                                            # hides tasks that ended
    move_library    = "a/b"                                              # a path
    gemini          = { access = "yes" }                                 # neither key nor vertex
    alert_email     = null                                               # in prod
    billing_account = "My Billing Account"                               # a name
    monthly_budget  = 0.5                                                # cents
  }

  expect_failures = [
    var.project_id,
    var.region,
    var.protect_data,
    var.artefacts,
    var.assembler_image,
    var.migrate_image,
    var.submitters,
    var.log_level,
    var.move_library,
    var.gemini,
    var.alert_email,
    var.billing_account,
    var.monthly_budget,
  ]
}

run "how_much" {
  command = plan

  variables {
    environment              = "staging"                # has no decision about its data
    max_instances            = { plan = 0 }             # nobody would answer
    parallel_renders         = 0.5                      # half a render
    database_instance        = "Bachata"                # a capital
    database_tier            = "db-f1-micro"            # a shared core
    database_max_connections = 10                       # too few
    backups_kept             = 2                        # fewer than days of recovery
    soft_delete_days         = 3                        # neither 0 nor 7
    output_days              = 0                        # not even a day
    subnet_range             = "10.10.0.0/28"           # too small for Cloud Run
    sql_range                = "10.20.0.0/28"           # too small for Cloud SQL
    sweep                    = { limit_seconds = 3600 } # shorter than a render
  }

  expect_failures = [
    var.environment,
    var.max_instances,
    var.parallel_renders,
    var.database_instance,
    var.database_tier,
    var.database_max_connections,
    var.backups_kept,
    var.soft_delete_days,
    var.output_days,
    var.subnet_range,
    var.sql_range,
    var.sweep,
  ]
}

run "other_ways_to_be_wrong" {
  command = plan

  variables {
    gemini       = { access = "key", key_version = "AIza-looks-like-a-key" } # the key itself
    librarians   = ["allAuthenticatedUsers"]                                 # everybody with an account
    submitters   = ["ana@example.com"]                                       # user or group?
    subnet_range = "10.10.0.0"                                               # an address
    sweep        = { after_seconds = 1 }                                     # every task would be asked for
    alert_email  = "oncall"                                                  # nobody
    log_level    = "LOUD"                                                    # no level
  }

  expect_failures = [
    var.gemini,
    var.librarians,
    var.submitters,
    var.subnet_range,
    var.sweep,
    var.alert_email,
    var.log_level,
  ]
}

run "more_connections_than_the_database_takes" {
  command = plan

  variables {
    max_instances = { plan = 100 }
  }

  expect_failures = [google_sql_database_instance.main]
}
