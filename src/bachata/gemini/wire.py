"""The HTTP client google-genai speaks through. Imported with it, at the first question."""

from __future__ import annotations

import time
from typing import Any

import httpx2

from bachata.gemini.faults import AnswerTooLarge

ANSWER_BYTES = 8_000_000
"""A hundred embeddings written out in full take less than 1 MB; whatever is ten times that is no answer of ours."""

_FRAMING = ("content-encoding", "content-length", "transfer-encoding")


class BoundedClient(httpx2.Client):
    """Reads an answer whole, up to ANSWER_BYTES and within the request's timeout counted from its start.

    httpx counts its timeout anew for every piece received, so a server that drips would never end it. Redirects are not
    followed: the key would go along.
    """

    def send(self, request: httpx2.Request, **_options: Any) -> httpx2.Response:
        """The complete response. Raises AnswerTooLarge, or an error of httpx2."""
        allowed = request.extensions.get("timeout", {}).get("read")
        ends = time.monotonic() + allowed if allowed else float("inf")
        response = super().send(request, stream=True, follow_redirects=False)
        body = bytearray()
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES:
                    raise AnswerTooLarge
                if time.monotonic() > ends:
                    raise httpx2.ReadTimeout("the answer came too slowly", request=request)
        finally:
            response.close()
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _FRAMING]
        return httpx2.Response(response.status_code, headers=headers, content=bytes(body), request=request)
