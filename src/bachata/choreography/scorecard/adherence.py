"""M9: whether the dance is what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bachata.choreography.grid import COUNTS
from bachata.choreography.scorecard.dance import Dance
from bachata.choreography.scorecard.metric import Metric, worded
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of

_FEW = 3
"""Moves of a level with which one can dance at all: two would alternate. With fewer, others have to be let in."""
_VARIED = 9
"""Moves of 8 counts that fill four phrases, and one more: with fewer of the level near their own speed, easier ones
keep the dance varied and its steps natural."""


@dataclass(frozen=True, kw_only=True)
class Adherence(Metric):
    """M9; the value is the share of wishes kept, of those the library can keep.

    Shares of pieces at, and not above, the asked difficulty (intros and outros excepted) and of the asked style (a
    preference; None: none asked), seconds off the asked length (None: whole song), whether intros and outros are at the
    start and the end, pieces of unwanted moves, wanted moves that are missing though they fit. `broken` names wishes.
    """

    key = "m9"
    name = "Brief kept"
    meaning = "level, length, roles, wanted and unwanted moves"
    bar = "100 %"
    unit = "share"

    difficulty: float
    not_harder: float
    style: float | None
    length_error: float | None
    roles_kept: bool
    unwanted: int
    wanted_missing: tuple[str, ...]
    broken: tuple[str, ...]

    def measured(self) -> str:
        """See Metric."""
        return worded(self.value, "share") + (f": {', '.join(self.broken)}" if self.broken else "")


def adherence(dance: Dance) -> Adherence:
    """M9."""
    wishes, wished = dance.wishes, dance.wishes.level
    ordinary = [m for m in dance.danced if role_of(m.label) == "any"] or list(dance.danced)
    levels = [DIFFICULTIES.index(m.difficulty) for m in ordinary]
    unwanted = sum(m.label in wishes.unwanted for m in dance.danced)
    fitting = wishes.fitting(dance.library, dance.tempi)
    able = wishes.able(dance.library, dance.tempi)
    labels = {m.label for m in dance.danced}
    missing = tuple(w for w in wishes.wanted if w not in labels and any(m.label == w for m in able))
    error = _length_error(dance, wishes.duration)
    exact = sum(level == wished for level in levels) / len(levels)
    not_harder = sum(level <= wished for level in levels) / len(levels)
    of_level = len(wishes.natural(dance.library, dance.tempi))
    roles = _roles_kept(dance.danced)
    kept: dict[str, bool | None] = {
        "level": (not_harder == 1 and (exact == 1 or of_level < _VARIED)) or (None if len(able) < _FEW else False),
        "length": None if error is None else error <= _half_an_eight(dance),
        "roles": roles or (None if len(fitting) < _FEW else False),
        "unwanted moves": None if not wishes.unwanted else unwanted == 0 or (None if len(fitting) < _FEW else False),
        "wanted moves": None if not wishes.wanted else not missing,
    }
    told = {name: held for name, held in kept.items() if held is not None}
    return Adherence(
        value=sum(told.values()) / len(told) if told else None,
        holds=all(told.values()) if told else None,
        why="" if len(able) >= _FEW else f"the library has {len(able)} moves of that level near that tempo",
        difficulty=exact,
        not_harder=not_harder,
        style=sum(m.style in wishes.styles for m in dance.danced) / len(dance.danced) if wishes.styles else None,
        length_error=error,
        roles_kept=roles,
        unwanted=unwanted,
        wanted_missing=missing,
        broken=tuple(name for name, held in told.items() if not held),
    )


def _length_error(dance: Dance, wished: float | None) -> float | None:
    """Seconds off the wish; a song shorter than that gives what it has."""
    if wished is None:
        return None
    most = dance.analysis.duration - dance.blueprint.audio_start
    return abs(dance.blueprint.seconds - min(wished, most))


def _half_an_eight(dance: Dance) -> float:
    """The nearest count 1 may be so far away, in seconds; and a frame, for rounding."""
    beats = dance.analysis.beats
    period = max(b - a for a, b in pairwise(beats))
    return COUNTS / 2 * period + 1 / float(dance.blueprint.output_config.rate)


def _roles_kept(danced: Sequence[Move]) -> bool:
    roles = [role_of(m.label) for m in danced]
    first = max((i for i, r in enumerate(roles) if r == "intro"), default=-1)
    last = min((i for i, r in enumerate(roles) if r == "outro"), default=len(roles))
    return first <= 1 and last >= len(roles) - 1
