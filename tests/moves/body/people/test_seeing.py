"""A whole clip through a pose model: drawn dancers in red and blue."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="the extra pose is not installed")
pytest.importorskip("onnx", reason="the extra pose is not installed")

from bachata.moves.body.eyes import open_eyes
from tests.moves.body.people import models

BEATS = list(range(4, 160, 15))
RATE = Fraction(30)


def film(path: Path, red: Callable[[int], float], blue: Callable[[int], float] | None, frames: int = 165) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv444p"
        stream.options = {"crf": "10", "preset": "ultrafast"}
        for n in range(frames):
            picture = np.full((360, 640, 3), 128, dtype=np.uint8)
            for colour, where in ((models.RED, red), (models.BLUE, blue)):
                if where is not None:
                    x = round(where(n))
                    picture[90:290, x - 25 : x + 25] = colour
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, 1 / RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def sway(centre: float) -> Callable[[int], float]:
    return lambda n: centre + 50 * np.sin(2 * np.pi * n / 30)


@pytest.mark.parametrize("layout", ["yolo", "simcc"])
def test_a_couple_is_seen_by_its_joints(tmp_path: Path, layout: str) -> None:
    model = getattr(models, layout)(tmp_path / "model.onnx")
    eyes = open_eyes(model)
    assert eyes.version.startswith("pose-1.")
    seen = eyes(film(tmp_path / "film.mp4", sway(230), sway(410)), BEATS, RATE, count_one=1)
    assert seen.version == eyes.version
    assert float(np.linalg.norm(seen.vector)) == pytest.approx(1, abs=1e-5)
    assert len(seen.motion) == len(BEATS) - 1
    assert all(0.05 < m < 1 for m in seen.motion)
    assert len(seen.poses) == len(BEATS)
    assert all(abs(p.x) < 0.3 and p.height > 0.3 for p in seen.poses)
    assert len(seen.kinetic_beats) >= 6
    assert all(abs((f - 7.5) - 15 * round((f - 7.5) / 15)) <= 3.5 for f in seen.kinetic_beats)


def test_the_one_on_the_left_leads(tmp_path: Path) -> None:
    eyes = open_eyes(models.yolo(tmp_path / "model.onnx", size=320))
    one = eyes(film(tmp_path / "a.mp4", sway(200), lambda n: 420), BEATS, RATE, count_one=1)
    same = eyes(film(tmp_path / "b.mp4", lambda n: 420, sway(200)), BEATS, RATE, count_one=1)
    other = eyes(film(tmp_path / "c.mp4", lambda n: 200, sway(420)), BEATS, RATE, count_one=1)
    # Colours are nothing to it; who moves, the left or the right one, is.
    assert float(one.vector @ same.vector) > 0.98
    assert float(one.vector @ other.vector) < 0.95


def test_alone_nobody_is_a_couple_and_flow_tells_the_rest(tmp_path: Path) -> None:
    eyes = open_eyes(models.yolo(tmp_path / "model.onnx", size=320))
    seen = eyes(film(tmp_path / "film.mp4", sway(320), None), BEATS, RATE, count_one=1)
    assert not seen.known
    assert seen.version == eyes.version
    assert min(seen.motion) > 0
    assert len(seen.poses) == len(BEATS)


def test_two_models_are_two_versions(tmp_path: Path) -> None:
    small, large = (open_eyes(models.yolo(tmp_path / f"{s}.onnx", size=s)).version for s in (64, 96))
    assert small != large
