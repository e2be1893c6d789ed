"""One answer a purpose, whatever was tried before."""

from __future__ import annotations

from typing import Any

import pytest

from bachata.errors import GeminiUnavailable
from bachata.gemini import Budget, Question
from bachata.gemini.faults import WORDS, Reason, unavailable
from bachata.gemini.retry import PASSING
from tests.gemini.questions import question


class Moody:
    """Fails once, then answers."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        self.asked: list[str] = []

    def ask(self, question: Question) -> dict[str, Any]:
        self.asked.append(question.purpose)
        if len(self.asked) == 1:
            raise unavailable(self.reason)
        return {}


@pytest.mark.parametrize("reason", sorted(set(WORDS) - set(PASSING)))
def test_a_failure_costs_nothing_an_answer_is_the_last(reason: Reason) -> None:
    moody = Moody(reason)
    budget = Budget(moody)
    with pytest.raises(GeminiUnavailable, match=WORDS[reason]):
        budget.ask(question(purpose="brief"))
    assert budget.ask(question(purpose="brief")) == {}
    with pytest.raises(GeminiUnavailable) as caught:
        budget.ask(question(purpose="brief", content="another"))
    assert caught.value.reason == "spent"
    assert budget.ask(question(purpose="direction")) == {}
    assert moody.asked == ["brief", "brief", "direction"]


@pytest.mark.parametrize("reason", PASSING)
def test_whoever_is_away_is_waited_for_once_a_request(reason: Reason) -> None:
    moody = Moody(reason)
    budget = Budget(moody)
    for purpose in ("brief", "direction"):
        with pytest.raises(GeminiUnavailable) as caught:
            budget.ask(question(purpose=purpose))
        assert caught.value.reason == reason
    assert moody.asked == ["brief"]
    assert Budget(moody).ask(question(purpose="brief")) == {}, "the next request tries anew"
