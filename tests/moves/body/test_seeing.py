"""A whole clip: what is seen of drawn dancers, and that odd clips give defined answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bachata.moves.body import Body, see
from bachata.moves.body.document import DIMENSIONS
from tests.moves.body import films

BEATS = list(range(4, 160, 15))  # eleven, at 120 BPM


def swaying(period: float, size: float = 40.0) -> films.Draw:
    """Two dancers, side by side, who sway together."""

    def draw(n: int) -> np.ndarray:
        x = 160 + size * np.sin(2 * np.pi * n / period)
        return films.put(films.put(films.room(), x - 25, 95, 34, 110), x + 25, 105, 34, 100)

    return draw


def bouncing(n: int) -> np.ndarray:
    """The left one goes up and down, the right one stands."""
    y = 95 + 20 * np.sin(2 * np.pi * n / 15)
    return films.put(films.put(films.room(), 130, y, 34, 100), 190, 95, 34, 110)


def body(tmp_path: Path, draw: films.Draw, *, frames: int = 165, beats: list[int] = BEATS, count_one: int = 1) -> Body:
    return see(films.write(tmp_path / "film.mp4", draw, frames), beats, films.RATE, count_one=count_one)


def defined(found: Body, beats: list[int]) -> None:
    """No number is missing and none is wild."""
    assert found.vector.shape == (DIMENSIONS,)
    assert found.vector.dtype == np.float32
    assert np.isfinite(found.vector).all()
    assert len(found.motion) == len(beats) - 1
    assert all(0 <= m <= 1 for m in found.motion)
    assert len(found.poses) in {0, len(beats)}
    assert list(found.kinetic_beats) == sorted(set(found.kinetic_beats))


def test_a_couple_is_seen(tmp_path: Path) -> None:
    found = body(tmp_path, swaying(30))
    defined(found, BEATS)
    assert found.version == "flow-2"
    assert found.known
    assert float(np.linalg.norm(found.vector)) == pytest.approx(1, abs=1e-5)
    assert min(found.motion) > 0.02
    assert len(found.poses) == len(BEATS)
    # They turn round every 15 frames, at 7.5, 22.5, …: then their motion is least.
    assert len(found.kinetic_beats) >= 8
    assert all(abs((f - 7.5) - 15 * round((f - 7.5) / 15)) <= 2.5 for f in found.kinetic_beats)


def test_who_moves_more_has_more_motion(tmp_path: Path) -> None:
    means = [np.mean(body(tmp_path, swaying(30, size)).motion) for size in (2.0, 6.0, 20.0)]
    assert means == sorted(means)
    assert means[2] > means[0] + 0.1


def test_the_same_dance_is_nearer_than_another_one(tmp_path: Path) -> None:
    sway, again, bounce = (body(tmp_path, d).vector for d in (swaying(30), swaying(30, 34), bouncing))
    assert float(sway @ again) > float(sway @ bounce) + 0.2


def test_the_same_clip_gives_the_same_body(tmp_path: Path) -> None:
    first, second = body(tmp_path, swaying(30)), body(tmp_path, swaying(30))
    assert np.array_equal(first.vector, second.vector)
    assert (first.motion, first.kinetic_beats, first.poses) == (second.motion, second.kinetic_beats, second.poses)


def test_eight_counts_from_another_count_are_put_where_they_belong(tmp_path: Path) -> None:
    """A clip without a whole 8-count from a 1 is described by the eight counts it has."""
    beats = list(range(4, 140, 15))  # ten: counts 6 7 8 1 … when the fourth of them is a 1
    found = body(tmp_path, swaying(30), frames=145, beats=beats[:9], count_one=3)
    assert found.known
    assert not body(tmp_path, swaying(30), frames=145, beats=beats[:8], count_one=3).known


class TestOddClips:
    def test_one_picture(self, tmp_path: Path) -> None:
        found = body(tmp_path, swaying(30), frames=1, beats=[0, 15])
        defined(found, [0, 15])
        assert (found.known, found.motion, found.kinetic_beats, found.poses) == (False, (0.0,), (), ())

    @pytest.mark.parametrize("draw", [lambda n: films.room(), lambda n: np.zeros((180, 320), np.uint8)])
    def test_a_still_picture_and_a_black_clip(self, tmp_path: Path, draw: films.Draw) -> None:
        found = body(tmp_path, draw)
        defined(found, BEATS)
        assert (found.known, set(found.motion), found.kinetic_beats, found.poses) == (False, {0.0}, (), ())

    def test_four_seconds_without_eight_counts(self, tmp_path: Path) -> None:
        beats = list(range(3, 120, 16))
        found = body(tmp_path, swaying(30), frames=120, beats=beats)
        defined(found, beats)
        assert not found.known
        assert min(found.motion) > 0
        assert len(found.poses) == len(beats)

    def test_a_clip_cut_from_two(self, tmp_path: Path) -> None:
        other = 250 - films.ROOM[90:270, 100:420][::-1]
        dance = swaying(30)

        def draw(n: int) -> np.ndarray:
            if n < 80:
                return dance(n)
            return films.put(other.copy(), 160 + 40 * np.sin(2 * np.pi * n / 30), 100, 60, 110)

        found = body(tmp_path, draw)
        defined(found, BEATS)
        assert found.known
        # The cut lies between the sixth beat and the seventh; it is no leap of theirs.
        assert found.motion[5] <= max(*found.motion[:5], *found.motion[6:])

    def test_beats_beyond_the_pictures(self, tmp_path: Path) -> None:
        found = body(tmp_path, swaying(30), frames=60)
        defined(found, BEATS)
        assert set(found.motion[-3:]) == {0.0}
