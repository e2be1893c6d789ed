# PostgreSQL 17 with a private address only. Everybody signs in as a service account through the connector; there is no
# password anywhere.

locals {
  # Connections that can be open at once: instances (or tasks) × the pool of a process. Nobody is refused while the sum stays
  # under the limit; PostgreSQL keeps 3 for its superuser, Cloud SQL a few for itself, and a person may look.
  connections = (
    sum([for f in local.functions : f.instances * f.pool])
    + var.parallel_renders # the task that stitches reports; those that share do not
  )
  connections_reserved = 13
}

resource "google_sql_database_instance" "main" {
  name                = var.database_instance
  region              = var.region
  database_version    = "POSTGRES_17"
  deletion_protection = var.protect_data # against Terraform; in settings: against everybody

  settings {
    edition                     = "ENTERPRISE" # from PostgreSQL 16 on another default refuses the custom tiers
    tier                        = var.database_tier
    availability_type           = var.database_high_availability ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = 10
    disk_autoresize             = true
    disk_autoresize_limit       = 100
    connector_enforcement       = "REQUIRED"
    deletion_protection_enabled = var.protect_data
    retain_backups_on_delete    = var.protect_data

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.main.id
      ssl_mode        = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED" # the connector brings one
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      start_time                     = "03:00"
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = var.backups_kept
        retention_unit   = "COUNT"
      }
    }

    maintenance_window {
      day          = 2 # Tuesday, 04:00 UTC: after the backup, and people are at work when something is amiss
      hour         = 4
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }

    dynamic "database_flags" {
      for_each = {
        "cloudsql.iam_authentication"         = "on"
        "max_connections"                     = tostring(var.database_max_connections)
        "log_connections"                     = "on"
        "log_disconnections"                  = "on"
        "log_checkpoints"                     = "on"
        "log_lock_waits"                      = "on"
        "log_temp_files"                      = "0"
        "log_min_error_statement"             = "error"
        "idle_in_transaction_session_timeout" = "60000"
      }

      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  lifecycle {
    precondition {
      condition     = local.connections + local.connections_reserved <= var.database_max_connections
      error_message = "The functions and renders may hold ${local.connections} connections and ${local.connections_reserved} stay reserved, but database_max_connections is ${var.database_max_connections}: raise it, or lower max_instances or parallel_renders."
    }
  }

  # Nothing in the arguments says that a private address needs the peering to be there.
  depends_on = [google_service_networking_connection.sql]
}

resource "google_sql_database" "main" {
  name            = "bachata_buddy"
  instance        = google_sql_database_instance.main.name
  deletion_policy = "ABANDON" # goes with the instance; alone it could not while somebody is connected
}

# Who may do what in it: the migrate job brings each user to the privileges of its part (src/bachata/tasks/privileges.py).
locals {
  database_grantees = { for part, user in google_sql_user.component : user.name => part if part != "migrate" }
}

# Users begin without rights: the migrate job makes the tables and grants the others what they need.
resource "google_sql_user" "component" {
  for_each = toset(["analyze", "plan", "finalize", "assembler", "migrate"])

  instance        = google_sql_database_instance.main.name
  type            = "CLOUD_IAM_SERVICE_ACCOUNT"
  name            = trimsuffix(google_service_account.component[each.key].email, ".gserviceaccount.com")
  database_roles  = each.key == "migrate" ? ["cloudsqlsuperuser"] : null # it owns the tables
  deletion_policy = "ABANDON"                                            # PostgreSQL keeps users that own or were granted something
}
