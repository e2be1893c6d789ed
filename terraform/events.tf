# A message on `choreography-requests` starts the workflow. Eventarc owns the subscription behind it, which takes no
# dead-letter policy of ours, and counts a message as delivered once the execution has started. What is no request is
# therefore put on `choreography-dead` by the workflow itself.

resource "google_pubsub_topic" "requests" {
  name = "choreography-requests"

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic" "dead" {
  name = "choreography-dead"

  depends_on = [google_project_service.api]
}

# A topic without a subscription forgets what is published. Nobody reads this one but people, so it keeps what it can.
resource "google_pubsub_subscription" "dead" {
  name                       = "choreography-dead"
  topic                      = google_pubsub_topic.dead.id
  message_retention_duration = "2678400s" # 31 days, the longest there is
  ack_deadline_seconds       = 60

  expiration_policy {
    ttl = "" # never: it is looked at when something went wrong, which may be months from now
  }
}

resource "google_eventarc_trigger" "requests" {
  name            = "choreography-requests"
  location        = var.region
  service_account = google_service_account.component["trigger"].email

  matching_criteria {
    attribute = "type"
    value     = "google.cloud.pubsub.topic.v1.messagePublished"
  }

  destination {
    workflow = google_workflows_workflow.choreography.id
  }

  transport {
    pubsub {
      topic = google_pubsub_topic.requests.id
    }
  }

  depends_on = [google_project_iam_member.component]
}
