"""Many pairs of poses at once, against the distance of one pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.seams import UNKNOWN, Seams, has_poses, seam
from bachata.moves.catalogue import Move, Pose
from bachata.moves.poses import pose_distance
from tests.choreography.worlds import make_library, make_move, stance

poses = st.builds(
    Pose,
    x=st.floats(-1, 1),
    y=st.floats(-1, 1),
    width=st.floats(0, 1),
    height=st.floats(0, 1),
    shape=st.lists(st.integers(0, 100), min_size=24, max_size=24),
)
clips = st.lists(st.lists(poses, max_size=3), min_size=1, max_size=4).map(
    lambda rows: [make_move(f"m{i}", eights=1, poses=row) for i, row in enumerate(rows)]
)


def one(move: int, frame: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array([move]), np.array([frame])


@given(clips, st.data())
def test_every_pair_is_as_far_apart_as_its_poses(moves: list[Move], data: st.DataObject) -> None:
    seams = Seams(moves)
    points = st.tuples(st.integers(0, len(moves) - 1), st.integers(0, 200)).map(
        lambda point: (point[0], min(point[1], moves[point[0]].frames))
    )
    left, right = (data.draw(st.lists(points, min_size=1, max_size=4)) for _ in range(2))
    if not seams.measured:
        assert not any(map(has_poses, moves))
        return
    found = seams.between(*((np.array([p[0] for p in side]), np.array([p[1] for p in side])) for side in (left, right)))
    for i, (a, end) in enumerate(left):
        for j, (b, start) in enumerate(right):
            before, after = moves[a].pose_at(end), moves[b].pose_at(start)
            expected = UNKNOWN if before is None or after is None else pose_distance(before, after)
            assert found[i, j] == pytest.approx(expected, abs=1e-6)
            assert seam(moves[a], end, moves[b], start) == (None if before is None or after is None else expected)


def test_poses_that_miss_beats_count_as_not_measured() -> None:
    whole = make_move("a", poses=[stance()])
    half = whole.model_copy(update={"poses": whole.poses[:2]})
    assert seam(half, half.frames, whole, 0) is None
    assert Seams([half, whole]).between(one(0, half.frames), one(1, 0))[0, 0] == UNKNOWN


def test_a_move_without_poses_neither_draws_nor_repels() -> None:
    measured = make_library(30, measured=True)
    seams = Seams(measured)
    ends = np.array([m.frames for m in measured])
    mean = seams.between((np.arange(30), ends), (np.arange(30), np.zeros(30, dtype=np.int64))).mean()
    assert 0.0 < UNKNOWN < 1.0
    assert mean == pytest.approx(UNKNOWN, abs=0.25)


def test_no_pose_at_all_is_said() -> None:
    assert not Seams(make_library(5)).measured
