"""Bodies beside their mezzanines."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.body.document import DIMENSIONS, Body, BodyRecord
from bachata.moves.body.keeping import keep, kept
from bachata.moves.catalogue import Move, Pose
from bachata.storage import DirectoryStore
from tests.choreography.worlds import make_move

POSE = Pose(x=0.1, y=-0.02, width=0.5, height=0.75, shape=[0, 50, 100, 7] * 6)
MOVE = make_move("a").model_copy(update={"sha256": "ab" * 32})


def body(seed: int = 0) -> Body:
    vector = np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)
    return Body(vector, "flow-2", (0.25, 0.5), (3, 17), (POSE, POSE))


def same(a: Body | None, b: Body) -> bool:
    assert a is not None
    mine, other = ((x.version, x.motion, x.kinetic_beats, x.poses) for x in (a, b))
    return mine == other and np.array_equal(a.vector, b.vector) and a.vector.dtype == np.float32


def test_what_is_kept_is_found_to_the_last_bit(store: DirectoryStore) -> None:
    assert kept(store, MOVE, "flow-2") is None
    keep(store, MOVE, body())
    assert same(kept(store, MOVE, "flow-2"), body())
    assert MOVE.body == MOVE.video_path.replace(".mp4", ".body.json")


@pytest.mark.parametrize(
    "other", [{"sha256": "cd" * 32}, {"count_one": 1}, {"beats": MOVE.beats[:-1]}], ids=lambda o: next(iter(o))
)
def test_of_another_mezzanine_or_other_beats_nothing_is_known(store: DirectoryStore, other: dict) -> None:
    keep(store, MOVE, body())
    changed: Move = MOVE.model_copy(update=other)
    assert kept(store, changed, "flow-2") is None
    assert kept(store, MOVE, "flow-3") is None


@pytest.mark.parametrize("harm", ["vector", "schema", "poses", None])
def test_a_spoilt_record_is_none(store: DirectoryStore, harm: str | None) -> None:
    keep(store, MOVE, body())
    document = json.loads(store.read_bytes(MOVE.body))
    spoilt = {**document, harm: "QUJD"} if harm else None
    store.put_bytes(MOVE.body, json.dumps(spoilt).encode() if spoilt else b"{half", content_type="application/json")
    assert kept(store, MOVE, "flow-2") is None


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=20),
    st.lists(st.floats(0, 1), max_size=20),
    st.lists(st.integers(0, 500), max_size=20),
)
def test_a_record_gives_back_the_body(vector: list[float], motion: list[float], kinetic: list[int]) -> None:
    seen = Body(np.resize(np.array(vector, dtype=np.float32), DIMENSIONS), "v", tuple(motion), tuple(kinetic), (POSE,))
    record = BodyRecord.of(seen, sha256="00", beats=[1, 2], count_one=0)
    assert same(BodyRecord.model_validate_json(record.to_json()).body(), seen)
    assert record.to_json() == BodyRecord.of(seen, sha256="00", beats=[1, 2], count_one=0).to_json()


def test_a_body_knows_whether_it_says_anything() -> None:
    assert body().known
    assert not Body(np.zeros(DIMENSIONS, dtype=np.float32), "flow-2").known
