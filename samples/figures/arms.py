"""Hands: where they are asked to be, where two can meet, and the elbows that follow."""

from itertools import pairwise

import numpy as np
from numba import njit

from samples.figures.bones import Body, Points, at, axes, two_bones
from samples.figures.curves import Curve, lowpass, smooth
from samples.figures.duet import ROLES, Duet, Role, Side, Spec

Keys = list[tuple[float, Spec]]

SIDES: tuple[Side, Side] = ("L", "R")

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


def _blend(bodies: dict[Role, Body], role: Role, side: Side, keys: Keys, u: Curve) -> Points:
    keys = sorted(keys, key=lambda key: key[0])
    out = _spot(bodies, role, side, keys[0][1])
    for (c0, _), (c1, spec) in pairwise(keys):
        travel = min(1.0, c1 - c0)
        s = smooth((u - (c1 - 1 - travel)) / travel)[:, None]
        out = out + (_spot(bodies, role, side, spec) - out) * s
    return out


_REST: Spec = ("air", 0.10, -0.52, 0.10)


def _asked(keys: Keys, u: Curve) -> list[Spec]:
    """The spec a hand is at, or on its way to, at every frame."""
    keys = sorted(keys, key=lambda key: key[0])
    out = [keys[0][1]] * u.size
    for (c0, _), (c1, spec) in pairwise(keys):
        for i in np.flatnonzero(u >= c1 - 1 - min(1.0, c1 - c0)):
            out[i] = spec
    return out


def reach_with_arms(duet: Duet, bodies: dict[Role, Body], u: Curve, rate: float) -> None:
    """Give both dancers elbows and hands. Hands asked to one point hold each other and meet within both reaches."""
    keys = {(role, side): duet.hands.get((role, side), [(0.0, _REST)]) for role in ROLES for side in SIDES}
    targets = {hand: _blend(bodies, *hand, keys[hand], u) for hand in keys}
    for role, body in bodies.items():
        for side in SIDES:
            rise = np.clip((targets[role, side][:, 1] - body.shoulder[side][:, 1]) / 0.5, -0.2, 1.0)
            body.shoulder[side] = (
                body.shoulder[side] + 0.05 * lowpass(rise, 0.033 * rate)[:, None] * body.chest_axes[:, 1]
            )
    asked = {hand: _asked(keys[hand], u) for hand in keys}
    for lead in SIDES:
        for follow in SIDES:
            one, other = ("lead", lead), ("follow", follow)
            same = [a == b and a[0] in ("meet", "over", "on") for a, b in zip(asked[one], asked[other], strict=True)]
            share = lowpass(np.array(same, float), 0.066 * rate)[:, None]
            if share.max() == 0.0:
                continue
            met = 0.5 * (targets[one] + targets[other])
            for _ in range(4):
                for role, side in ((ROLES[0], lead), (ROLES[1], follow)):
                    root, build = bodies[role].shoulder[side], bodies[role].build
                    line = met - root
                    far = np.linalg.norm(line, axis=1, keepdims=True)
                    met = root + line * np.minimum(1.0, 0.985 * (build.upper_arm + build.forearm) / far)
            for hand in (one, other):
                targets[hand] = targets[hand] + share * (met - targets[hand])
    for (role, side), target in targets.items():
        _bend_elbow(bodies[role], side, _round_the_shoulder(bodies[role], side, target), rate)


def _round_the_shoulder(body: Body, side: Side, target: Points) -> Points:
    """A hand on its way from above to below goes round its own shoulder, not through it."""
    sign, frame = (1.0 if side == "L" else -1.0), body.chest_axes
    near = np.linalg.norm(target - body.shoulder[side], axis=1)
    return target + 0.30 * smooth((0.26 - near) / 0.26)[:, None] * (sign * 0.7 * frame[:, 0] + 0.7 * frame[:, 2])


def _bend_elbow(body: Body, side: Side, target: Points, rate: float) -> None:
    sign, frame = (1.0 if side == "L" else -1.0), body.chest_axes
    high = smooth((target[:, 1] - body.shoulder[side][:, 1] + 0.15) / 0.5)[:, None]
    low_pole = sign * 0.32 * frame[:, 0] - 0.8 * frame[:, 1] - 0.7 * frame[:, 2]
    high_pole = sign * 0.9 * frame[:, 0] - 0.15 * frame[:, 1] + 0.2 * frame[:, 2]
    pole = low_pole + (high_pole - low_pole) * high
    line = target - body.shoulder[side]
    line /= np.linalg.norm(line, axis=1, keepdims=True) + 1e-9
    pole = _steady(line, pole, 14.0 / rate)
    body.elbow[side], body.hand[side] = two_bones(
        body.shoulder[side], target, body.build.upper_arm, body.build.forearm, pole
    )


@njit(cache=True, nogil=True)
def _steady(line: Points, pole: Points, pull: float) -> Points:
    """Directions across `line`, drawn towards `pole` by `pull` a frame.

    An arm that swings through its own pole would flip its elbow within a frame; carried along from frame to frame, the
    elbow comes round instead.
    """
    out = np.empty_like(pole)
    side = pole[0].copy()
    for i in range(line.shape[0]):
        across = pole[i] - (pole[i] * line[i]).sum() * line[i]
        if i:
            side = side + pull * across
        side = side - (side * line[i]).sum() * line[i]
        size = np.sqrt((side * side).sum())
        if size < 1e-6:
            side = across + 1e-6
            size = np.sqrt((side * side).sum())
        side = side / size
        out[i] = side
    return out
