# What somebody is told, and what to look at first. alerts_conditions.tf says when.

locals {
  alerts = {
    failures = {
      title    = "More than 5 % of tasks fail"
      severity = "CRITICAL"
      first    = "Group the metric bachata/tasks_finished by `code` and `stage` on the dashboard. Codes of the request (SONG_NOT_FOUND, INVALID_REQUEST, NO_MOVES) are callers' mistakes: look who sends them. UNAVAILABLE or UNREACHABLE: look at the database's alerts and Google's status. INTERNAL or JOB_FAILED are ours: `bachata list` names the tasks; filter the log by jsonPayload.task_id."
    }
    slow = {
      title    = "One video in twenty takes more than 3 minutes"
      severity = "WARNING"
      first    = "The dashboard shows which step: functions' latency, and the job's. Analyze slow: many new songs at once, raise max_instances. Plan slow: Gemini answers late (gemini_timeout) or the index is being made. Job slow: clips that were never conformed are encoded whole; its log says `moves were encoded whole`, then run `bachata library add` again."
    }
    stuck = {
      title    = "A task stopped moving"
      severity = "WARNING"
      first    = "The sweep has failed it; its log line names the task and its execution. Open that execution in Workflows: cancelled by hand, or ended by a limit? Several at once: look for an outage at that time."
    }
    unrecorded = {
      title    = "The workflow could tell nobody"
      severity = "WARNING"
      first    = "Finalize or the database was away when an execution failed (jsonPayload.unrecorded; the sweep will fail the task), or a refused message could not be published (jsonPayload.lost holds it). jsonPayload.because says why. Look at finalize's log and the database's alerts."
    }
    sweep = {
      title    = "The sweep does not run"
      severity = "WARNING"
      first    = "Cloud Scheduler's log says what finalize answered. 403: the scheduler's account lost roles/run.invoker or the audience is not the function's address. 5xx: finalize's log. Until it runs, tasks whose execution died stay unfinished."
    }
    dead_letters = {
      title    = "Messages were refused"
      severity = "WARNING"
      first    = "They hold no valid request. `gcloud pubsub subscriptions pull choreography-dead --limit=10 --format=json` shows them; their attributes say why. Mend the sender, publish again what is worth it, acknowledge the rest."
    }
    requests_waiting = {
      title    = "Requests wait to be started"
      severity = "CRITICAL"
      first    = "Eventarc cannot start executions: its account lost roles/workflows.invoker, the workflow is gone, or the region holds as many executions as it may. `gcloud eventarc triggers describe choreography-requests` and the quotas page of Workflows."
    }
    database_cpu = {
      title    = "The database is busy"
      severity = "WARNING"
      first    = "Query Insights names the statements. More videos than planned for: raise database_tier. One statement: look for a migration or a person."
    }
    database_disk = {
      title    = "The database's disk fills"
      severity = "CRITICAL"
      first    = "The disk grows by itself up to disk_autoresize_limit; this is near it or growing faster. Look at the largest tables (blueprints, move_embeddings) and at transaction logs: is a replication slot or a long transaction holding them?"
    }
    database_connections = {
      title    = "The database's connections run out"
      severity = "CRITICAL"
      first    = "More instances or renders than planned for: lower max_instances, or raise database_max_connections with the tier. `SELECT usename, count(*) FROM pg_stat_activity GROUP BY 1` says whose they are."
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  count = var.alert_email == null ? 0 : 1

  display_name = "Bachata Buddy operators"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "alert" {
  for_each = local.alerts

  display_name          = "Bachata: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = google_monitoring_notification_channel.email[*].id

  documentation {
    mime_type = "text/markdown"
    content   = "## Look at first\n${each.value.first}"
  }

  conditions {
    display_name = each.value.title

    dynamic "condition_prometheus_query_language" {
      for_each = contains(keys(local.queries), each.key) ? [local.queries[each.key]] : []

      content {
        query                     = condition_prometheus_query_language.value
        duration                  = "0s"
        evaluation_interval       = "60s"
        disable_metric_validation = true
      }
    }

    dynamic "condition_threshold" {
      for_each = contains(keys(local.thresholds), each.key) ? [local.thresholds[each.key]] : []

      content {
        filter                  = condition_threshold.value.filter
        comparison              = "COMPARISON_GT"
        threshold_value         = condition_threshold.value.above
        duration                = condition_threshold.value.for
        evaluation_missing_data = condition_threshold.value.for == "0s" ? null : "EVALUATION_MISSING_DATA_INACTIVE"

        aggregations {
          alignment_period     = "300s"
          per_series_aligner   = condition_threshold.value.aligner
          cross_series_reducer = condition_threshold.value.reducer
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }
}
