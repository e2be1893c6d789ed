"""Every way in which Gemini can fail, as one error with a reason code.

What the service, the network or the library said is looked at here and goes no further: it may hold the key, an
address with it, or text of whoever answered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from bachata.errors import GeminiUnavailable

Reason = Literal[
    "rate_limited", "server_error", "timeout", "unreachable", "unauthorised", "refused", "blocked", "cut_off",
    "malformed", "answer_too_large", "prompt_too_large", "spent",
]  # fmt: skip

WORDS: dict[Reason, str] = {
    "rate_limited": "Gemini has had too many questions: wait, or raise the quota",
    "server_error": "Gemini has a fault of its own; try again later",
    "timeout": "Gemini did not answer in time: try again later, or raise GEMINI_TIMEOUT",
    "unreachable": "Gemini cannot be reached: check the network and GEMINI_BASE_URL",
    "unauthorised": "Gemini does not accept who asks: check GEMINI_API_KEY, or the account's role for Vertex AI",
    "refused": "Gemini refuses the question: check GEMINI_MODEL and GEMINI_EMBEDDING_MODEL",
    "blocked": "Gemini declined to answer on grounds of its policies",
    "cut_off": "Gemini's answer was cut off",
    "malformed": "Gemini's answer is not what was asked for",
    "answer_too_large": "Gemini's answer is larger than any we asked for",
    "prompt_too_large": "The question is too long for Gemini",
    "spent": "Gemini has answered this request already",
}

_STATUS: dict[int, Reason] = {
    401: "unauthorised",
    403: "unauthorised",
    408: "timeout",
    429: "rate_limited",
    504: "timeout",
}
_DELAY = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")


class AnswerTooLarge(Exception):
    """The wire was handed more bytes than it takes."""


def unavailable(reason: Reason, *, retry_after: float | None = None, details: str = "") -> GeminiUnavailable:
    """The error for a reason."""
    return GeminiUnavailable(WORDS[reason], reason=reason, retry_after=retry_after, details=details or reason)


def translate(error: Exception) -> GeminiUnavailable:
    """What an exception of google-genai, google-auth or HTTP means. Only its type is told, its words are not."""
    import httpx2
    from google.auth import exceptions as auth
    from google.genai import errors

    kind = type(error).__name__
    match error:
        case GeminiUnavailable():
            return error
        case errors.APIError():
            return _of_status(error)
        case AnswerTooLarge():
            return unavailable("answer_too_large", details=kind)
        case httpx2.TimeoutException():
            return unavailable("timeout", details=kind)
        case httpx2.DecodingError():
            return unavailable("malformed", details=kind)
        case httpx2.HTTPError() | auth.TransportError() | OSError():
            return unavailable("unreachable", details=kind)
        case auth.GoogleAuthError():
            return unavailable("unauthorised", details=kind)
        case _:  # the library met something it did not expect in what was answered
            return unavailable("malformed", details=kind)


def _of_status(error: Any) -> GeminiUnavailable:
    code = error.code if isinstance(error.code, int) else 0
    reason: Reason = _STATUS.get(code) or ("server_error" if code >= 500 else "refused")
    infos = _infos(error.details)
    if any(info.get("reason") == "API_KEY_INVALID" for info in infos):  # comes with a plain 400
        reason = "unauthorised"
    headers = getattr(error.response, "headers", None) or {}
    asked = [_after(headers.get("retry-after")), *(_delay(info.get("retryDelay")) for info in infos)]
    waits = [seconds for seconds in asked if seconds is not None]
    return unavailable(reason, retry_after=max(waits, default=None), details=f"HTTP {code}")


def _infos(body: Any) -> list[Mapping[str, Any]]:
    """The details of an error body (google.rpc.ErrorInfo, RetryInfo …), whatever shape it really has."""
    inner = body.get("error") if isinstance(body, dict) else None
    found = inner.get("details") if isinstance(inner, dict) else None
    return [info for info in found if isinstance(info, dict)] if isinstance(found, list) else []


def _delay(value: Any) -> float | None:
    match = _DELAY.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) if match else None


def _after(value: Any) -> float | None:
    """Seconds of a Retry-After header: a number, or a date."""
    if not isinstance(value, str):
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):  # TypeError: a date without a zone
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
