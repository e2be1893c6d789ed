"""`topics.publish` of the Pub/Sub API on 127.0.0.1, for the workflow's connector."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, Self

from bachata.errors import Unavailable
from bachata.local.tokens import bears
from bachata.local.workflows.api import ApiError, ApiHandler, ApiServer

_PUBLISH = re.compile(r"/v1/(?P<topic>projects/[^/:]+/topics/[^/:]+):publish")
_MOST = 1000
"""Messages a publish may hold, as in the cloud. https://cloud.google.com/pubsub/quotas"""

Publish = Callable[[str, list[dict[str, Any]]], list[str]]
"""Takes a topic's full name and messages; gives their ids. Raises ValueError for wrong ones, KeyError for no topic."""


class TopicsServer:
    """Serves from `with` to its end; `token` is the bearer token asked of callers."""

    def __init__(self, publish: Publish, *, token: str) -> None:
        self._publish = publish
        self._token = token
        self._server = ApiServer(0, self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="topics-api", daemon=True)

    @property
    def url(self) -> str:
        """Base address of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[ApiHandler]:
        server = self

        class Handler(ApiHandler):
            def answer(self, method: str, path: str, query: dict[str, str]) -> dict[str, Any]:  # noqa: ARG002
                if not bears(self.headers.get("Authorization", ""), server._token):
                    raise ApiError(401, "UNAUTHENTICATED", "The request has no valid bearer token.")
                match = _PUBLISH.fullmatch(path)
                if method != "POST" or match is None:
                    raise ApiError(404, "NOT_FOUND", f"{method} {path} is not served here.")
                return {"messageIds": server._published(match["topic"], self.json_body())}

        return Handler

    def _published(self, topic: str, body: dict[str, Any]) -> list[str]:
        messages = body.get("messages")
        if not isinstance(messages, list) or not 0 < len(messages) <= _MOST or not all(map(_is_map, messages)):
            raise ApiError(400, "INVALID_ARGUMENT", f"messages is a list of 1 to {_MOST} messages")
        try:
            return self._publish(topic, messages)
        except KeyError:
            raise ApiError(404, "NOT_FOUND", f"Resource not found (resource={topic.rsplit('/', 1)[1]}).") from None
        except ValueError as error:
            raise ApiError(400, "INVALID_ARGUMENT", str(error)) from None
        except Unavailable as error:
            raise ApiError(503, "UNAVAILABLE", error.message) from None


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)
