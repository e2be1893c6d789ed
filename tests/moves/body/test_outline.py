"""Where the dancers are: drawn dancers at known places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.body.flow import COLUMNS, ROWS, flow_of
from bachata.moves.body.outline import pose_of, poses_at
from bachata.moves.body.pictures import look
from bachata.moves.catalogue import Pose
from tests.moves.body import films

BEATS = list(range(0, 120, 15))


def poses(tmp_path: Path, draw: films.Draw, frames: int = 120, beats: list[int] = BEATS) -> tuple[Pose, ...]:
    pictures = look(films.write(tmp_path / "film.mp4", draw, frames), films.RATE)
    return poses_at(pictures, flow_of(pictures), beats)


def stepping(number: int) -> float:
    """Where a dancer is who steps to one side and back, pixels."""
    return 160 + 50 * np.sin(2 * np.pi * number / 60)


def test_a_dancer_is_found_where_he_is(tmp_path: Path) -> None:
    found = poses(tmp_path, lambda n: films.put(films.room(), stepping(n), 100, 40, 110))
    assert len(found) == len(BEATS)
    for pose, beat in zip(found, BEATS, strict=True):
        assert pose.x == pytest.approx((stepping(beat) - 160) / 180, abs=0.1)
        assert pose.y == pytest.approx((100 - 90) / 180, abs=0.05)
        assert pose.height == pytest.approx(110 / 180, abs=0.08)
        assert 0.15 <= pose.width <= 0.5
        assert len(pose.shape) == 24
        assert min(pose.shape) >= 0
        assert max(pose.shape) <= 100


def test_a_dancer_is_found_although_the_camera_wanders(tmp_path: Path) -> None:
    def draw(n: int) -> np.ndarray:
        return films.put(films.room((n // 2, 0)), 160 + 40 * np.sin(2 * np.pi * n / 20), 100, 40, 110)

    found = poses(tmp_path, draw, beats=[15, 30, 45, 60])
    assert len(found) == 4
    for pose in found:
        assert abs(pose.x) < 0.3
        assert pose.height == pytest.approx(110 / 180, abs=0.15)


def test_two_dancers_make_one_outline(tmp_path: Path) -> None:
    def draw(n: int) -> np.ndarray:
        apart = 30 + 20 * np.sin(2 * np.pi * n / 30)
        return films.put(films.put(films.room(), 160 - apart, 100, 30, 110), 160 + apart, 100, 30, 110)

    for pose in poses(tmp_path, draw, beats=[8, 38]):  # furthest apart: 100 pixels from middle to middle
        assert pose.width == pytest.approx((100 + 30) / 180, abs=0.08)
        assert abs(pose.x) < 0.03


def test_each_scene_has_its_own_background(tmp_path: Path) -> None:
    other = 250 - films.ROOM[90:270, 100:420][::-1]

    def draw(n: int) -> np.ndarray:
        scene = films.room() if n < 60 else other.copy()
        return films.put(scene, stepping(n), 100, 40, 110)

    for pose, beat in zip(poses(tmp_path, draw), BEATS, strict=True):
        assert pose.x == pytest.approx((stepping(beat) - 160) / 180, abs=0.1)
        assert pose.width < 0.6


def test_an_empty_room_and_a_black_one_have_no_poses(tmp_path: Path) -> None:
    assert poses(tmp_path, lambda n: films.room()) == ()
    assert poses(tmp_path, lambda n: np.zeros((films.HEIGHT, films.WIDTH), dtype=np.uint8)) == ()


def test_one_picture_has_no_poses(tmp_path: Path) -> None:
    assert poses(tmp_path, lambda n: films.room(), frames=1, beats=[0]) == ()


def test_who_is_not_seen_for_a_moment_is_where_he_was(tmp_path: Path) -> None:
    def draw(n: int) -> np.ndarray:
        return films.room() if n > 95 else films.put(films.room(), stepping(n), 100, 40, 110)

    found = poses(tmp_path, draw)
    assert len(found) == len(BEATS)
    assert found[7] == found[6]


def weights(x: int, y: int, width: int, height: int) -> np.ndarray:
    grid = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    grid[y : y + height, x : x + width] = 1
    return grid


@given(st.integers(0, 60), st.integers(0, 25), st.integers(4, 20), st.integers(4, 20))
def test_the_pose_of_a_box_is_the_box(x: int, y: int, width: int, height: int) -> None:
    pose = pose_of(weights(x, y, width, height))
    assert pose is not None
    assert pose.x == pytest.approx((x + width / 2 - COLUMNS / 2) / ROWS, abs=0.02)
    assert pose.y == pytest.approx((y + height / 2 - ROWS / 2) / ROWS, abs=0.02)
    assert pose.width == pytest.approx(width / ROWS, abs=0.03)
    assert pose.height == pytest.approx(height / ROWS, abs=0.03)
    assert pose.shape == [100] * 24


def test_specks_are_nobody_and_do_not_stretch_the_box() -> None:
    assert pose_of(weights(3, 3, 2, 2)) is None
    body = weights(30, 10, 10, 25)
    speckled = body.copy()
    speckled[2:4, 70:73] = 1
    assert pose_of(speckled) == pose_of(body)
    assert pose_of(np.zeros((ROWS, COLUMNS), dtype=np.float32)) is None
