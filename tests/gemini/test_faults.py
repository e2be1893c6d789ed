"""What each kind of failure is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, get_args

import httpx2
import pytest
from google.auth import exceptions as auth
from google.genai import errors
from hypothesis import given
from hypothesis import strategies as st

from bachata.gemini.faults import WORDS, AnswerTooLarge, Reason, translate, unavailable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["error", "details", "reason", "retryDelay"]), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


def api(code: int, body: Any = None, headers: dict[str, str] | None = None) -> errors.APIError:
    return errors.APIError(code, body if body is not None else {}, httpx2.Response(code, headers=headers))


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(get_args(Reason))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx2.ReadTimeout("x"), "timeout"),
        (httpx2.ConnectTimeout("x"), "timeout"),
        (httpx2.ConnectError("x"), "unreachable"),
        (httpx2.RemoteProtocolError("x"), "unreachable"),
        (httpx2.DecodingError("x"), "malformed"),
        (auth.TransportError("x"), "unreachable"),
        (auth.RefreshError("x"), "unauthorised"),
        (auth.DefaultCredentialsError("x"), "unauthorised"),
        (AnswerTooLarge(), "answer_too_large"),
        (FileNotFoundError("x"), "unreachable"),  # certificates that are not there
        (ValueError("x"), "malformed"),
        (RecursionError("x"), "malformed"),
        (api(418), "refused"),
        (api(599), "server_error"),
        (api(400, {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}), "unauthorised"),
        (unavailable("blocked"), "blocked"),
    ],
)
def test_reasons(error: Exception, reason: str) -> None:
    assert translate(error).reason == reason


def test_only_the_kind_of_a_failure_is_told() -> None:
    told = translate(ValueError("secret"))
    assert (told.details, told.message) == ("ValueError", WORDS["malformed"])
    assert translate(api(500, {"message": "secret"})).details == "HTTP 500"


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "12"}, {}, 12.0),
        ({"retry-after": "0.5"}, {}, 0.5),
        ({"Retry-After": "-3"}, {}, 0.0),
        ({"Retry-After": "nan"}, {}, None),
        ({"Retry-After": "soon"}, {}, None),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, {}, 0.0),
        ({}, {"error": {"details": [{"retryDelay": "3.5s"}]}}, 3.5),
        ({"Retry-After": "2"}, {"error": {"details": [{"retryDelay": "3s"}]}}, 3.0),
        ({}, {"error": {"details": [{"retryDelay": "forever"}, 7]}}, None),
        ({}, {"error": "no object"}, None),
        ({}, {}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], body: Any, seconds: float | None) -> None:
    assert translate(api(429, body, headers)).retry_after == seconds


def test_a_date_to_wait_for() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    asked = translate(api(503, {}, {"Retry-After": later})).retry_after
    assert asked is not None
    assert 240 < asked <= 300


@given(st.integers(0, 999), JSON, st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
def test_no_body_and_no_header_is_too_odd(code: int, body: Any, header: str) -> None:
    error = errors.APIError.__new__(errors.APIError)
    error.code, error.details = code, body
    error.response = httpx2.Response(max(100, code), headers={"Retry-After": header})
    told = translate(error)
    assert told.reason in WORDS
    assert told.retry_after is None or told.retry_after >= 0
