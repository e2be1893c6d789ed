"""Gemini as director: it sees the whole dance once and prefers candidates; what it says is checked, place by place."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from bachata.choreography.brief import Brief
from bachata.choreography.director import Direction, Scene
from bachata.choreography.director_prompt import INSTRUCTION, Stage, stage
from bachata.errors import GeminiUnavailable
from bachata.gemini import Answerer, Question, salvage
from bachata.logs import get_logger

PURPOSE = "direction"
TOKENS = 16_384
PREFERENCES = 3
REASON = 140
"""Characters of a sentence; longer ones end in an ellipsis."""


class PlaceAnswer(BaseModel):
    """One place."""

    model_config = ConfigDict(strict=True)

    place: int
    prefer: list[str] = Field(default_factory=list)
    why: str = ""


class DirectorAnswer(BaseModel):
    """The schema of the answer."""

    model_config = ConfigDict(strict=True)

    places: list[PlaceAnswer] = Field(default_factory=list)


log = get_logger(__name__)


class GeminiDirector:
    """A `Director` that asks. It fails silently for the user, who gets the plan without it, and loudly in the log."""

    def __init__(self, gemini: Answerer) -> None:
        self._gemini = gemini

    def direct(self, brief: Brief, scenes: Sequence[Scene], *, title: str | None = None) -> Sequence[Direction]:
        """One direction a scene; none at all if Gemini gave no answer."""
        set_up = stage(brief, scenes, title)
        question = Question(
            PURPOSE, INSTRUCTION, set_up.content, DirectorAnswer, TOKENS, seed=brief.seed.value & 0x7FFF_FFFF
        )
        try:
            answer = self._gemini.ask(question)
        except GeminiUnavailable as error:
            log.warning("no director for this dance: Gemini gave no answer", extra={"reason": error.reason})
            return ()
        found, faults = salvage(DirectorAnswer, answer)
        directions, nobodys = _directions(found, set_up)
        if faults or nobodys:
            log.warning(
                "the director named what is not there, which was passed over",
                extra={"reason": "invalid", "fields": list(faults), "unknown": nobodys},
            )
        heard = sum(bool(d.preferred) for d in directions)
        log.info("directed", extra={"places": len(scenes), "preferences": heard})
        return directions


def _directions(found: DirectorAnswer, set_up: Stage) -> tuple[list[Direction], int]:
    """A direction for every place, and how many names or places of the answer do not exist."""
    directions = [Direction() for _ in set_up.clips]
    nobodys = 0
    for answer in found.places:
        if not 1 <= answer.place <= len(directions):
            nobodys += 1
            continue
        clips = set_up.clips[answer.place - 1]
        known = [clips[name] for name in dict.fromkeys(answer.prefer) if name in clips]
        nobodys += sum(name not in clips for name in answer.prefer)
        if known and not directions[answer.place - 1].preferred:  # of two answers for a place the first counts
            directions[answer.place - 1] = Direction(tuple(known[:PREFERENCES]), sentence(answer.why))
    return directions, nobodys


def sentence(text: str) -> str:
    """`text` as one harmless line: no control or invisible characters, no address, at most REASON characters."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join(visible.split())
    if "://" in line or "www." in line.casefold():
        return ""
    return line if len(line) <= REASON else f"{line[: REASON - 1].rstrip()}…"
