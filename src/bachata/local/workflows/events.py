"""A Pub/Sub push as the CloudEvent that Eventarc gives a workflow.

https://docs.cloud.google.com/workflows/docs/trigger-workflow-eventarc
"""

from __future__ import annotations

import base64
import uuid
from typing import Any

from .api import ApiError


def cloud_event(push: dict[str, Any], received: str) -> dict[str, Any]:
    """The event of `{"message": {data, messageId, attributes, publishTime}, "subscription"}`.

    `received` stands in for a missing publish time. Raises ApiError 400 when the body is no push: Pub/Sub sends none
    such. What the message says is the workflow's business.
    """
    message = push.get("message")
    if not isinstance(message, dict):
        raise ApiError(400, "INVALID_ARGUMENT", "a Pub/Sub push has a message")
    try:
        base64.b64decode(message.get("data") or "", validate=True)
    except (ValueError, TypeError):
        raise ApiError(400, "INVALID_ARGUMENT", "the data of a Pub/Sub message is base64") from None
    topic = message.get("attributes", {}).get("topic") if isinstance(message.get("attributes"), dict) else None
    return {
        "specversion": "1.0",
        "id": str(message.get("messageId") or message.get("message_id") or uuid.uuid4()),
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
        "source": f"//pubsub.googleapis.com/{topic or 'projects/local/topics/local'}",
        "time": str(message.get("publishTime") or message.get("publish_time") or received),
        "datacontenttype": "application/json",
        "data": {"message": message, "subscription": push.get("subscription", "")},
    }
