# When an alert fires. `queries` are PromQL over metrics of ours: only there can a metric be named before its first line was
# counted, which takes minutes after a first deployment. `thresholds` are over Google's: `filter` aligned by `aligner` over
# five minutes, reduced over all series, is above `above` for `for`.

locals {
  # logging.googleapis.com/user/bachata/tasks_finished, as PromQL says it
  series = { for key, metric in {
    finished   = google_logging_metric.tasks_finished.name
    seconds    = google_logging_metric.task_seconds.name
    stuck      = google_logging_metric.tasks_stuck.name
    unrecorded = google_logging_metric.tasks_unrecorded.name
    sweeps     = google_logging_metric.sweeps_failed.name
  } : key => "logging_googleapis_com:user_${replace(metric, "/", "_")}" }

  # A metric counted from lines belongs to no one kind of resource, so a query has to say which it means.
  from_finalize  = "monitored_resource=\"cloud_run_revision\""
  from_workflow  = "monitored_resource=\"workflows.googleapis.com/Workflow\""
  from_scheduler = "monitored_resource=\"cloud_scheduler_job\""

  queries = {
    failures = join(" / ", [
      "sum(increase(${local.series.finished}{${local.from_finalize},outcome=\"failed\"}[1h]))",
      "sum(increase(${local.series.finished}{${local.from_finalize}}[1h])) > 0.05",
    ])
    slow       = "histogram_quantile(0.95, sum by (le) (increase(${local.series.seconds}_bucket{${local.from_finalize}}[1h]))) > 180"
    stuck      = "sum(increase(${local.series.stuck}{${local.from_finalize}}[10m])) > 0"
    unrecorded = "sum(increase(${local.series.unrecorded}{${local.from_workflow}}[10m])) > 0"
    sweep      = "sum(increase(${local.series.sweeps}{${local.from_scheduler}}[1h])) > 2" # one or two may meet a deployment
  }

  on_database = "resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project_id}:${google_sql_database_instance.main.name}\""
  # The trigger gives projects/P/subscriptions/S.
  on_requests = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${reverse(split("/", google_eventarc_trigger.requests.transport[0].pubsub[0].subscription))[0]}\""
  on_dead     = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead.name}\""

  thresholds = {
    dead_letters = {
      filter = "${local.on_dead} AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      above  = 0, for = "0s", aligner = "ALIGN_MAX", reducer = "REDUCE_MAX"
    }
    requests_waiting = {
      filter = "${local.on_requests} AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      above  = 600, for = "0s", aligner = "ALIGN_MAX", reducer = "REDUCE_MAX"
    }
    database_cpu = {
      filter = "${local.on_database} AND metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\""
      above  = 0.8, for = "900s", aligner = "ALIGN_MEAN", reducer = "REDUCE_MAX"
    }
    database_disk = {
      filter = "${local.on_database} AND metric.type=\"cloudsql.googleapis.com/database/disk/utilization\""
      above  = 0.85, for = "600s", aligner = "ALIGN_MEAN", reducer = "REDUCE_MAX"
    }
    database_connections = { # a series for each database
      filter = "${local.on_database} AND metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\""
      above  = floor(0.8 * var.database_max_connections), for = "600s", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM"
    }
  }
}
