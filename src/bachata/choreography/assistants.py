"""Who helps with one request: a reader and a director, when Gemini may be asked."""

from __future__ import annotations

from dataclasses import dataclass

from bachata.choreography.brief import Reader
from bachata.choreography.brief.gemini import GeminiReader
from bachata.choreography.director import Director
from bachata.choreography.gemini_director import GeminiDirector
from bachata.gemini import Budget, GeminiClient, access
from bachata.logs import get_logger
from bachata.settings import Settings

log = get_logger(__name__)


@dataclass(frozen=True)
class Assistants:
    """None where nobody helps: keywords are read, and the plan is directed by its rules alone."""

    reader: Reader | None = None
    director: Director | None = None


class Agency:
    """Sends assistants, new ones for every request, so that each request has a budget of its own."""

    def __init__(self, gemini: GeminiClient | None) -> None:
        self._gemini = gemini

    @classmethod
    def of(cls, env: Settings) -> Agency:
        """The agency `env` configures; says in the log who will be there."""
        found = access(env)
        who = {"reader": "gemini", "director": "gemini", "model": found.model} if found else {"reader": "keywords"}
        log.info("assistants: %s", "Gemini reads and directs" if found else "none configured", extra=who)
        return cls(GeminiClient(found) if found else None)

    def send(self) -> Assistants:
        """The assistants of one request."""
        if self._gemini is None:
            return Assistants()
        budget = Budget(self._gemini)
        return Assistants(GeminiReader(budget), GeminiDirector(budget))
