"""The client against a server that does everything wrong."""

from __future__ import annotations

import gzip
import json
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bachata import logs
from bachata.errors import GeminiUnavailable
from bachata.gemini.retry import Patience
from bachata.gemini.wire import ANSWER_BYTES
from tests.gemini.double import IMPATIENT, KEY, Asked, Double, Reply, fails, says, sends
from tests.gemini.questions import question

GOOD = says({"level": "low"})
QUICK = Patience(seconds=1.0, attempts=3, first_pause=0.001, share=0.3)


def refused(double: Double, *replies: Reply, patience: Patience = IMPATIENT) -> str:
    """The reason with which a question fails when the server answers so."""
    double.reset(*replies)
    with double.client(patience=patience) as client, pytest.raises(GeminiUnavailable) as caught:
        client.ask(question())
    return caught.value.reason


def test_an_answer_is_a_json_object(double: Double) -> None:
    double.reset(GOOD)
    with double.client() as client:
        assert client.ask(question()) == {"level": "low"}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_what_passes_is_tried_again(double: Double, status: int) -> None:
    double.reset(fails(status), GOOD)
    with double.client() as client:
        assert client.ask(question()) == {"level": "low"}
    assert len(double.asked) == 2


@pytest.mark.parametrize("reply", [Reply(b"", resets=True), Reply(b"{}", headers={"Content-Length": "9"})])
def test_a_torn_connection_is_tried_again(double: Double, reply: Reply) -> None:
    double.reset(reply, GOOD)
    with double.client(patience=Patience(seconds=6.0, attempts=3, first_pause=0.001, share=0.3)) as client:
        assert client.ask(question()) == {"level": "low"}


def test_a_hanging_attempt_leaves_time_for_another(double: Double) -> None:
    double.reset(Reply(b"", hangs=True), GOOD)
    with double.client(patience=Patience(seconds=10.0, attempts=2, first_pause=0.001, share=0.05)) as client:
        assert client.ask(question()) == {"level": "low"}


@pytest.mark.parametrize(
    ("reply", "reason", "times"),
    [
        (fails(429), "rate_limited", 3),
        (fails(500), "server_error", 3),
        (fails(503), "server_error", 3),
        (Reply(b"", resets=True), "unreachable", 3),
        (fails(400), "refused", 1),
        (fails(404), "refused", 1),
        (fails(401), "unauthorised", 1),
        (fails(403), "unauthorised", 1),
        (sends({}, status=302, headers={"Location": "http://127.0.0.1:9/"}), "refused", 1),
        (says({"level": "low"}, finish="MAX_TOKENS"), "cut_off", 1),
        (says({"level": "low"}, finish="CONTINUATION"), "cut_off", 1),
        (says({"level": "low"}, finish="SAFETY"), "blocked", 1),
        (says({"level": "low"}, finish="PROHIBITED_CONTENT"), "blocked", 1),
        (says({"level": "low"}, finish="MALFORMED_RESPONSE"), "malformed", 1),
        (sends({"promptFeedback": {"blockReason": "SAFETY"}}), "blocked", 1),
        (sends({"candidates": []}), "malformed", 1),
        (sends({"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]}), "malformed", 1),
        (sends({"candidates": "many"}), "malformed", 1),
        (sends([1, 2]), "malformed", 1),
        (sends(None), "malformed", 1),
        (Reply(b"<html>busy</html>"), "malformed", 1),
        (Reply(b'{"candidates": [{"content"'), "malformed", 1),
        (Reply(b"\xff\xfe\x00"), "malformed", 1),
        (Reply(b"[" * 100_000), "malformed", 1),
        (Reply(b"not gzip", headers={"Content-Encoding": "gzip"}), "malformed", 1),
        (says('{"level": "lo'), "malformed", 1),
        (says("[1]"), "malformed", 1),
        (says(""), "malformed", 1),
        (says({"names": ["x" * 200_000]}), "answer_too_large", 1),
        (Reply(b" " * (ANSWER_BYTES + 1)), "answer_too_large", 1),
        (Reply(gzip.compress(b" " * 40_000_000), headers={"Content-Encoding": "gzip"}), "answer_too_large", 1),
    ],
)  # fmt: skip
def test_every_failure_has_its_reason(double: Double, reply: Reply, reason: str, times: int) -> None:
    assert refused(double, reply) == reason
    assert len(double.asked) == times


@pytest.mark.parametrize("reply", [Reply(b"", hangs=True), Reply(GOOD.body, drips=0.05)])
def test_an_answer_that_takes_too_long_is_given_up(double: Double, reply: Reply) -> None:
    started = time.monotonic()
    assert refused(double, reply, patience=QUICK) == "timeout"
    assert time.monotonic() - started < 10, "the deadline is one second"


def test_nobody_listens() -> None:
    with Double(GOOD) as double:
        pass
    with double.client() as client, pytest.raises(GeminiUnavailable) as caught:
        client.ask(question())
    assert caught.value.reason == "unreachable"


def test_a_wait_longer_than_the_deadline_is_not_begun(double: Double) -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for how in (
        {"headers": {"Retry-After": "3600"}},
        {"headers": {"Retry-After": in_an_hour}},
        {"details": [{"retryDelay": "3600s"}]},
    ):
        assert refused(double, fails(429, **how)) == "rate_limited"  # type: ignore[arg-type]
        assert len(double.asked) == 1


def test_certificates_that_are_not_there(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    assert refused(double, GOOD) == "unreachable"
    assert double.asked == []


def test_equal_questions_are_asked_once_and_other_ones_apart(double: Double) -> None:
    double.reset(lambda asked: says({"names": [asked.data["request"]]}))
    with double.client() as client:
        first = client.ask(question())
        first["names"].append("changed by whoever got it")
        assert client.ask(question()) == {"names": ["hello"]}
        assert client.ask(question(content='{"request": "bye"}')) == {"names": ["bye"]}
    assert len(double.asked) == 2


def test_a_failure_is_not_remembered(double: Double) -> None:
    double.reset(fails(400), GOOD)
    with double.client() as client:
        with pytest.raises(GeminiUnavailable):
            client.ask(question())
        assert client.ask(question()) == {"level": "low"}


def test_a_long_prompt_is_not_sent(double: Double) -> None:
    with double.client() as client, pytest.raises(GeminiUnavailable) as caught:
        client.ask(question(content="x" * 130_000))
    assert caught.value.reason == "prompt_too_large"
    assert double.asked == []


def test_a_redirect_does_not_carry_the_key_away(double: Double) -> None:
    with Double(GOOD) as thief:
        assert (
            refused(double, sends({}, status=307, headers={"Location": f"{thief.url}/v1/models/x:generateContent"}))
            == "refused"
        )
        assert thief.asked == []


def _echo(asked: Asked) -> Reply:
    return fails(500, words=json.dumps(asked.headers))


def test_neither_key_nor_what_was_answered_is_told(double: Double, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logs.get_logger("bachata").setLevel(logging.DEBUG)
    told = []
    for reply in (fails(400), fails(429), _echo, Reply(KEY.encode()), says(f'{{"{KEY}'), Reply(b"", resets=True)):
        double.reset(reply)  # type: ignore[arg-type]
        with double.client() as client, pytest.raises(GeminiUnavailable) as caught:
            client.ask(question())
        told += [str(caught.value), caught.value.details, json.dumps(caught.value.as_dict()), repr(client.access)]
        assert caught.value.__suppress_context__, "a traceback would quote what the library said"
    assert KEY not in "\n".join(told) + caplog.text
    assert "Gemini" in told[0]


def test_attempts_are_told_without_words_of_the_server(double: Double, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bachata.gemini")
    double.reset(fails(503, words="gibberish"), GOOD)
    with double.client() as client:
        client.ask(question(purpose="direction"))
    mine = [r for r in caplog.records if r.name.startswith("bachata.gemini")]
    assert [r.getMessage() for r in mine] == [
        "Gemini, direction: another attempt follows", "Gemini answered: direction",
    ]  # fmt: skip
    assert mine[0].reason == "server_error"  # type: ignore[attr-defined]
    assert "gibberish" not in caplog.text


def test_many_threads_share_one_client(double: Double) -> None:
    from concurrent.futures import ThreadPoolExecutor

    double.reset(lambda asked: says({"names": [asked.data["request"]]}))
    with double.client() as client, ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: client.ask(question(content=json.dumps({"request": n}))), map(str, range(24)))
        )
    assert [a["names"][0] for a in answers] == [str(n) for n in range(24)]
