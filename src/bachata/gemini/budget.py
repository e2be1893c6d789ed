"""What one request may have of Gemini."""

from __future__ import annotations

from typing import Any

from bachata.errors import GeminiUnavailable
from bachata.gemini.faults import Reason, unavailable
from bachata.gemini.question import Answerer, Question
from bachata.gemini.retry import PASSING


class Budget:
    """One answer for each purpose, however often it is asked for, and one deadline waited for in vain.

    Failed attempts are the client's to limit; once it has given up because Gemini is away, this request asks no more:
    whoever waits for a dance waits once.
    """

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._spent: set[str] = set()
        self._away: Reason | None = None

    def ask(self, question: Question) -> dict[str, Any]:
        """The answer. Raises GeminiUnavailable, also when this purpose has had its answer or Gemini was away before."""
        if question.purpose in self._spent:
            raise unavailable("spent")
        if self._away is not None:
            raise unavailable(self._away, details="found out earlier in this request")
        try:
            answer = self._answerer.ask(question)
        except GeminiUnavailable as error:
            self._away = next((reason for reason in PASSING if reason == error.reason), None)
            raise
        self._spent.add(question.purpose)
        return answer
