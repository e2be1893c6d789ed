"""What is true of the drawn dancers: their joints, as a faultless pose model would find them."""

from __future__ import annotations

import numpy as np

from bachata.moves.body.people.tracks import Couple
from samples.figures.bones import Body
from samples.figures.skeleton import pose
from samples.figures.stage import Camera
from samples.moves.catalogue import MOVES
from samples.moves.clip import FRAME_RATE, timing

HEIGHT = 720


def couple(clip_id: str, step: int) -> Couple:
    """Lead and follow of a drawn move in every `step`th frame."""
    move = next(m for m in MOVES if m.clip_id == clip_id)
    duet = move.choreograph()
    when = timing(move, duet.counts)
    frames = np.arange(0, when.frames)
    u = (frames / float(FRAME_RATE) - when.start) * move.tempo / 60.0
    bodies = pose(duet, u, float(FRAME_RATE), 60.0 / move.tempo)
    points = np.stack([_seen(_joints(bodies[role])) for role in ("lead", "follow")], axis=1)[::step]
    return Couple(frames[::step], float(FRAME_RATE), points, np.ones(points.shape[:3]))


def _joints(body: Body) -> np.ndarray:
    """(frames, 17, 3) metres, in the order of COCO; eyes and ears are put where the head is."""
    sides = [
        [getattr(body, name)[side] for side in ("L", "R")] for name in ("shoulder", "elbow", "hand", "hip", "knee")
    ]
    ankles = [body.feet[side].ankle for side in ("L", "R")]
    return np.stack([body.head] * 5 + [joint for pair in sides for joint in pair] + ankles, axis=1)


def _seen(joints: np.ndarray) -> np.ndarray:
    """Through the film's camera: (frames, 17, 2), picture heights from the middle of the picture."""
    focal, eye, away, centre_x, centre_y = Camera(HEIGHT).lens()
    near = focal / (away - joints[..., 2])
    x = centre_x + joints[..., 0] * near
    y = centre_y - (joints[..., 1] - eye) * near
    return np.stack([x - HEIGHT * 8 / 9, y - HEIGHT / 2], axis=-1) / HEIGHT
