"""What a library could do instead, when little or nothing in it fits a request: counted, not guessed.

Every offer is a request that differs in one thing from the one made and finds more moves, by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.grid import COUNTS
from bachata.choreography.ladder import MAX_STRETCH, MIN_POOL, Columns, Mask, Rules
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.tasks.choreography_request import DURATION

ADD: Final = "`bachata library add DIR --annotations FILE`"
VARIED: Final = 9
"""Moves of 8 counts that fill four phrases, and one more: with them no move has to come back sooner."""
_TEMPI: Final = np.arange(60, 201)  # BPM of songs that may be offered
_SURE: Final = 0.09 + 1e-9
"""Stretch within which a song is offered: what its tempo drifts must still fit."""
_MOST: Final = 5


@dataclass(frozen=True)
class Offer:
    """A request that would work better, in words; what of it differs (None: as asked); moves it finds anywhere in it.

    `tempi`: of the song, BPM, both ends included; `seconds`: the longest dance without a move coming back.
    """

    text: str
    moves: int
    difficulty: str | None = None
    tempi: tuple[int, int] | None = None
    seconds: float | None = None
    allowed: tuple[str, ...] = ()


class Offers:
    """Counts a library's moves for requests like `brief` and a song of `tempo` BPM."""

    def __init__(self, columns: Columns, brief: Brief, tempo: float) -> None:
        self._columns, self._brief, self._tempo = columns, brief, tempo
        self._rules = Rules(columns, brief)
        self._anywhere = self._rules.role == 0

    @property
    def fitting(self) -> int:
        """Moves for anywhere in the dance that keep every rule of the request."""
        return int((self._of_level() & self._ordinary & _at(self._columns, self._tempo)).sum())

    @property
    def _ordinary(self) -> Mask:
        """What may be danced anywhere and was not refused."""
        return np.asarray(~self._rules.unwanted & self._anywhere, dtype=bool)

    def _of_level(self, level: str | None = None) -> Mask:
        return np.asarray(self._columns.difficulty == DIFFICULTIES.index(level or self._brief.difficulty.value))

    def best(self, *, seconds: float) -> tuple[Offer, ...]:
        """At most five, the best first; `seconds`: length of the dance that was planned."""
        found = [*self._levels(), *self._songs(), *self._bans()]
        found.sort(key=lambda offer: -min(offer.moves, VARIED))
        return tuple([*found, *self._shorter(seconds)][:_MOST])

    def _levels(self) -> list[Offer]:
        least = max(MIN_POOL, self.fitting + 1)
        here = self._ordinary & _at(self._columns, self._tempo)
        counts = {level: int((here & self._of_level(level)).sum()) for level in DIFFICULTIES}
        return [
            Offer(f"ask for {level}: {n} moves fit {self._tempo:.0f} BPM", n, difficulty=level)
            for level, n in counts.items()
            if level != self._brief.difficulty.value and n >= least
        ]

    def _songs(self) -> list[Offer]:
        tempi, level = self._columns.tempo[self._of_level() & self._ordinary], self._brief.difficulty.value
        counts = fitting_tempi(tempi)
        least = max(MIN_POOL, self.fitting + 1, min(VARIED, int(counts.max(initial=0))))
        spans = _spans(counts >= least, self._tempo)
        return [
            Offer(
                f"take a song of {low} to {high} BPM: {n} moves of level {level} fit",
                n,
                tempi=(low, high),
            )
            for low, high in spans[:1]
            for n in [int(counts[(low <= _TEMPI) & (high >= _TEMPI)].min())]
        ]

    def _bans(self) -> list[Offer]:
        here = self._of_level() & self._anywhere & _at(self._columns, self._tempo)
        n = int((here & self._rules.unwanted).sum())
        if not n:
            return []
        names = tuple(label for label in self._brief.unwanted if label in self._columns.labels)
        spoken = ", ".join(label.replace("_", " ") for label in names)
        return [Offer(f"allow {spoken} after all: {n} more fit", self.fitting + n, allowed=names)]

    def _shorter(self, seconds: float) -> list[Offer]:
        longest = self.fitting * COUNTS * 60 / self._tempo
        if not DURATION[0] <= longest < seconds:
            return []
        return [Offer(f"ask for {longest:.0f} seconds: no move comes back", self.fitting, seconds=longest)]


def none_at_tempo(columns: Columns, tempo: float) -> str:
    """Why nothing can be danced to a song of `tempo` BPM, and what would help."""
    low, high = tempo / (1 + MAX_STRETCH), tempo / (1 - MAX_STRETCH)
    text = (
        f"No clip of the library can be danced at {tempo:.0f} BPM: add clips of {low:.0f} to {high:.0f} BPM with {ADD}"
    )
    counts = fitting_tempi(columns.tempo)
    spans = _spans(counts >= max(1, 0.75 * int(counts.max())), tempo)
    if not spans:
        return text
    low, high = spans[0]
    number = counts[(low <= _TEMPI) & (high >= _TEMPI)].min()
    return f"{text}, or take a song of {low} to {high} BPM, which {number} of its clips fit"


def fitting_tempi(tempi: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """How many of `tempi` can be brought to each tempo a song may have, 60 to 200 BPM."""
    ordered = np.sort(tempi)  # speed = song / clip
    upto = np.searchsorted(ordered, _TEMPI / (1 - _SURE), "right")
    return np.asarray(upto - np.searchsorted(ordered, _TEMPI / (1 + _SURE), "left"))


def _at(columns: Columns, tempo: float) -> Mask:
    return np.asarray(np.abs(tempo / columns.tempo - 1.0) <= MAX_STRETCH, dtype=bool)


def _spans(good: Mask, tempo: float) -> list[tuple[int, int]]:
    """Runs of tempi that are good, as (lowest, highest) BPM, the one nearest to `tempo` first."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]])))
    runs = [(int(_TEMPI[a]), int(_TEMPI[b - 1])) for a, b in list(pairwise(edges))[::2]]
    return sorted(runs, key=lambda run: max(run[0] - tempo, tempo - run[1], 0.0))
