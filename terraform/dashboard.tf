# One page: what comes in, what becomes of it, how long it takes, what it stands on.

locals {
  finished_tasks = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.tasks_finished.name}\""
  task_seconds   = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.task_seconds.name}\""

  tiles = [
    { title = "Tasks ended, by outcome", group = "metric.label.outcome", aligner = "ALIGN_SUM", reducer = "REDUCE_SUM", plot = "STACKED_BAR",
    filter = local.finished_tasks },
    { title = "Failures, by code", group = "metric.label.code", aligner = "ALIGN_SUM", reducer = "REDUCE_SUM", plot = "STACKED_BAR",
    filter = "${local.finished_tasks} AND metric.labels.outcome=\"failed\"" },
    { title = "Seconds from request to video, p95", group = null, aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95", plot = "LINE",
    filter = local.task_seconds },
    { title = "Functions: latency of a request, p95 (ms)", group = "resource.label.service_name", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95", plot = "LINE",
    filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_latencies\"" },
    { title = "Functions: instances", group = "resource.label.service_name", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", plot = "LINE",
    filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/container/instance_count\"" },
    { title = "Functions: memory used, of what they have", group = "resource.label.service_name", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_99", plot = "LINE",
    filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/container/memory/utilizations\"" },
    { title = "Renders that run", group = "resource.label.job_name", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", plot = "LINE",
    filter = "resource.type=\"cloud_run_job\" AND metric.type=\"run.googleapis.com/job/running_executions\"" },
    { title = "Executions of the workflow ended, by status", group = "metric.label.status", aligner = "ALIGN_SUM", reducer = "REDUCE_SUM", plot = "STACKED_BAR",
    filter = "resource.type=\"workflows.googleapis.com/Workflow\" AND metric.type=\"workflows.googleapis.com/workflow/finished_execution_count\"" },
    { title = "Dead letters", group = null, aligner = "ALIGN_MAX", reducer = "REDUCE_MAX", plot = "LINE",
    filter = local.thresholds.dead_letters.filter },
    { title = "Database: CPU", group = null, aligner = "ALIGN_MEAN", reducer = "REDUCE_MAX", plot = "LINE",
    filter = local.thresholds.database_cpu.filter },
    { title = "Database: disk", group = null, aligner = "ALIGN_MEAN", reducer = "REDUCE_MAX", plot = "LINE",
    filter = local.thresholds.database_disk.filter },
    { title = "Database: connections, of ${var.database_max_connections}", group = null, aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", plot = "LINE",
    filter = local.thresholds.database_connections.filter },
  ]
}

resource "google_monitoring_dashboard" "pipeline" {
  dashboard_json = jsonencode({
    displayName = "Bachata Buddy ${var.environment}"
    gridLayout = {
      columns = "3"
      widgets = [for tile in local.tiles : {
        title = tile.title
        xyChart = {
          dataSets = [{
            plotType = tile.plot
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = tile.filter
                aggregation = {
                  alignmentPeriod    = "300s"
                  perSeriesAligner   = tile.aligner
                  crossSeriesReducer = tile.reducer
                  groupByFields      = tile.group == null ? [] : [tile.group]
                }
              }
            }
          }]
        }
      }]
    }
  })

  depends_on = [google_project_service.api]
}
