# Metrics counted from log lines. Finalize writes one for every task that ends (src/bachata/tasks/outcomes.py) and for every
# one its sweep gives up; the workflow for what it could tell nobody.

locals {
  finalize_log = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.component["finalize"].name}\""
  task_line    = "${local.finalize_log} AND jsonPayload.event=\"task_finished\""
}

resource "google_logging_metric" "tasks_finished" {
  name        = "bachata/tasks_finished"
  description = "Tasks that ended, by how"
  filter      = local.task_line

  label_extractors = {
    outcome = "EXTRACT(jsonPayload.outcome)"
    stage   = "EXTRACT(jsonPayload.stage)"
    code    = "EXTRACT(jsonPayload.code)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "outcome"
      value_type  = "STRING"
      description = "completed, failed or cancelled"
    }
    labels {
      key         = "stage"
      value_type  = "STRING"
      description = "Where it ended"
    }
    labels {
      key         = "code"
      value_type  = "STRING"
      description = "The error's code (docs/errors.md); empty unless it failed"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "task_seconds" {
  name            = "bachata/task_seconds"
  description     = "Seconds from request to video"
  filter          = "${local.task_line} AND jsonPayload.outcome=\"completed\""
  value_extractor = "EXTRACT(jsonPayload.seconds)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"
  }

  bucket_options {
    explicit_buckets { # 180 is a bound, so that the alert's comparison with it is exact
      bounds = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300, 600, 1200, 3600, 7200, 14400]
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "tasks_stuck" {
  name        = "bachata/tasks_stuck"
  description = "Tasks the sweep gave up"
  filter      = "${local.finalize_log} AND severity=ERROR AND jsonPayload.idle_seconds>0"

  label_extractors = {
    execution_state = "EXTRACT(jsonPayload.execution_state)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "execution_state"
      value_type  = "STRING"
      description = "What had become of the workflow's execution"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "tasks_unrecorded" {
  name        = "bachata/tasks_unrecorded"
  description = "What the workflow could put neither into the task nor into the dead-letter topic"
  filter      = "resource.type=\"workflows.googleapis.com/Workflow\" AND severity=ERROR AND (jsonPayload.unrecorded:* OR jsonPayload.lost:*)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "sweeps_failed" {
  name        = "bachata/sweeps_failed"
  description = "Sweeps that got no answer, or a bad one"
  filter      = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"${google_cloud_scheduler_job.sweep.name}\" AND severity>=ERROR"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}
