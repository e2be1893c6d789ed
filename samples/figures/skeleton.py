"""From a choreography to joints: where every bone of both dancers is at every frame.

The feet come first: a foot that has landed stays exactly where it landed until it swings again, and it lands on its
beat. Pelvis, spine and head ride on the feet; arms and legs close the chains by two-bone inverse kinematics.
"""

import numpy as np
from numpy.typing import NDArray

from samples.figures.arms import reach_with_arms
from samples.figures.bones import BUILDS, Body, Build, Foot, Points, at, axes, two_bones
from samples.figures.curves import Curve, keyed, lowpass, pulse, smooth
from samples.figures.duet import ROLES, Duet, Role, Side
from samples.figures.feet import centre_path, foot_motion, sole, weight

CHANNELS = (
    "pelvis.side", "pelvis.fwd", "pelvis.up", "pelvis.roll", "pelvis.pitch", "pelvis.yaw",
    "chest.side", "chest.fwd", "chest.roll", "chest.pitch", "chest.yaw",
    "head.roll", "head.pitch", "head.yaw", "knees",
)  # fmt: skip
"""Body channels: metres for side (left positive), fwd, up, knees (bend); degrees for angles (pitch forward positive,
roll lifts the left, yaw turns to the left)."""


def _channels(duet: Duet, role: Role, u: Curve) -> dict[str, Curve]:
    out = {name: np.zeros_like(u) for name in CHANNELS}
    for (who, name), curves in duet.body.items():
        if who == role:
            for curve in curves:
                out[name] = out[name] + curve(u)
    return out


def pose(duet: Duet, u: Curve, frame_rate: float, beat_seconds: float) -> dict[Role, Body]:
    """Both dancers at beats `u` (one per frame)."""
    bodies = {role: _trunk(duet, role, u, frame_rate) for role in ROLES}
    _heads(duet, bodies, u, 0.16 * frame_rate * beat_seconds)
    reach_with_arms(duet, bodies, u, frame_rate)
    return bodies


def _trunk(duet: Duet, role: Role, u: Curve, rate: float) -> Body:
    build = BUILDS[role]
    x, z, yaw = centre_path(duet, role, u)
    channel = _channels(duet, role, u)
    feet: dict[Side, Foot] = {}
    for side in ("L", "R"):
        ball, pitch, heading = foot_motion(duet, role, side, u, yaw)
        ankle, toe = sole(build, ball, pitch, heading)
        feet[side] = Foot(ball, heading, pitch, toe, ankle)
    w = weight(duet, role, u)
    left = 0.5 * (1 + w)[:, None]
    over = left * feet["L"].ball + (1 - left) * feet["R"].ball
    y = np.radians(yaw)
    ahead = np.stack([np.sin(y), np.zeros_like(y), np.cos(y)], 1)
    # Between the bearing foot and the choreographed centre, slightly behind the balls of the feet.
    ground = 0.62 * (over - 0.05 * ahead) + 0.38 * np.stack([x, np.zeros_like(x), z], 1)
    ground = lowpass(ground, 0.053 * rate)
    grace = 1.0 if role == "follow" else 0.62
    taps = [s.u for s in duet.steps[role].values() if s.kind in ("tap", "point")]
    left_taps = [s.u for s in duet.steps[role].values() if s.kind in ("tap", "point") and s.foot == "L"]
    right_taps = [t for t in taps if t not in left_taps]
    pop = pulse(u, left_taps, 0.38, 0.5) - pulse(u, right_taps, 0.38, 0.5)
    swing = duet.sway * grace
    # Cuban motion: the hip of the straight, bearing leg is high and out; on a tap the free hip pops up.
    roll = swing * (7.0 * w + 15.0 * pop) + channel["pelvis.roll"]
    pelvis_yaw = yaw + swing * (-7.0 * w + 7.0 * pop) + channel["pelvis.yaw"]
    pelvis_axes = axes(pelvis_yaw, channel["pelvis.pitch"] + 3.0, roll)
    side_shift = swing * (0.028 * w + 0.018 * pop) + channel["pelvis.side"]
    flat = axes(yaw, 0 * u, 0 * u)
    pelvis = ground + side_shift[:, None] * flat[:, 0] + channel["pelvis.fwd"][:, None] * flat[:, 2]
    beat_dip = 0.5 - 0.5 * np.cos(2 * np.pi * u)
    stand = build.thigh + build.shin + 0.085 * build.scale + build.heel + 0.025
    height = stand - 0.030 + 0.012 * beat_dip - channel["knees"] + channel["pelvis.up"]
    height = np.minimum(height, _tallest(build, pelvis, feet, left[:, 0]))
    pelvis[:, 1] = lowpass(height, 0.050 * rate)
    hip, knee = _legs(build, pelvis, pelvis_axes, feet, yaw)
    return _spine(build, pelvis, pelvis_axes, feet, hip, knee, yaw, channel, w, pop, swing)


def _tallest(build: Build, pelvis: Points, feet: dict[Side, Foot], left: Curve) -> Curve:
    """The highest pelvis from which the bearing leg still reaches its ankle without locking."""
    leg = (build.thigh + build.shin) * 0.993
    best = np.full(left.shape, 9.0)
    for side, share in (("L", left), ("R", 1 - left)):
        gap = np.hypot(*(pelvis - feet[side].ankle)[:, [0, 2]].T) - build.hip * 0.6
        highest = feet[side].ankle[:, 1] + np.sqrt(np.maximum(leg**2 - np.maximum(gap, 0) ** 2, 0.04)) + 0.03
        best = np.minimum(best, highest + 0.22 * smooth((0.75 - share) / 0.6))
    return best


def _legs(
    build: Build, pelvis: Points, frame: NDArray[np.float64], feet: dict[Side, Foot], yaw: Curve
) -> tuple[dict[Side, Points], dict[Side, Points]]:
    hip, knee = {}, {}
    for side, sign in (("L", 1.0), ("R", -1.0)):
        hip[side] = at(pelvis, frame, sign * build.hip, -0.035, 0.0)
        foot = feet[side]
        for _ in range(4):
            # A leg that is too short raises its heel: the ball is where the choreography wants it.
            missing = np.linalg.norm(foot.ankle - hip[side], axis=1) - 0.994 * (build.thigh + build.shin)
            foot.pitch = np.clip(foot.pitch + np.degrees(np.maximum(missing, 0.0) / (0.15 * build.scale)), -30, 72)
            foot.ankle, foot.toe = sole(build, foot.ball, foot.pitch, foot.yaw)
        y = np.radians(0.5 * (yaw + foot.yaw) + sign * 4.0)
        pole = np.stack([np.sin(y), np.full_like(y, 0.15), np.cos(y)], 1)
        knee[side], foot.ankle = two_bones(hip[side], foot.ankle, build.thigh, build.shin, pole)
    return hip, knee


def _spine(
    build: Build, pelvis: Points, pelvis_axes: NDArray[np.float64], feet: dict[Side, Foot],
    hip: dict[Side, Points], knee: dict[Side, Points], yaw: Curve, channel: dict[str, Curve],
    w: Curve, pop: Curve, swing: float,
) -> Body:  # fmt: skip
    k = build.scale
    # The rib cage answers the hips: it tips and turns against them.
    chest_axes = axes(
        yaw + swing * (3.0 * w - 4.0 * pop) + channel["chest.yaw"],
        channel["chest.pitch"] + 1.0,
        swing * (-3.0 * w - 4.5 * pop) + channel["chest.roll"],
    )
    waist = at(pelvis, pelvis_axes, 0.0, 0.13 * k, 0.0)
    bend = pelvis_axes[:, 1] + 1.4 * chest_axes[:, 1]
    bend /= np.linalg.norm(bend, axis=1, keepdims=True)
    flat = axes(yaw, 0 * yaw, 0 * yaw)
    chest = waist + 0.20 * k * bend + channel["chest.side"][:, None] * flat[:, 0]
    chest = chest + channel["chest.fwd"][:, None] * flat[:, 2]
    neck = at(chest, chest_axes, 0.0, 0.215 * k, -0.012)
    shoulder: dict[Side, Points] = {
        "L": at(chest, chest_axes, build.shoulder, 0.155 * k, -0.01),
        "R": at(chest, chest_axes, -build.shoulder, 0.155 * k, -0.01),
    }
    still = axes(yaw, channel["head.pitch"], channel["head.roll"])
    return Body(
        build, pelvis, pelvis_axes, waist, chest, chest_axes, neck, neck.copy(), still, feet, hip, knee, shoulder,
        {}, {}, yaw,
    )  # fmt: skip


def _heads(duet: Duet, bodies: dict[Role, Body], u: Curve, spot_frames: float) -> None:
    """Heads stay more level than chests and look at the partner as far as a neck turns; they spot in turns."""
    for role, body in bodies.items():
        other = bodies["follow" if role == "lead" else "lead"]
        channel = _channels(duet, role, u)
        line = other.neck - body.neck
        toward = np.degrees(np.arctan2(line[:, 0], line[:, 2])) - body.yaw
        toward = (toward + 180.0) % 360.0 - 180.0
        seek = keyed(u, [(c - 1, v) for c, v in duet.gaze.get(role, [(0.0, 0.85)])])
        turn = lowpass(seek * np.clip(toward, -62, 62), max(1.0, spot_frames))
        body.head_axes = axes(
            body.yaw + turn + channel["head.yaw"],
            channel["head.pitch"] + 2.0,
            channel["head.roll"] + 0.35 * np.degrees(np.arcsin(body.chest_axes[:, 0, 1])),
        )
        k = body.build.scale
        body.head = body.neck + 0.045 * k * body.chest_axes[:, 1] + 0.115 * k * body.head_axes[:, 1]
        body.head = body.head + 0.012 * body.head_axes[:, 2]
