"""From a choreography to joints: where every bone of both dancers is at every frame.

The feet come first: a foot that has landed stays exactly where it landed until it swings again, and it lands on its
beat. Pelvis, spine and head ride on the feet; arms and legs close the chains by two-bone inverse kinematics.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samples.figures.curves import Curve, keyed, lowpass, pulse, smooth, smoother
from samples.figures.duet import ROLES, Duet, Role, Side, Spec, Step

Points = NDArray[np.float64]
"""Shape (frames, 3)."""

CHANNELS = (
    "pelvis.side", "pelvis.fwd", "pelvis.up", "pelvis.roll", "pelvis.pitch", "pelvis.yaw",
    "chest.side", "chest.fwd", "chest.roll", "chest.pitch", "chest.yaw",
    "head.roll", "head.pitch", "head.yaw", "knees",
)  # fmt: skip
"""Body channels: metres for side (left positive), fwd, up, knees (bend); degrees for angles (pitch forward positive,
roll lifts the left, yaw turns to the left)."""

SWING = 0.62
"""Beats a foot is in the air before it lands."""


@dataclass(frozen=True)
class Build:
    """Bone lengths in metres."""

    scale: float
    heel: float
    shoulder: float
    hip: float

    @property
    def thigh(self) -> float:
        """Hip joint to knee."""
        return 0.455 * self.scale

    @property
    def shin(self) -> float:
        """Knee to ankle."""
        return 0.435 * self.scale

    @property
    def upper_arm(self) -> float:
        """Shoulder to elbow."""
        return 0.290 * self.scale

    @property
    def forearm(self) -> float:
        """Elbow to the middle of the palm."""
        return 0.325 * self.scale


BUILDS: dict[Role, Build] = {
    "lead": Build(1.0, 0.0, 0.185, 0.092),
    "follow": Build(0.945, 0.055, 0.152, 0.092),
}


@dataclass
class Foot:
    """One foot at every frame: its ball on the floor, which way it points, how its heel is raised."""

    ball: Points
    yaw: Curve
    pitch: Curve
    toe: Points
    ankle: Points


@dataclass
class Body:
    """All joints of one dancer; frames are (frames, 3, 3) with rows left, up, forward."""

    build: Build
    pelvis: Points
    pelvis_axes: NDArray[np.float64]
    waist: Points
    chest: Points
    chest_axes: NDArray[np.float64]
    neck: Points
    head: Points
    head_axes: NDArray[np.float64]
    feet: dict[Side, Foot]
    hip: dict[Side, Points]
    knee: dict[Side, Points]
    shoulder: dict[Side, Points]
    elbow: dict[Side, Points]
    hand: dict[Side, Points]
    yaw: Curve


def axes(yaw: Curve, pitch: Curve, roll: Curve) -> NDArray[np.float64]:
    """Rows left, up, forward of a frame turned by degrees of yaw, then pitch (forward), then roll (left side up)."""
    y, p, r = np.radians(yaw), np.radians(pitch), np.radians(roll)
    zero = np.zeros_like(y)
    left = np.stack([np.cos(y), zero, -np.sin(y)], 1)
    flat = np.stack([np.sin(y), zero, np.cos(y)], 1)
    up = np.stack([zero, zero + 1.0, zero], 1)
    up, forward = (
        np.cos(p)[:, None] * up + np.sin(p)[:, None] * flat,
        np.cos(p)[:, None] * flat - np.sin(p)[:, None] * up,
    )
    left, up = (
        np.cos(r)[:, None] * left + np.sin(r)[:, None] * up,
        np.cos(r)[:, None] * up - np.sin(r)[:, None] * left,
    )
    return np.stack([left, up, forward], 1)


def at(origin: Points, frame: NDArray[np.float64], left: float, up: float, forward: float) -> Points:
    """The point at these metres along a frame's axes."""
    return origin + left * frame[:, 0] + up * frame[:, 1] + forward * frame[:, 2]


def two_bones(root: Points, target: Points, a: float, b: float, pole: Points) -> tuple[Points, Points]:
    """(middle joint, end) of a chain of lengths `a`, `b`; the end is pulled into reach, the middle leans to `pole`."""
    line = target - root
    distance = np.linalg.norm(line, axis=1, keepdims=True) + 1e-9
    direction = line / distance
    reach = np.clip(distance, abs(a - b) + 0.02, (a + b) * 0.998)
    along = (a * a - b * b + reach * reach) / (2 * reach)
    off = np.sqrt(np.maximum(a * a - along * along, 0.0))
    side = pole - (pole * direction).sum(1, keepdims=True) * direction
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    return root + along * direction + off * side, root + reach * direction


def centre_path(duet: Duet, role: Role, u: Curve) -> tuple[Curve, Curve, Curve]:
    """(x, z, yaw) of a dancer's centre, moving from count to count and slowest on the counts."""
    out = []
    places = [duet.place(role, c) for c in range(duet.counts + 2)]
    for k in range(3):
        value = np.full_like(u, places[0][k])
        for c in range(1, duet.counts + 2):
            before, after = places[c - 1][k], places[c][k]
            # A swinging body starts late and arrives with its foot.
            s = np.clip(u - (c - 2), 0.0, 1.0)
            value = value + (after - before) * (0.7 * smooth(s) + 0.3 * s)
        out.append(value)
    return out[0], out[1], out[2]


def _landing(duet: Duet, role: Role, step: Step, u: Curve) -> tuple[float, float]:
    """Where the ball of a foot lands: the centre on that beat, plus half a stance outward, plus the step's own offset."""
    x, z, yaw = (float(v[0]) for v in centre_path(duet, role, np.array([step.u])))
    y = np.radians(yaw)
    stance = {"tap": 0.075, "point": 0.075, "heel": 0.085}.get(step.kind, 0.085)
    out = (stance + step.side) * (1.0 if step.foot == "L" else -1.0)
    ahead = 0.05 + step.fwd + (0.05 if step.kind == "tap" else 0.0)
    return float(x + out * np.cos(y) + ahead * np.sin(y)), float(z - out * np.sin(y) + ahead * np.cos(y))


def foot_motion(duet: Duet, role: Role, foot: Side, u: Curve, yaw: Curve) -> tuple[Points, Curve, Curve]:
    """(ball, heel pitch in degrees, yaw) of one foot: at rest after each landing, in the air just before the next."""
    steps = sorted((s for s in duet.steps[role].values() if s.foot == foot), key=lambda s: s.u)
    start = Step(-9.0, foot, 0.0, 0.0, "step")
    x0, z0, yaw0 = duet.place(role, 0)
    out = 0.085 if foot == "L" else -0.085
    y0 = np.radians(yaw0)
    here = (x0 + out * np.cos(y0) + 0.05 * np.sin(y0), z0 - out * np.sin(y0) + 0.05 * np.cos(y0))
    ball = np.tile(np.array([here[0], 0.0, here[1]]), (u.size, 1))
    pitch = np.zeros_like(u)
    toe_out = np.full_like(u, 12.0)
    previous = start
    for step in steps:
        swing = min(SWING, 0.8 * (step.u - previous.u))
        s = (u - (step.u - swing)) / swing
        there = _landing(duet, role, step, u)
        flying, landed = (s > 0) & (s < 1), s >= 1
        ease = smoother(s)
        for k, axis in enumerate((0, 2)):
            ball[:, axis] = np.where(s > 0, here[k] + (there[k] - here[k]) * ease, ball[:, axis])
        lift = {"stomp": 0.16, "step": 0.045, "tap": 0.05, "heel": 0.07, "point": 0.06}[step.kind]
        ball[:, 1] = np.where(
            flying, lift * np.sin(np.pi * np.clip(ease, 0, 1)) ** 2, np.where(landed, 0.0, ball[:, 1])
        )
        rest = {"tap": 34.0, "point": 40.0, "heel": -24.0}.get(step.kind, 0.0)
        was = {"tap": 34.0, "point": 40.0, "heel": -24.0}.get(previous.kind, 0.0)
        push = 38.0 * np.sin(np.pi * np.clip(s, 0, 1)) ** 1.5
        pitch = np.where(s > 0, was + (rest - was) * ease + push, pitch)
        # The heel peels off shortly before the foot leaves.
        peel = np.clip((u - (step.u - swing - 0.25)) / 0.25, 0, 1)
        pitch = np.where((s <= 0) & (peel > 0), was + 9.0 * smooth(peel), pitch)
        pitch = np.where(flying, pitch + 9.0 * (1 - smooth(s * 2)), pitch)
        here, previous = there, step
    return ball, pitch, yaw + (toe_out if foot == "L" else -toe_out)


def weight(duet: Duet, role: Role, u: Curve) -> Curve:
    """1 on the left foot, -1 on the right, 0 between: it passes over as the bearing foot lands."""
    bearing = sorted((s for s in duet.steps[role].values() if s.bears), key=lambda s: s.u)
    keys, last = [(-9.0, 0.0)], -9.0
    for step in bearing:
        begin, end = step.u - 0.30, step.u + 0.28
        if begin > last:
            keys.append((begin, keys[-1][1]))
        if end > keys[-1][0]:
            keys.append((end, 1.0 if step.foot == "L" else -1.0))
        last = end
    return keyed(u, keys)


def _channels(duet: Duet, role: Role, u: Curve) -> dict[str, Curve]:
    out = {name: np.zeros_like(u) for name in CHANNELS}
    for (who, name), curves in duet.body.items():
        if who == role:
            for curve in curves:
                out[name] = out[name] + curve(u)
    return out


def _sole(build: Build, ball: Points, pitch: Curve, yaw: Curve) -> tuple[Points, Points]:
    """(ankle, toe tip) of a foot turned about its ball; a raised shoe heel is part of the pitch."""
    y, p = np.radians(yaw), np.radians(pitch)
    ahead = np.stack([np.sin(y), np.zeros_like(y), np.cos(y)], 1)
    up = np.array([0.0, 1.0, 0.0])
    back = np.radians(24.0) if build.heel else 0.0
    q = (p + back)[:, None]
    reach = 0.125 * build.scale
    raised = 0.085 * build.scale
    # With the toes up (a heel touch) the foot turns about its heel instead.
    ankle = (
        ball
        + reach * (-np.cos(q) * ahead + np.sin(np.maximum(q, 0)) * up)
        + raised * (np.cos(q) * up + np.sin(q) * ahead * 0.6)
    )
    dip = np.minimum(p, 0)[:, None]
    toe = ball + 0.075 * build.scale * (np.cos(dip) * ahead - np.sin(dip) * up * 1.5)
    return ankle, toe


def pose(duet: Duet, u: Curve, frame_rate: float, beat_seconds: float) -> dict[Role, Body]:
    """Both dancers at beats `u` (one per frame)."""
    bodies = {role: _trunk(duet, role, u) for role in ROLES}
    per_beat = frame_rate * beat_seconds
    _heads(duet, bodies, u, 0.16 * per_beat)
    _arms(duet, bodies, u)
    return bodies


def _trunk(duet: Duet, role: Role, u: Curve) -> Body:
    build = BUILDS[role]
    x, z, yaw = centre_path(duet, role, u)
    channel = _channels(duet, role, u)
    feet: dict[Side, Foot] = {}
    for side in ("L", "R"):
        ball, pitch, heading = foot_motion(duet, role, side, u, yaw)
        ankle, toe = _sole(build, ball, pitch, heading)
        feet[side] = Foot(ball, heading, pitch, toe, ankle)
    w = weight(duet, role, u)
    left = 0.5 * (1 + w)[:, None]
    over = left * feet["L"].ball + (1 - left) * feet["R"].ball
    y = np.radians(yaw)
    ahead = np.stack([np.sin(y), np.zeros_like(y), np.cos(y)], 1)
    # Between the bearing foot and the choreographed centre, slightly behind the balls of the feet.
    ground = 0.62 * (over - 0.05 * ahead) + 0.38 * np.stack([x, np.zeros_like(x), z], 1)
    ground = lowpass(ground, 1.6)
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
    pelvis[:, 1] = lowpass(height, 1.5)
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
            foot.ankle, foot.toe = _sole(build, foot.ball, foot.pitch, foot.yaw)
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
            0.35 * np.degrees(np.arcsin(body.chest_axes[:, 1, 2].clip(-1, 1))) * 0 + channel["head.pitch"] + 2.0,
            channel["head.roll"] + 0.35 * np.degrees(np.arcsin(body.chest_axes[:, 0, 1])),
        )
        k = body.build.scale
        body.head = body.neck + 0.045 * k * body.chest_axes[:, 1] + 0.115 * k * body.head_axes[:, 1]
        body.head = body.head + 0.012 * body.head_axes[:, 2]


# Places on a body: (frame, left, up, forward) with left mirrored for a name ending in R.
_PLACES: dict[str, tuple[str, float, float, float]] = {
    "blade": ("chest", 0.075, 0.02, -0.135),
    "shoulder": ("chest", 0.150, 0.195, 0.03),
    "ribs": ("chest", 0.155, -0.12, 0.03),
    "hip": ("pelvis", 0.185, 0.07, 0.03),
    "waist": ("pelvis", 0.06, 0.15, 0.150),
    "back": ("pelvis", 0.05, 0.17, -0.165),
    "nape": ("head", 0.04, -0.10, -0.12),
    "crown": ("head", 0.08, 0.13, -0.02),
    "cheek": ("head", 0.105, -0.03, 0.07),
    "heart": ("chest", 0.05, 0.03, 0.155),
    "thigh": ("pelvis", 0.15, -0.20, 0.12),
}


def _spot(bodies: dict[Role, Body], role: Role, side: Side, spec: Spec) -> Points:
    """World position of a hand's spec at every frame."""
    name, *rest = spec
    me = bodies[role]
    sign = 1.0 if side == "L" else -1.0
    if name == "air":
        out, up, ahead = (float(v) for v in rest)
        frame = axes(np.degrees(np.arctan2(me.chest_axes[:, 2, 0], me.chest_axes[:, 2, 2])), 0 * me.yaw, 0 * me.yaw)
        return at(me.shoulder[side], frame, sign * out, up, ahead)
    if name == "meet":
        across, up, near = (float(v) for v in rest)
        a, b = bodies["lead"].chest, bodies["follow"].chest
        line = (b - a) * np.array([1.0, 0.0, 1.0])
        line /= np.linalg.norm(line, axis=1, keepdims=True) + 1e-9
        lateral = np.stack([line[:, 2], 0 * line[:, 0], -line[:, 0]], 1)
        middle = 0.5 * (1 - near) * a + 0.5 * (1 + near) * b
        middle[:, 1] = 0.5 * (a[:, 1] + b[:, 1])
        return middle + across * lateral + np.array([0.0, up, 0.0])
    if name == "over":
        who = bodies["lead" if rest[0] == "lead" else "follow"]
        other = bodies["follow" if rest[0] == "lead" else "lead"]
        line = (other.head - who.head) * np.array([1.0, 0.0, 1.0])
        line /= np.linalg.norm(line, axis=1, keepdims=True) + 1e-9
        return who.head + float(rest[2]) * line + np.array([0.0, float(rest[1]), 0.0])
    who = bodies["lead" if rest[0] == "lead" else "follow"]
    place = str(rest[1])
    mirror = -1.0 if place.endswith("R") else 1.0
    frame_name, left, up, ahead = _PLACES[place[:-1]]
    origin, frame = {
        "chest": (who.chest, who.chest_axes),
        "pelvis": (who.pelvis, who.pelvis_axes),
        "head": (who.head, who.head_axes),
    }[frame_name]
    return at(origin, frame, mirror * left, up, ahead)


def _blend(bodies: dict[Role, Body], role: Role, side: Side, keys: list[tuple[float, Spec]], u: Curve) -> Points:
    keys = sorted(keys, key=lambda key: key[0])
    out = _spot(bodies, role, side, keys[0][1])
    for (c0, _), (c1, spec) in zip(keys, keys[1:], strict=False):
        travel = min(1.0, c1 - c0)
        s = smooth((u - (c1 - 1 - travel)) / travel)[:, None]
        # A lifted hand swings out on an arc instead of through the body.
        out = out + (_spot(bodies, role, side, spec) - out) * s
    return out


_REST: Spec = ("air", 0.10, -0.52, 0.10)


def _arms(duet: Duet, bodies: dict[Role, Body], u: Curve) -> None:
    targets = {
        (role, side): _blend(bodies, role, side, duet.hands.get((role, side), [(0.0, _REST)]), u)
        for role in ROLES
        for side in ("L", "R")
    }
    held = [
        (lead, follow)
        for lead in ("L", "R")
        for follow in ("L", "R")
        if duet.hands.get(("lead", lead)) and duet.hands.get(("lead", lead)) == duet.hands.get(("follow", follow))
    ]
    for body in bodies.values():
        for side in ("L", "R"):
            role = next(r for r in ROLES if bodies[r] is body)
            rise = np.clip((targets[role, side][:, 1] - body.shoulder[side][:, 1]) / 0.5, -0.2, 1.0)
            body.shoulder[side] = body.shoulder[side] + 0.05 * lowpass(rise, 1.0)[:, None] * body.chest_axes[:, 1]
    for lead, follow in held:
        # Hands that hold each other meet where both can reach.
        t = 0.5 * (targets["lead", lead] + targets["follow", follow])
        for _ in range(4):
            for role, side in (("lead", lead), ("follow", follow)):
                root, build = bodies[role].shoulder[side], bodies[role].build
                line = t - root
                d = np.linalg.norm(line, axis=1, keepdims=True)
                t = root + line * np.minimum(1.0, 0.985 * (build.upper_arm + build.forearm) / d)
        targets["lead", lead] = targets["follow", follow] = t
    for (role, side), target in targets.items():
        body, sign = bodies[role], 1.0 if side == "L" else -1.0
        frame = body.chest_axes
        high = smooth((target[:, 1] - body.shoulder[side][:, 1] + 0.15) / 0.5)[:, None]
        low_pole = sign * 0.55 * frame[:, 0] - 0.8 * frame[:, 1] - 0.35 * frame[:, 2]
        high_pole = sign * 0.9 * frame[:, 0] - 0.15 * frame[:, 1] + 0.2 * frame[:, 2]
        pole = low_pole + (high_pole - low_pole) * high
        body.elbow[side], body.hand[side] = two_bones(
            body.shoulder[side], target, body.build.upper_arm, body.build.forearm, pole
        )
