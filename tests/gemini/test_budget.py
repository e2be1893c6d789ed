"""One answer a purpose, whatever was tried before."""

from __future__ import annotations

from typing import Any

import pytest

from bachata.errors import GeminiUnavailable
from bachata.gemini import Budget, Question
from bachata.gemini.faults import unavailable
from tests.gemini.questions import question


class Moody:
    """Fails once, then answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, question: Question) -> dict[str, Any]:
        self.asked.append(question.purpose)
        if len(self.asked) == 1:
            raise unavailable("timeout")
        return {}


def test_a_failure_costs_nothing_an_answer_is_the_last() -> None:
    moody = Moody()
    budget = Budget(moody)
    with pytest.raises(GeminiUnavailable, match="in time"):
        budget.ask(question(purpose="brief"))
    assert budget.ask(question(purpose="brief")) == {}
    with pytest.raises(GeminiUnavailable) as caught:
        budget.ask(question(purpose="brief", content="another"))
    assert caught.value.reason == "spent"
    assert budget.ask(question(purpose="direction")) == {}
    assert moody.asked == ["brief", "brief", "direction"]
