"""Sharing the encoding: equal parts, nothing waited for without end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.assembly.copyplan import Segment
from bachata.assembly.film import plan_output
from bachata.assembly.frameplan import plan_frames
from bachata.assembly.pieces import Maker, PieceStore
from bachata.assembly.workshop import Workshop, gather, shares, work_off
from bachata.errors import Unavailable
from bachata.storage import DirectoryStore, ObjectInfo
from tests.assembly import truth
from tests.assembly.truth import blueprint, move

PREFIX = "cache/pieces/x/"


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    truth.numbered_clip(tmp_path / "clips/a.mp4", 120)
    return DirectoryStore(tmp_path)


class Refusing(DirectoryStore):
    """Refuses what it is told to."""

    refuses = ""

    def put_bytes(self, key: str, data: bytes, **how: Any) -> ObjectInfo:
        if self.refuses == "put_bytes":
            raise Unavailable("no")
        return super().put_bytes(key, data, **how)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        if self.refuses == "list":
            raise Unavailable("no")
        return super().list(prefix)


def workshop(store: DirectoryStore, moves: list[dict[str, Any]] | None = None) -> Workshop:
    document = blueprint(moves or [move("clips/a.mp4", n * 1.0, 1.0, trim_start=n * 0.5) for n in range(4)])
    profile, copies = plan_output(plan_frames(document), document.output_config, lambda path: store.root / path)
    maker = Maker(copies, profile, locate=lambda path: store.root / path, check=lambda: None)
    return Workshop(maker, PieceStore(store, PREFIX, shared=True))


def parts_of(shop: Workshop) -> list[list[Segment]]:
    return shares(shop.maker.copies.segments, 2)


@given(counts=st.lists(st.integers(1, 150), max_size=40), copied=st.integers(0, 3), tasks=st.integers(1, 8))
def test_shares_hold_every_encoded_segment_once_and_are_about_equal(counts: list[int], copied: int, tasks: int) -> None:
    segments = [Segment(n, n * 200, 0, count) for n, count in enumerate(counts)]
    segments += [Segment(99 + n, 99, 0, 50, copied_from=0) for n in range(copied)]
    parts = shares(segments, tasks)
    assert sorted(s.start for part in parts for s in part) == [n * 200 for n in range(len(counts))]
    assert all(part == sorted(part, key=lambda s: s.start) for part in parts)
    loads = [sum(s.count for s in part) for part in parts]
    assert max(loads) - min(loads) <= max(counts, default=0)


def test_what_another_task_began_and_never_finished_is_made_here(
    store: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    shop = workshop(store)
    assert shop.kept is not None
    for segment in parts_of(shop)[0]:
        shop.kept.claim(shop.maker.name(segment))
    began = time.monotonic()
    told: list[tuple[int, int]] = []
    with caplog.at_level("INFO"):
        gather(
            shop,
            parts_of(shop),
            workers=1,
            check=lambda: None,
            told=lambda done, of: told.append((done, of)),
            patience=0.3,
        )
    assert time.monotonic() - began >= 0.3
    assert shop.made == 120
    assert told == sorted(told)
    assert (told[0], told[-1]) == ((60, 120), (120, 120))
    said = [record.message for record in caplog.records]
    assert said[0] == "waiting for other tasks"
    assert "taking over pieces that were begun and not finished" in said


def test_what_another_task_finishes_in_time_is_not_made_again(store: DirectoryStore) -> None:
    here, there = workshop(store), workshop(store)
    theirs = parts_of(there)[0]
    assert there.kept is not None
    for segment in theirs:
        there.kept.claim(there.maker.name(segment))
    other = threading.Timer(0.3, work_off, (there, theirs), {"workers": 1, "over": lambda: False})
    other.start()
    gather(here, parts_of(here), workers=1, check=lambda: None)
    other.join()
    assert (here.made, there.made) == (60, 60)


def test_a_share_ends_when_nobody_needs_it_any_more(store: DirectoryStore) -> None:
    shop = workshop(store)
    work_off(shop, shop.maker.copies.segments, workers=1, over=lambda: shop.made >= 30)
    assert shop.made == 30


def test_waiting_ends_when_the_render_is_stopped(store: DirectoryStore) -> None:
    shop = workshop(store)
    assert shop.kept is not None
    for segment in parts_of(shop)[0]:
        shop.kept.claim(shop.maker.name(segment))

    def stopped() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        gather(shop, parts_of(shop), workers=1, check=stopped)


def test_a_piece_is_named_by_all_that_decides_its_bytes(store: DirectoryStore) -> None:
    shop = workshop(store)
    names = {shop.maker.name(segment) for segment in shop.maker.copies.segments}
    assert len(names) == 4
    other = Maker(
        shop.maker.copies,
        shop.maker.profile,
        locate=lambda path: store.root / path,
        check=lambda: None,
        version=lambda path: f"{path} of another day",
    )
    assert names.isdisjoint(other.name(segment) for segment in shop.maker.copies.segments)


@pytest.mark.parametrize("refuses", ["put_bytes", "list"])
def test_storage_that_refuses_pieces_is_not_waited_for(store: DirectoryStore, refuses: str) -> None:
    refusing = Refusing(store.root)
    refusing.refuses = refuses
    shop = workshop(refusing)
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        assert looks < 10, "it goes round and round"

    gather(shop, parts_of(shop), workers=1, check=check)
    made = [shop.get(segment) for segment in shop.maker.copies.segments]
    assert [len(piece.units) for piece in made] == [30] * 4
    assert shop.made <= 150  # at most one piece is lost to finding out


def test_storage_that_fails_between_looks_ends_the_waiting(store: DirectoryStore) -> None:
    refusing = Refusing(store.root)
    shop = workshop(refusing)
    assert shop.kept is not None
    for segment in parts_of(shop)[0]:
        shop.kept.claim(shop.maker.name(segment))
    refusing.refuses = "list"
    gather(shop, parts_of(shop), workers=1, check=lambda: None)
    assert shop.made == 60


def test_only_what_others_encoded_is_reused(store: DirectoryStore) -> None:
    here, there = workshop(store), workshop(store)
    gather(here, parts_of(here), workers=1, check=lambda: None)
    for segment in here.maker.copies.segments:
        here.get(segment)
    assert (here.made, here.reused, here.saved_s) == (120, 0, 0)
    gather(there, parts_of(there), workers=1, check=lambda: None)
    for segment in [*there.maker.copies.segments, *there.maker.copies.segments]:
        there.get(segment)
    assert (there.made, there.reused) == (0, 120)
    assert there.saved_s > 0


def test_warnings_name_the_move_that_a_piece_is_used_for(store: DirectoryStore) -> None:
    """Two equal moves are one piece: what was seen while it was made belongs to whichever move it is used for."""
    held = {"trim_start": 3.5, "transition_type": "crossfade"}
    moves = [move("clips/a.mp4", 0, 1), move("clips/a.mp4", 1, 1, **held), move("clips/a.mp4", 2, 1, trim_start=1)]
    moves += [move("clips/a.mp4", 3, 1), move("clips/a.mp4", 4, 1, **held)]
    first, again = workshop(store, moves), workshop(store, moves)
    segments = first.maker.copies.segments
    fresh = [first.maker.make(segment) for segment in segments]
    for segment in reversed(segments):
        first.get(segment)
    found = [again.get(segment) for segment in segments]
    assert again.made == 0
    assert [(m.held, m.damaged) for m in found] == [(m.held, m.damaged) for m in fresh]
    assert {index for made in found for index in made.held} >= {1, 4}
