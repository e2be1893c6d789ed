"""What can be asked, and of whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

PROMPT_CHARACTERS = 120_000
"""Longer prompts are not sent: a dance of 60 places with 12 candidates each takes about 30,000."""


@dataclass(frozen=True)
class Question:
    """One question. `purpose` names it in logs and in a request's budget.

    `instruction` is ours; `content` is data, from whomever; `answer` is the schema of the answer, which may take
    `tokens` tokens, thinking included. `seed` asks for the same answer to the same question (best effort).
    """

    purpose: str
    instruction: str
    content: str
    answer: type[BaseModel]
    tokens: int
    seed: int = 0


class Answerer(Protocol):
    """Whoever answers questions."""

    def ask(self, question: Question) -> dict[str, Any]:
        """A JSON object, which may yet be anything: see `salvage`. Raises GeminiUnavailable."""
        ...
