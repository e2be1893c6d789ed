# The three functions. `google_cloudfunctions2_function` is the plain way from an archive to a service; each is reached
# from inside the project only: Workflows and Cloud Scheduler count as inside.
#
# Memory: peaks measured in docs/artefacts.md (a start to its first answer, all processes) and what is not in them.
#   analyze  162 MB for a song of four minutes (262 MB in benchmarks/music/results.md, with another's filterbank), + the song
#            on the scratch disk, which is memory: 1 GiB leaves room for half an hour of music. One song takes a whole CPU.
#   plan     112 MB with 40 moves; the index of 100,000 maps 490 MB more (docs/traps.md), and each further request adds less
#            than the first: 4 at once stay below 1 GiB, 2 GiB hold a library twice as large. They mostly wait for Gemini;
#            alone one takes 0.9 s of CPU (benchmarks/results/pipeline-media.md).
#   finalize 73 MB, and a Result of some KB each: 512 MiB, the least of Cloud Run's second generation. A request is two SQL
#            statements and two small reads: 8 at once.
# Timeouts are those of workflows/choreography.yaml; `pool` is the connections of a process.

locals {
  functions = {
    analyze = {
      memory = "1Gi", cpu = "1", concurrency = 1, timeout = 1800, instances = var.max_instances.analyze, pool = 1
      env    = {}
    }
    plan = {
      memory = "2Gi", cpu = "1", concurrency = 4, timeout = 600, instances = var.max_instances.plan, pool = 2
      env = merge(
        { MOVE_LIBRARY = var.move_library },
        var.gemini.access == "off" ? {} : { GEMINI_MODEL = var.gemini.model },
        local.vertex ? { GEMINI_VERTEX = "true", GEMINI_LOCATION = var.gemini.location } : {},
      )
    }
    finalize = {
      memory = "512Mi", cpu = "1", concurrency = 8, timeout = 120, instances = var.max_instances.finalize, pool = 2
      env = {
        WORKFLOW_NAME       = local.workflow_name
        SWEEP_AFTER_SECONDS = tostring(var.sweep.after_seconds)
        SWEEP_LIMIT_SECONDS = tostring(var.sweep.limit_seconds)
      }
    }
  }

  # What functions and jobs alike are told.
  log_env = {
    GOOGLE_CLOUD_PROJECT = var.project_id # links log lines with traces
    LOG_LEVEL            = var.log_level
  }
  database_env = {
    INSTANCE_CONNECTION_NAME = google_sql_database_instance.main.connection_name
    DB_NAME                  = google_sql_database.main.name
  }
  storage_env = {
    STORAGE_BACKEND = "gcs"
    GCS_BUCKET_NAME = google_storage_bucket.media.name
  }
}

resource "google_cloudfunctions2_function" "component" {
  for_each = local.functions

  name     = each.key
  location = var.region

  build_config {
    runtime           = "python313"
    entry_point       = each.key
    service_account   = google_service_account.component["builder"].id
    docker_repository = google_artifact_registry_repository.functions.id

    # With it Python compiles by hash: by time, an image's new times would make all of it stale at each cold start.
    environment_variables = { SOURCE_DATE_EPOCH = "0" }

    source {
      storage_source {
        bucket = google_storage_bucket.sources.name
        object = google_storage_bucket_object.archive[each.key].name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.component[each.key].email
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"
    available_memory                 = each.value.memory
    available_cpu                    = each.value.cpu
    timeout_seconds                  = each.value.timeout
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = 0
    max_instance_count               = each.value.instances
    all_traffic_on_latest_revision   = true
    direct_vpc_egress                = "VPC_EGRESS_PRIVATE_RANGES_ONLY"

    direct_vpc_network_interface { # to the database
      network    = google_compute_network.main.name
      subnetwork = google_compute_subnetwork.serverless.name
    }

    environment_variables = merge(local.log_env, local.storage_env, local.database_env, each.value.env, {
      DB_USER         = google_sql_user.component[each.key].name
      DB_POOL_SIZE    = tostring(each.value.pool)
      THREADS         = tostring(each.value.concurrency) # of functions-framework's server
      XDG_RUNTIME_DIR = "/tmp"                           # gunicorn's control socket; there is no HOME to write to
    })

    # By reference: neither state nor plan ever holds the key.
    dynamic "secret_environment_variables" {
      for_each = each.key == "plan" && var.gemini.access == "key" ? [var.gemini.key_version] : []

      content {
        key        = "GEMINI_API_KEY"
        project_id = var.project_id
        secret     = google_secret_manager_secret.gemini.secret_id
        version    = secret_environment_variables.value
      }
    }
  }

  # A build without its roles fails, and so does a start without the secret or the bucket.
  depends_on = [
    google_artifact_registry_repository_iam_member.builder,
    google_project_iam_member.builder_sources,
    google_project_iam_member.component,
    google_secret_manager_secret_iam_member.plan,
    google_storage_bucket_iam_member.media,
  ]
}
