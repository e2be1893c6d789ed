"""Who helps with a request."""

from __future__ import annotations

import logging

import pytest

from bachata.choreography.assistants import Agency, Assistants
from bachata.choreography.brief.gemini import GeminiReader
from bachata.choreography.gemini_director import GeminiDirector
from bachata.settings import Settings
from tests.gemini.double import KEY


def test_nobody_unless_configured(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bachata")
    assert Agency.of(Settings()).send() == Assistants(None, None)
    assert "none configured" in caplog.text


def test_new_ones_for_every_request_and_the_log_says_who(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bachata")
    agency = Agency.of(Settings(gemini_api_key=KEY, gemini_model="gemini-x"))  # type: ignore[arg-type]
    first, second = agency.send(), agency.send()
    assert isinstance(first.reader, GeminiReader)
    assert isinstance(first.director, GeminiDirector)
    assert first.reader is not second.reader
    (line,) = [r for r in caplog.records if "assistants" in r.getMessage()]
    assert line.model == "gemini-x"  # type: ignore[attr-defined]
    assert KEY not in caplog.text
