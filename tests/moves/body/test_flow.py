"""How pictures move: drawn motion of known speed, with a camera that stands or wanders, and cuts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bachata.errors import MediaUnreadable, Stopped
from bachata.moves.body.flow import COLUMNS, ROWS, Flow, flow_of
from bachata.moves.body.pictures import HEIGHT, WIDTH, Pictures, look
from tests.moves.body import films


def flow(tmp_path: Path, draw: films.Draw, frames: int = 31, rate: Fraction = films.RATE) -> Flow:
    return flow_of(look(films.write(tmp_path / "film.mp4", draw, frames, rate), rate))


def sliding(step: int, pan: int = 0) -> films.Draw:
    """A dancer who moves `step` pixels a frame in the room, seen by a camera that moves `pan`."""
    return lambda n: films.put(films.room((pan * n, 0)), 100 + (step - pan) * n, 100, 50, 110)


def inside(found: Flow, first_x: int, last_x: int) -> np.ndarray:
    """Mean velocity of each interval over a band of pixels of the middle rows."""
    scale = films.WIDTH / COLUMNS
    return found.velocity[:, 18:32, int(first_x / scale) : int(last_x / scale)].mean(axis=(1, 2))


def test_pictures_are_taken_fifteen_times_a_second(tmp_path: Path) -> None:
    film = films.write(tmp_path / "a.mp4", lambda n: films.room((n, 0)), 31)
    seen = look(film, films.RATE)
    assert seen.frames.tolist() == list(range(0, 31, 2))
    assert seen.gray.shape == (16, HEIGHT, WIDTH)
    slow = films.write(tmp_path / "b.mp4", lambda n: films.room((n, 0)), 10, Fraction(12))
    assert look(slow, Fraction(12)).frames.tolist() == list(range(10))


def test_a_dancer_s_speed_is_measured_in_picture_heights_a_second(tmp_path: Path) -> None:
    found = flow(tmp_path, sliding(2), frames=15)
    # 2 pixels of 180 a frame, 30 frames a second: a third of the height.
    moved = inside(found, 115, 125)
    assert np.median(moved[:, 0]) == pytest.approx(1 / 3, abs=0.06)
    assert abs(float(np.median(moved[:, 1]))) < 0.03
    still = inside(found, 240, 300)
    assert float(np.abs(still).max()) < 0.03


def test_the_camera_s_motion_is_taken_off(tmp_path: Path) -> None:
    found = flow(tmp_path, sliding(0, pan=2))
    # The dancer stands in the room; the camera moves to the right, so the picture to the left: 4 pixels of 180.
    assert np.median(found.camera[:, 0]) == pytest.approx(-4 / 180, abs=0.003)
    assert float(found.speed.mean()) < 0.02
    assert not found.cuts.any()


def test_nothing_moves_across_a_cut(tmp_path: Path) -> None:
    rooms = [films.room((0, 0)), 250 - films.ROOM[90:270, 100:420][::-1]]
    found = flow(tmp_path, lambda n: rooms[n >= 16], frames=32)
    assert np.flatnonzero(found.cuts).tolist() == [7]
    assert not found.velocity[7].any()
    assert float(found.speed.max()) == 0


@pytest.mark.parametrize("level", [0, 128])
def test_pictures_that_show_nothing_do_not_move(tmp_path: Path, level: int) -> None:
    found = flow(tmp_path, lambda n: np.full((films.HEIGHT, films.WIDTH), level, dtype=np.uint8))
    assert not found.velocity.any()
    assert not found.cuts.any()


@pytest.mark.parametrize("count", [0, 1])
def test_one_picture_or_none_has_no_flow(count: int) -> None:
    pictures = Pictures(np.zeros((count, HEIGHT, WIDTH), dtype=np.uint8), np.arange(count), films.RATE)
    found = flow_of(pictures)
    assert found.velocity.shape == (0, ROWS, COLUMNS, 2)
    assert found.speed.shape == (0, ROWS, COLUMNS)
    assert (found.cuts.shape, found.camera.shape) == ((0,), (0, 2))


def test_the_same_film_is_seen_the_same(tmp_path: Path) -> None:
    first, second = flow(tmp_path, sliding(3)), flow(tmp_path, sliding(3))
    assert np.array_equal(first.velocity, second.velocity)


def test_a_look_can_be_stopped(tmp_path: Path) -> None:
    import threading

    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        look(films.write(tmp_path / "a.mp4", sliding(1), 5), films.RATE, stop=stop)


def test_what_cannot_be_decoded_is_said_by_name(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no film" * 50)
    with pytest.raises(MediaUnreadable, match=r"'broken\.mp4'") as caught:
        look(tmp_path / "broken.mp4", films.RATE)
    assert str(tmp_path) not in caught.value.message
