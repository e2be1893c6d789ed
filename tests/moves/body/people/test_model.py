"""Models loaded from ONNX files that the tests build: what they find in drawn pictures, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bachata.errors import InvalidSettings

pytest.importorskip("onnxruntime", reason="the extra pose is not installed")
pytest.importorskip("onnx", reason="the extra pose is not installed")

from bachata.moves.body.people import simcc as by_crop
from bachata.moves.body.people import yolo as at_once
from bachata.moves.body.people.model import layout_of, open_model
from bachata.moves.catalogue import Pose
from tests.moves.body.people import models

HEIGHT, WIDTH = 360, 640


def picture(*dancers: tuple[tuple[int, int, int], float, float]) -> np.ndarray:
    """Gray, with dancers of a colour 60 wide and 200 high, centred at x, y."""
    drawn = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
    for colour, x, y in dancers:
        drawn[round(y) - 100 : round(y) + 100, round(x) - 30 : round(x) + 30] = colour
    return drawn


def test_layouts_are_recognised_by_their_shapes() -> None:
    assert layout_of([[1, 3, 640, 640]], [[1, 56, 8400]]) == "yolo"
    assert layout_of([["batch", 3, "h", "w"]], [["batch", 56, "anchors"]]) == "yolo"
    assert layout_of([["n", 3, 256, 192]], [["n", 17, 384], ["n", 17, 512]]) == "simcc"
    assert layout_of([["n", 3, 384, 288]], [["n", 133, 576], ["n", 133, 768]]) == "simcc"
    assert layout_of([[1, 3, 640, 640]], [[1, 84, 8400]]) is None  # finds objects, no joints
    assert layout_of([[1, 3, 256, 192]], [[1, 17, 64, 48]]) is None  # heat maps
    assert layout_of([[1, 3, 256, 192]], [["n", 5, 384], ["n", 5, 512]]) is None  # too few keypoints
    assert layout_of([[1, 1, 640, 640]], [[1, 56, 8400]]) is None
    assert layout_of([[1, 3, 64, 64], [1]], [[1, 56, 8400]]) is None


def test_a_yolo_model_finds_each_dancer_once(tmp_path: Path) -> None:
    model = open_model(models.yolo(tmp_path / "yolo.onnx"))
    assert (model.layout, model.size) == ("yolo", (640, 640))
    people = at_once.people_in(model, picture((models.RED, 200, 180), (models.BLUE, 400, 200)))
    assert [p.score for p in people] == pytest.approx([0.9, 0.9])
    for found, (x, y) in zip(sorted(people, key=lambda p: p.middle[0]), ((200, 180), (400, 200)), strict=True):
        truth = (np.array((x - 30, y - 100)) + models.TEMPLATE * (60, 200) - (320, 180)) / 360
        assert found.points == pytest.approx(truth, abs=0.01)
        assert found.sure == pytest.approx(np.full(17, 0.8))


def test_an_empty_picture_has_nobody(tmp_path: Path) -> None:
    assert at_once.people_in(open_model(models.yolo(tmp_path / "yolo.onnx")), picture()) == []


def test_a_picture_of_another_shape_is_put_into_the_model_s(tmp_path: Path) -> None:
    model = open_model(models.yolo(tmp_path / "small.onnx", size=320))
    (found,) = at_once.people_in(model, picture((models.RED, 200, 180)))
    assert found.middle == pytest.approx(((200 - 320) / 360, (180 - 100 + 0.52 * 200 - 180) / 360), abs=0.02)


def test_an_rtmpose_model_finds_who_is_in_each_box(tmp_path: Path) -> None:
    model = open_model(models.simcc(tmp_path / "rtm.onnx"))
    assert (model.layout, model.size) == ("simcc", (256, 192))
    outline = Pose(x=-0.05, y=0.0, width=0.8, height=0.56, shape=[50] * 24)
    people = by_crop.people_in(model, picture((models.RED, 210, 180), (models.BLUE, 390, 180)), by_crop.halves(outline))
    assert len(people) == 2
    for found, x in zip(people, (210, 390), strict=True):
        across = found.points[:, 0] * 360 + 320
        assert np.all(np.abs(across - x) <= 32)
        # The crop is 1.25 times the box; keypoints lie in it from a tenth to nine tenths.
        tall = 0.56 * 1.25
        assert found.points[:, 1] == pytest.approx(-tall / 2 + tall * (0.1 + 0.8 * models.TEMPLATE[:, 1]), abs=0.02)
    assert by_crop.people_in(model, picture(), ()) == []


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: p, "no file"),
        (lambda p: p.write_bytes(b"not a model") and p, "cannot be loaded"),
        (models.other, "neither a YOLOv8-pose model"),
    ],
)
def test_what_is_no_pose_model_is_refused_with_a_remedy(tmp_path: Path, make, words: str) -> None:
    path = tmp_path / "model.onnx"
    make(path)
    with pytest.raises(InvalidSettings, match=words) as caught:
        open_model(path)
    assert "POSE_MODEL_PATH" in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_without_onnxruntime_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = models.yolo(tmp_path / "yolo.onnx", size=64)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InvalidSettings, match=r"install bachata-buddy\[pose\]"):
        open_model(path)
