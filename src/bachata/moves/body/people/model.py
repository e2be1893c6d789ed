"""An ONNX file that finds keypoints: loaded, and its layout recognised from its own inputs and outputs.

| layout      | input                | outputs                                                                    |
|-------------|----------------------|----------------------------------------------------------------------------|
| YOLOv8-pose | 1 × 3 × 640 × 640    | 1 × 56 × N: box (4), score, 17 × (x, y, confidence); N candidates          |
| RTMPose     | n × 3 × 256 × 192    | two, n × K × width·s and n × K × height·s: where each keypoint is, by axis |

K is 17 or more, the first 17 being those of COCO. Sizes may be others, or free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bachata.errors import InvalidSettings
from bachata.moves.body.people.person import KEYPOINTS

Layout = Literal["yolo", "simcc"]

_YOLO_ROWS: Final = 4 + 1 + KEYPOINTS * 3
_USUAL: Final[dict[Layout, tuple[int, int]]] = {"yolo": (640, 640), "simcc": (256, 192)}


@dataclass(frozen=True, eq=False)
class PoseModel:
    """A loaded model. `size`: height and width of the pictures it takes. `digest`: of the file's bytes."""

    session: Any
    layout: Layout
    size: tuple[int, int]
    digest: str

    def run(self, pictures: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Its outputs for pictures (n, 3, height, width)."""
        name = self.session.get_inputs()[0].name
        return [np.asarray(out, dtype=np.float32) for out in self.session.run(None, {name: pictures})]


def open_model(path: Path) -> PoseModel:
    """Load the model at `path`.

    Raises InvalidSettings when onnxruntime is not installed, the file is no ONNX model, or its layout is not known.
    """
    from bachata.moves.shelf import hash_of

    if not path.is_file():
        raise InvalidSettings(f"POSE_MODEL_PATH names {path.name!r}, which is no file: name an ONNX model, or unset it")
    session = _session(path)
    layout = layout_of([i.shape for i in session.get_inputs()], [o.shape for o in session.get_outputs()])
    if layout is None:
        found = ", ".join(f"{o.name} {o.shape}" for o in session.get_outputs())
        raise InvalidSettings(
            f"POSE_MODEL_PATH: {path.name!r} is neither a YOLOv8-pose model (1x56xN) nor RTMPose (two outputs of at "
            f"least {KEYPOINTS} keypoints); its outputs are {found}"
        )
    height, width = session.get_inputs()[0].shape[2:4]
    usual = _USUAL[layout]
    size = (height if isinstance(height, int) else usual[0], width if isinstance(width, int) else usual[1])
    return PoseModel(session, layout, size, hash_of(path))


def layout_of(inputs: Sequence[Sequence[object]], outputs: Sequence[Sequence[object]]) -> Layout | None:
    """The layout of a model whose inputs and outputs have these shapes; free sizes are anything but numbers."""
    if len(inputs) != 1 or len(inputs[0]) != 4 or inputs[0][1] != 3 or any(len(o) != 3 for o in outputs):
        return None
    if len(outputs) == 1 and outputs[0][1] == _YOLO_ROWS:
        return "yolo"
    enough = [isinstance(o[1], int) and o[1] >= KEYPOINTS for o in outputs]
    return "simcc" if len(outputs) == 2 and all(enough) else None


def _session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise InvalidSettings(
            "POSE_MODEL_PATH needs onnxruntime: install bachata-buddy[pose], or unset it", details=type(error).__name__
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # clips are looked at side by side
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - its errors have no common root but this
        raise InvalidSettings(
            f"POSE_MODEL_PATH: {path.name!r} cannot be loaded as an ONNX model: replace the file, or unset it",
            details=type(error).__name__,
        ) from None
