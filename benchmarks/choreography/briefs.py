"""What is asked for: English and Spanish, every level, calm to lively, a wish for moves and against some."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bachata.choreography.brief import Brief, understand


@dataclass(frozen=True)
class Request:
    """A sentence, form fields, or both."""

    query: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    def understood(self) -> Brief:
        """By the keyword reader: no service is asked."""
        return understand(self.fields, self.query)


REQUESTS = (
    Request("romantic beginner bachata with smooth transitions, about a minute"),
    Request("bachata sensual de nivel medio con olas, sin giros, 45 segundos"),
    Request("energetic advanced bachata with footwork and hard cuts"),
    Request(fields={"difficulty": "intermediate"}),
    Request("bachata tradicional, fácil y tranquila, un minuto y medio, con vueltas"),
    Request(fields={"difficulty": "advanced", "energy": "high", "style": "playful", "duration": 75}),
)
