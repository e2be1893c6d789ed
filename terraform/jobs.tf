# The jobs: the assembler renders, migrate brings the database to the newest schema. Their images are pushed between the
# first apply, which makes the registry, and the second; until then the jobs are not there (output `next_steps`).
#
# Memory, measured (benchmarks/assembly/results.md): two pieces encoded at once peak at 238 MB; the clips, the pieces and the
# finished video lie on the scratch disk, which is memory: 62 + 18 + 67 MB for 232 s of 720p30. 2 GiB hold a long video in
# 1080p. Two CPUs, for PIECES_AT_ONCE=2.

resource "google_cloud_run_v2_job" "assembler" {
  count = var.assembler_image == null ? 0 : 1

  name                = local.assembler_job
  location            = var.region
  deletion_protection = false # it holds nothing: an image and settings

  template {
    template {
      service_account = google_service_account.component["assembler"].email
      timeout         = "3600s" # an attempt; the workflow says the same, and waits for all four
      max_retries     = 3

      containers {
        image = var.assembler_image

        resources {
          limits = {
            cpu    = "2"
            memory = "2Gi"
          }
        }

        dynamic "env" {
          for_each = merge(local.log_env, local.storage_env, local.database_env, {
            DB_USER        = google_sql_user.component["assembler"].name
            PIECES_AT_ONCE = "2"
          })

          content {
            name  = env.key
            value = env.value
          }
        }
      }

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = google_compute_network.main.name
          subnetwork = google_compute_subnetwork.serverless.name
        }
      }
    }
  }

  depends_on = [google_project_iam_member.component, google_storage_bucket_iam_member.media]
}

resource "google_cloud_run_v2_job" "migrate" {
  count = var.migrate_image == null ? 0 : 1

  name                = "migrate"
  location            = var.region
  deletion_protection = false

  template {
    template {
      service_account = google_service_account.component["migrate"].email
      timeout         = "600s"
      max_retries     = 0 # a migration that failed wants to be looked at

      containers {
        image = var.migrate_image

        resources {
          limits = {
            cpu    = "1"
            memory = "512Mi"
          }
        }

        dynamic "env" {
          for_each = merge(local.storage_env, local.log_env, local.database_env, { # storage: published libraries
            DB_USER     = google_sql_user.component["migrate"].name
            DB_GRANTEES = jsonencode(local.database_grantees)
          })

          content {
            name  = env.key
            value = env.value
          }
        }
      }

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = google_compute_network.main.name
          subnetwork = google_compute_subnetwork.serverless.name
        }
      }
    }
  }

  depends_on = [google_project_iam_member.component, google_storage_bucket_iam_member.media]
}
