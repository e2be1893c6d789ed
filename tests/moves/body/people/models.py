"""Small ONNX models that really find two drawn dancers, a red one and a blue one, in both layouts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RED, BLUE = (220, 30, 30), (30, 30, 220)

# Where each keypoint is in the box of a body that stands and faces us: across and down, 0 to 1.
TEMPLATE = np.array(
    [(0.5, 0.06), (0.55, 0.04), (0.45, 0.04), (0.6, 0.06), (0.4, 0.06), (0.8, 0.2), (0.2, 0.2), (0.95, 0.36),
     (0.05, 0.36), (1.0, 0.5), (0.0, 0.5), (0.7, 0.52), (0.3, 0.52), (0.7, 0.75), (0.3, 0.75), (0.7, 1.0), (0.3, 1.0)]
)  # fmt: skip


def _initial(**arrays: np.ndarray) -> list[TensorProto]:
    return [numpy_helper.from_array(a, name) for name, a in arrays.items()]


def _save(path: Path, nodes: list, inputs: list, outputs: list, arrays: dict[str, np.ndarray]) -> Path:
    graph = helper.make_graph(nodes, "dancers", inputs, outputs, _initial(**arrays))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def yolo(path: Path, size: int = 640) -> Path:
    """1 x 56 x 4: the red and the blue dancer, and both once more, less sure and a little aside."""
    # Colours are 0 to 1; a dancer's own stands out by more than half.
    colours = np.array([[1, -1, -1], [-1, -1, 1]], dtype=np.float32).reshape(2, 3, 1, 1)
    rows = np.zeros((2, 56, 5), dtype=np.float32)  # from (left, top, right, bottom, seen)
    for copy, (aside, score) in enumerate(((0.0, 0.9), (3.0, 0.6))):
        m = rows[copy]
        m[0, [0, 2]], m[1, [1, 3]] = 0.5, 0.5
        m[0, 4] = aside
        m[2, [0, 2]], m[3, [1, 3]] = (-1, 1), (-1, 1)
        m[4, 4] = score
        for k, (across, down) in enumerate(TEMPLATE):
            m[5 + 3 * k, [0, 2]] = 1 - across, across
            m[6 + 3 * k, [1, 3]] = 1 - down, down
            m[7 + 3 * k, 4] = 0.8
    grid = np.arange(size, dtype=np.float32) + 0.5
    arrays = {
        "colours": colours, "bias": np.full(2, -0.4, np.float32), "hundred": np.array(100, np.float32),
        "zero": np.array(0, np.float32), "one": np.array(1, np.float32),
        "x": grid.reshape(1, 1, 1, size), "y": grid.reshape(1, 1, size, 1),
        "back_x": (size - grid).reshape(1, 1, 1, size), "back_y": (size - grid).reshape(1, 1, size, 1),
        "size": np.array(size, np.float32), "first": rows[:1], "second": rows[1:],
    }  # fmt: skip
    node = helper.make_node
    nodes = [
        node("Conv", ["pictures", "colours", "bias"], ["near"]),
        node("Mul", ["near", "hundred"], ["steep"]),
        node("Clip", ["steep", "zero", "one"], ["mask"]),
    ]
    for name, grid_name in (("right", "x"), ("bottom", "y"), ("from_right", "back_x"), ("from_bottom", "back_y")):
        nodes += [
            node("Mul", ["mask", grid_name], [f"{name}_all"]),
            node("ReduceMax", [f"{name}_all"], [name], axes=[2, 3], keepdims=0),
        ]
    nodes += [
        node("Sub", ["size", "from_right"], ["left"]),
        node("Sub", ["size", "from_bottom"], ["top"]),
        node("ReduceMax", ["mask"], ["seen"], axes=[2, 3], keepdims=0),
    ]
    sides = ["left", "top", "right", "bottom", "seen"]
    arrays["axis"] = np.array([1], np.int64)
    nodes += [node("Unsqueeze", [s, "axis"], [f"{s}_row"]) for s in sides]
    nodes += [
        node("Concat", [f"{s}_row" for s in sides], ["sides"], axis=1),
        node("MatMul", ["first", "sides"], ["sure"]),
        node("MatMul", ["second", "sides"], ["unsure"]),
        node("Concat", ["sure", "unsure"], ["output0"], axis=2),
    ]
    pictures = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, [1, 3, size, size])
    output = helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 56, 4])
    return _save(path, nodes, [pictures], [output], arrays)


def simcc(path: Path, height: int = 256, width: int = 192) -> Path:
    """n x 17 x 2·width and n x 17 x 2·height: the coloured dancer's column, and a row for each keypoint of it."""
    colours = np.array([1, -1, 1], dtype=np.float32).reshape(1, 3, 1, 1)  # normalised: gray is near 0
    bumps = np.exp(-(((np.arange(height) + 0.5)[None] / height - (0.1 + 0.8 * TEMPLATE[:, 1:])) ** 2) / 0.01)
    arrays = {
        "colours": colours, "bias": np.array([-1.5], np.float32), "hundred": np.array(100, np.float32),
        "zero": np.array(0, np.float32), "one": np.array(1, np.float32),
        "bumps": bumps[None].astype(np.float32), "every": np.ones((1, 17, 1), np.float32),
        "twice": np.array([1, 1, 2], np.float32),
    }  # fmt: skip
    node = helper.make_node
    nodes = [
        node("Conv", ["input", "colours", "bias"], ["near"]),
        node("Mul", ["near", "hundred"], ["steep"]),
        node("Clip", ["steep", "zero", "one"], ["mask"]),
        node("ReduceMean", ["mask"], ["columns"], axes=[2], keepdims=0),
        node("ReduceMax", ["mask"], ["rows"], axes=[3], keepdims=0),
        node("Mul", ["columns", "every"], ["across"]),
        node("Mul", ["rows", "bumps"], ["down"]),
        node("Resize", ["across", "", "twice"], ["simcc_x"], mode="nearest"),
        node("Resize", ["down", "", "twice"], ["simcc_y"], mode="nearest"),
    ]
    value = helper.make_tensor_value_info
    return _save(
        path,
        nodes,
        [value("input", TensorProto.FLOAT, ["n", 3, height, width])],
        [
            value(name, TensorProto.FLOAT, ["n", 17, 2 * cells])
            for name, cells in (("simcc_x", width), ("simcc_y", height))
        ],
        arrays,
    )  # fmt: skip


def other(path: Path) -> Path:
    """A model that finds no keypoints: it gives the picture back."""
    value = helper.make_tensor_value_info
    shape = [1, 3, 8, 8]
    node = helper.make_node("Identity", ["a"], ["b"])
    return _save(path, [node], [value("a", TensorProto.FLOAT, shape)], [value("b", TensorProto.FLOAT, shape)], {})
