"""A question for tests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from bachata.gemini import Question


class Answer(BaseModel):
    level: Literal["low", "high"] | None = None
    names: list[str] = Field(default_factory=list)
    number: float | None = Field(None, ge=0, le=10)


def question(**changes: Any) -> Question:
    known: dict[str, Any] = {
        "purpose": "test", "instruction": "Answer by the schema.", "content": '{"request": "hello"}', "answer": Answer,
        "tokens": 100,
    }  # fmt: skip
    return Question(**{**known, **changes})
