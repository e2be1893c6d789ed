"""What speaks for and against a move at a place, whatever is danced around it: fit to the music, to the wish, speed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.director import Direction
from bachata.choreography.energies import ranks
from bachata.choreography.grooves import unsuited
from bachata.choreography.ladder import HOMES, SEEN
from bachata.choreography.retrieval import Candidates
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_HANDLE = 0.4  # seconds a clip must go on for a crossfade: a count of quick bachata


@dataclass(frozen=True)
class Weights:
    """What a full unit of each fault costs. Rules that bend only in need are an order above taste."""

    similarity: float = 1.0
    energy: float = 24.0  # at opposite ends of the ranks, growing with the square
    groove: float = 2.0  # a move that suits another groove, where the groove is certain
    stretch: float = 1.5  # at 6 %, growing with the square
    strained: float = 70.0  # beyond 6 %: seen in every step
    residual: float = 2.0  # at 50 ms, growing with the square
    style: float = 1.0
    wanted: float = 2.0
    first_wish: float = 80.0  # the first time a wanted move is danced: a wish is kept, if it can be
    easier: float = 8.0  # a level, in lively places; half of it in calm ones
    harder: float = 20.0  # a level: only to avoid the same move again and again
    later_window: float = 0.05  # a move is best seen from its beginning
    handle: float = 0.8  # nothing left to dissolve into what follows, where smooth transitions were asked for
    role: float = 60.0
    role_level: float = 5.0  # a level by which a move made for the start or the end is easier or harder than asked
    director: float = 4.0
    jitter: float = 0.2
    repeat: float = 90.0
    same_label: float = 20.0
    recent_label: float = 0.2
    used_before: float = 0.4
    echo: float = 3.0  # gained by what was danced at the same place of a section that comes back
    seam: float = 12.0  # poses that have nothing in common
    seamless: float = 4.0  # gained by a clip that dances on
    flash: float = 20.0  # another clip before the first count 1, the more the shorter it is shown


class Traits:
    """What costs look at in each of `moves`: parallel arrays, computed once a plan."""

    def __init__(self, moves: Sequence[Move], brief: Brief) -> None:
        self._brief = brief
        labels = sorted({m.label for m in moves})
        number = {label: i for i, label in enumerate(labels)}
        self._labels = labels
        self.label = np.array([number[m.label] for m in moves], dtype=np.int64)
        self.wish = np.array(
            [brief.wanted.index(m.label) if m.label in brief.wanted else -1 for m in moves], dtype=np.int64
        )
        wished = DIFFICULTIES.index(brief.difficulty.value)
        self._above = np.array([DIFFICULTIES.index(m.difficulty) - wished for m in moves], dtype=np.int64)
        self._role = np.array([role_of(m.label) for m in moves], dtype=object)
        self._style = np.array([bool(brief.styles) and m.style not in brief.styles for m in moves], dtype=bool)
        self._number = {m.clip_id: i for i, m in enumerate(moves)}
        self._dice = np.array([_hash(f"{brief.seed.value}/{m.clip_id}") for m in moves], dtype=np.uint64)

    def own(
        self,
        scene: Candidates,
        move: Integers,
        direction: Direction,
        *,
        place: int,
        energy: tuple[float, Floats],
        w: Weights,
    ) -> Floats:
        """The cost of each window of a scene; `move`: indices into the moves, one a window.

        `energy`: the rank to dance at this place, and the sorted energies among which windows are ranked.
        """
        fits, slot = scene.fits, scene.slot
        wished, among = energy
        total: Floats = w.energy * (ranks(fits.energy, among) - wished) ** 2
        total += self._of_moves(slot.role, wished, w)[move]
        apart = np.array([unsuited(label, slot.groove) for label in self._labels])
        total += w.groove * slot.groove_confidence * apart[self.label[move]]
        total += w.jitter * _offsets(self._dice[move], place)
        strain = np.abs(np.log(fits.speed)) / SEEN
        total += w.similarity * (1 - scene.similarity)
        total += w.stretch * strain**2 + w.strained * (strain > 1) + w.residual * (fits.residual / 0.05) ** 2
        for rank, clip_id in enumerate(direction.preferred):
            total -= (move == self._number.get(clip_id, -1)) * w.director / (1 + rank)
        if slot.role == "end":  # a dance ends with the end of a move
            return np.asarray(total + w.later_window * 4 * ~fits.last)
        if self._brief.transitions.value == "smooth":
            total += w.handle * (fits.spare < _HANDLE)
        return np.asarray(total + w.later_window * fits.number)

    def _of_moves(self, place: str, wished: float, w: Weights) -> Floats:
        at_home = np.asarray(self._role == HOMES.get(place), dtype=bool)
        harder = w.harder * np.maximum(self._above, 0)
        easier = w.easier * (0.5 + 0.5 * wished) * np.maximum(-self._above, 0)
        level = np.where(at_home, w.role_level * np.abs(self._above), harder + easier)
        taste = w.style * self._style - w.wanted * (self.wish >= 0) - w.role * at_home
        return np.asarray(level + taste)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _offsets(dice: npt.NDArray[np.uint64], place: int) -> Floats:
    """Numbers in 0..1 that seed, clip and place alone decide (one step of splitmix64, Steele et al., OOPSLA 2014)."""
    mixed = dice + np.uint64((place + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) / 2.0**64)
