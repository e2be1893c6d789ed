# When an alert fires: `filter` aligned by `aligner` over `window`, reduced over all series, is above `above` for `for`.
# `of` is what it is a share of.

locals {
  log_metric = { for key, metric in {
    finished   = google_logging_metric.tasks_finished.name
    seconds    = google_logging_metric.task_seconds.name
    stuck      = google_logging_metric.tasks_stuck.name
    unrecorded = google_logging_metric.tasks_unrecorded.name
    sweeps     = google_logging_metric.sweeps_failed.name
  } : key => "metric.type=\"logging.googleapis.com/user/${metric}\"" }

  on_finalize = "resource.type=\"cloud_run_revision\""
  on_database = "resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project_id}:${google_sql_database_instance.main.name}\""
  on_trigger  = google_eventarc_trigger.requests.transport[0].pubsub[0].subscription

  counted = { window = "300s", for = "0s", aligner = "ALIGN_SUM", reducer = "REDUCE_SUM", of = null }
  gauged  = { window = "300s", for = "600s", aligner = "ALIGN_MEAN", reducer = "REDUCE_MAX", of = null }

  conditions = {
    failures = merge(local.counted, {
      filter = "${local.on_finalize} AND ${local.log_metric.finished} AND metric.labels.outcome=\"failed\""
      of     = "${local.on_finalize} AND ${local.log_metric.finished}"
      above  = 0.05
      window = "3600s"
    })
    slow = merge(local.counted, {
      filter  = "${local.on_finalize} AND ${local.log_metric.seconds}"
      above   = 180
      window  = "3600s"
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_PERCENTILE_95"
    })
    stuck = merge(local.counted, {
      filter = "${local.on_finalize} AND ${local.log_metric.stuck}"
      above  = 0
    })
    unrecorded = merge(local.counted, {
      filter = "resource.type=\"workflows.googleapis.com/Workflow\" AND ${local.log_metric.unrecorded}"
      above  = 0
    })
    sweep = merge(local.counted, {
      filter = "resource.type=\"cloud_scheduler_job\" AND ${local.log_metric.sweeps}"
      above  = 2 # one or two may meet a deployment
      window = "3600s"
    })
    dead_letters = merge(local.gauged, {
      filter  = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      above   = 0
      for     = "0s"
      aligner = "ALIGN_MAX"
    })
    requests_waiting = merge(local.gauged, {
      # The trigger gives projects/P/subscriptions/S.
      filter  = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${reverse(split("/", local.on_trigger))[0]}\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      above   = 600
      for     = "0s"
      aligner = "ALIGN_MAX"
    })
    database_cpu = merge(local.gauged, {
      filter = "${local.on_database} AND metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\""
      above  = 0.8
      for    = "900s"
    })
    database_disk = merge(local.gauged, {
      filter = "${local.on_database} AND metric.type=\"cloudsql.googleapis.com/database/disk/utilization\""
      above  = 0.85
    })
    database_connections = merge(local.gauged, {
      filter  = "${local.on_database} AND metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\""
      above   = floor(0.8 * var.database_max_connections)
      aligner = "ALIGN_MAX"
      reducer = "REDUCE_SUM" # a series for each database
    })
  }
}
