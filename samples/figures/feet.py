"""Feet on the floor: where the centre goes, where each ball lands and rests, which foot bears the weight."""

import numpy as np

from samples.figures.bones import Build, Points
from samples.figures.curves import Curve, keyed, smooth, smoother
from samples.figures.duet import Duet, Role, Side, Step

SWING = 0.80
"""Beats a foot is in the air before it lands: it leaves early and comes to rest on the count, as dancers are taught."""

PEEL = 0.15
"""Beats the heel of a foot takes to come off the floor."""

TRANSFER = 0.62
"""Beats the weight takes to pass over; it has arrived when the bearing foot lands."""


def centre_path(duet: Duet, role: Role, u: Curve) -> tuple[Curve, Curve, Curve]:
    """(x, z, yaw) of a dancer's centre, moving from count to count and still on the counts."""
    out = []
    places = [duet.place(role, c) for c in range(duet.counts + 2)]
    for k in range(3):
        value = np.full_like(u, places[0][k])
        for c in range(1, duet.counts + 2):
            before, after = places[c - 1][k], places[c][k]
            value = value + (after - before) * smooth(u - (c - 2))
        out.append(value)
    return out[0], out[1], out[2]


def _landing(duet: Duet, role: Role, step: Step) -> tuple[float, float]:
    """Where the ball of a foot lands: the centre on that beat, half a stance outward, the step's own offset."""
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
        there = _landing(duet, role, step)
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
        peel = np.clip((u - (step.u - swing - PEEL)) / PEEL, 0, 1)
        pitch = np.where((s <= 0) & (peel > 0), was + 9.0 * smooth(peel), pitch)
        pitch = np.where(flying, pitch + 9.0 * (1 - smooth(s * 2)), pitch)
        here, previous = there, step
    return ball, pitch, yaw + (toe_out if foot == "L" else -toe_out)


def weight(duet: Duet, role: Role, u: Curve) -> Curve:
    """1 on the left foot, -1 on the right, 0 between: it passes over until the bearing foot lands."""
    bearing = sorted((s for s in duet.steps[role].values() if s.bears), key=lambda s: s.u)
    keys, last = [(-9.0, 0.0)], -9.0
    for step in bearing:
        begin, end = step.u - TRANSFER, step.u
        if begin > last:
            keys.append((begin, keys[-1][1]))
        if end > keys[-1][0]:
            keys.append((end, 1.0 if step.foot == "L" else -1.0))
        last = end
    return keyed(u, keys)


def sole(build: Build, ball: Points, pitch: Curve, yaw: Curve) -> tuple[Points, Points]:
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
