"""Moves whose documents lie in a file: each is read when it is asked for, so that a large library is there at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar, overload

import numpy as np
import numpy.typing as npt

from bachata.moves.catalogue import Move

T = TypeVar("T")

_KEPT: Final = 4096  # moves read: what a plan looks at again and again, some 30 MB
FILTERS: Final = ("label", "difficulty")
"""Fields that a search filters by, of all moves at once."""


@dataclass(frozen=True)
class Column:
    """A field of all moves: `codes` are indices into the `words` that occur, shape (moves,)."""

    words: tuple[str, ...]
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, values: Iterable[str]) -> Column:
        """From the values in order of the moves."""
        listed = list(values)
        words = tuple(sorted(set(listed)))
        number = {word: code for code, word in enumerate(words)}
        return cls(words, np.array([number[value] for value in listed], dtype=np.int32))

    def each(self, says: Callable[[str], T]) -> npt.NDArray[Any]:
        """`says` of each move's value, shape (moves,); it is asked once a word."""
        return np.array([says(word) for word in self.words])[self.codes] if self.words else np.zeros(0, dtype=np.int64)


class StoredMoves(Sequence[Move]):
    """A sequence of moves over their JSON, one document after the other; `ends` says where each one ends.

    `columns` and `tempi` (beats a minute) tell of all of them without reading one.
    """

    def __init__(
        self,
        ids: tuple[str, ...],
        documents: npt.NDArray[np.uint8],
        ends: npt.NDArray[np.int64],
        columns: dict[str, Column],
        tempi: npt.NDArray[np.float64],
    ) -> None:
        self.ids = ids
        self._documents = documents
        self._ends = ends
        self.columns = columns
        self.tempi = tempi
        self._read = lru_cache(maxsize=_KEPT)(self._parsed)

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def read(self) -> int:
        """How often a document was read."""
        return self._read.cache_info().misses

    @overload
    def __getitem__(self, position: int) -> Move: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Move, ...]: ...
    def __getitem__(self, position: int | slice) -> Move | tuple[Move, ...]:
        if isinstance(position, slice):
            return tuple(self[i] for i in range(*position.indices(len(self))))
        place = int(position) + (len(self) if position < 0 else 0)
        if not 0 <= place < len(self):
            raise IndexError(f"there are {len(self)} moves")
        return self._read(place)

    def _parsed(self, place: int) -> Move:
        begin = int(self._ends[place - 1]) if place else 0
        return Move.model_validate_json(self._documents[begin : int(self._ends[place])].tobytes())


def ids_of(moves: Sequence[Move]) -> tuple[str, ...]:
    """Their clip ids, without reading the moves if they are stored."""
    return moves.ids if isinstance(moves, StoredMoves) else tuple(move.clip_id for move in moves)


def column(moves: Sequence[Move], name: str) -> Column:
    """A field of `FILTERS` of all moves, without reading them if they are stored."""
    if isinstance(moves, StoredMoves):
        return moves.columns[name]
    return Column.of(getattr(move, name) for move in moves)


def tempi(moves: Sequence[Move]) -> npt.NDArray[np.float64]:
    """Beats a minute of all moves, without reading them if they are stored."""
    if isinstance(moves, StoredMoves):
        return moves.tempi
    return np.array([move.tempo for move in moves], dtype=np.float64)
