"""What one request may have of Gemini."""

from __future__ import annotations

from typing import Any

from bachata.gemini.faults import unavailable
from bachata.gemini.question import Answerer, Question


class Budget:
    """One answer for each purpose, however often it is asked for. Failed attempts are the client's to limit."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._spent: set[str] = set()

    def ask(self, question: Question) -> dict[str, Any]:
        """The answer. Raises GeminiUnavailable, also when this purpose has had its answer."""
        if question.purpose in self._spent:
            raise unavailable("spent")
        answer = self._answerer.ask(question)
        self._spent.add(question.purpose)
        return answer
