"""Stored moves are a sequence like any other, read one by one."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from bachata.moves.catalogue import Move
from bachata.moves.documents import FILTERS, Column, StoredMoves, column, ids_of, tempi
from bachata.moves.glossary import role_of
from tests.choreography.worlds import make_library

MOVES = make_library(40)


@pytest.fixture
def stored() -> StoredMoves:
    documents = [m.model_dump_json().encode() for m in MOVES]
    return StoredMoves(
        tuple(m.clip_id for m in MOVES),
        np.frombuffer(b"".join(documents), dtype=np.uint8),
        np.cumsum([len(d) for d in documents]),
        {name: Column.of(getattr(m, name) for m in MOVES) for name in FILTERS},
        tempi(MOVES),
    )


def test_they_are_the_moves(stored: StoredMoves) -> None:
    assert list(stored) == MOVES
    assert (len(stored), stored[3], stored[-1], stored[5:9]) == (40, MOVES[3], MOVES[-1], tuple(MOVES[5:9]))
    assert stored[np.int64(7)] == MOVES[7]
    assert MOVES[2] in stored
    for outside in (40, -41):
        with pytest.raises(IndexError, match="there are 40 moves"):
            stored[outside]


def test_tempi_are_told_without_reading(stored: StoredMoves) -> None:
    assert list(tempi(stored)) == [m.tempo for m in MOVES]
    assert stored.read == 0


def test_only_what_is_asked_for_is_read_and_read_once(stored: StoredMoves) -> None:
    with patch.object(Move, "model_validate_json", side_effect=Move.model_validate_json) as read:
        assert ids_of(stored) == tuple(m.clip_id for m in MOVES)
        assert list(column(stored, "label").each(role_of)) == [role_of(m.label) for m in MOVES]
        assert read.call_count == 0
        assert stored[4] is stored[4]
        assert read.call_count == 1


@pytest.mark.parametrize("name", FILTERS)
def test_a_column_is_the_same_stored_or_not(stored: StoredMoves, name: str) -> None:
    kept, made = column(stored, name), column(MOVES, name)
    assert kept.words == made.words
    assert np.array_equal(kept.codes, made.codes)
    assert list(made.each(len)) == [len(getattr(m, name)) for m in MOVES]


def test_a_column_of_nothing() -> None:
    assert column([], "label").each(len).shape == (0,)
