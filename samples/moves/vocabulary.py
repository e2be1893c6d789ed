"""Holds, turns and body accents in the words of bachata; counts start at 1."""

import math
from collections.abc import Callable

import numpy as np

from samples.figures.curves import Curve, pulse, smooth
from samples.figures.duet import Duet, Role, Side, Spec

LEFT_HIGH: Spec = ("meet", 0.17, 0.00, 0.0)
RIGHT_HIGH: Spec = ("meet", -0.17, 0.00, 0.0)
FRAME_HAND: Spec = ("meet", 0.40, 0.13, 0.0)
RELAXED: Spec = ("air", 0.12, -0.50, 0.10)
READY: Spec = ("air", 0.16, -0.30, 0.26)
WIDE: Spec = ("air", 0.52, 0.02, 0.12)
UP: Spec = ("air", 0.16, 0.52, 0.06)
CROWN: Spec = ("over", "follow", 0.25, 0.07)
LEAD_CROWN: Spec = ("over", "lead", 0.20, 0.06)


def window(begin: float, end: float, ease: float = 0.5) -> Callable[[Curve], Curve]:
    """1 between two counts, eased in before... and out after them."""
    return lambda u: smooth((u - (begin - 1)) / ease) * smooth(((end - 1) - u) / ease)


def open_hold(duet: Duet, count: float = 0.0) -> None:
    """Both hands held at waist height, arriving on `count`."""
    duet.join("L", "R", (count, LEFT_HIGH))
    duet.join("R", "L", (count, RIGHT_HIGH))


def closed_hold(duet: Duet, count: float = 0.0) -> None:
    """The social frame: his right hand on her back, her left on his shoulder, the other hands held to the side."""
    duet.join("L", "R", (count, FRAME_HAND))
    duet.hold("lead", "R", (count, ("on", "follow", "bladeL")))
    duet.hold("follow", "L", (count, ("on", "lead", "shoulderR")))


def let_go(duet: Duet, count: float, *hands: tuple[Role, Side], to: Spec = READY) -> None:
    """Free hands move to `to`, arriving on `count`."""
    for role, side in hands:
        duet.hold(role, side, (count, to))


def under_the_arm(duet: Duet, count: int, degrees: float = -360.0, lead: Side = "L", follow: Side = "R") -> None:
    """She turns under the raised hand over three steps and the hold is back on the tap."""
    duet.join(lead, follow, (count, CROWN), (count + 2, CROWN))
    other_lead: Side = "R" if lead == "L" else "L"
    other_follow: Side = "L" if follow == "R" else "R"
    let_go(duet, count, ("lead", other_lead))
    duet.hold("follow", other_follow, (count, ("on", "follow", "waistL" if other_follow == "L" else "waistR")))
    duet.hold("follow", other_follow, (count + 2, WIDE))
    duet.spin("follow", count, degrees)


def hip_circles(duet: Duet, role: Role, begin: int, end: int, beats: float = 2.0, size: float = 1.0) -> None:
    """Hips drawn in circles, one every `beats`, knees soft."""
    w = window(begin, end, 1.0)
    turn = 2 * math.pi / beats
    duet.accent(role, "pelvis.side", lambda u: w(u) * 0.075 * size * np.cos(turn * u))
    duet.accent(role, "pelvis.fwd", lambda u: w(u) * 0.070 * size * np.sin(turn * u))
    duet.accent(role, "pelvis.roll", lambda u: w(u) * 10.0 * size * np.cos(turn * u + 0.4))
    duet.accent(role, "pelvis.pitch", lambda u: w(u) * -9.0 * size * np.sin(turn * u))
    duet.accent(role, "chest.side", lambda u: w(u) * -0.02 * size * np.cos(turn * u))
    duet.accent(role, "knees", lambda u: w(u) * 0.05)


def body_wave(duet: Duet, role: Role, begin: int, end: int, beats: float = 4.0, size: float = 1.0) -> None:
    """A wave from head to knees: each part follows the one above a little later."""
    w = window(begin, end, 1.0)
    turn = 2 * math.pi / beats
    lag = 0.95
    duet.accent(role, "head.pitch", lambda u: w(u) * -16 * size * np.sin(turn * u + lag))
    duet.accent(role, "chest.pitch", lambda u: w(u) * -17 * size * np.sin(turn * u))
    duet.accent(role, "chest.fwd", lambda u: w(u) * 0.055 * size * np.sin(turn * u))
    duet.accent(role, "pelvis.fwd", lambda u: w(u) * 0.075 * size * np.sin(turn * u - 1.6 * lag))
    duet.accent(role, "pelvis.pitch", lambda u: w(u) * -15 * size * np.sin(turn * u - 1.3 * lag))
    duet.accent(role, "knees", lambda u: w(u) * (0.055 - 0.045 * np.sin(turn * u - 2.2 * lag)))


def head_circle(duet: Duet, role: Role, begin: int, end: int, size: float = 1.0, way: float = 1.0) -> None:
    """One roll of the head: down, round and back, the chest leaning after it."""
    span = float(end - begin)
    w = window(begin, end, 0.5)

    def angle(u: Curve) -> Curve:
        return 2 * math.pi * smooth((u - (begin - 1)) / span)

    duet.accent(role, "head.pitch", lambda u: w(u) * size * (8 + 34 * np.cos(angle(u))))
    duet.accent(role, "head.roll", lambda u: w(u) * size * way * 34 * np.sin(angle(u)))
    duet.accent(role, "chest.pitch", lambda u: w(u) * size * 15 * np.cos(angle(u) - 0.4))
    duet.accent(role, "chest.roll", lambda u: w(u) * size * way * 13 * np.sin(angle(u) - 0.4))


def hit(duet: Duet, role: Role, *counts: float, size: float = 1.0, side: float = 0.0) -> None:
    """A golpe: the body drops and stops dead on each count; `side` throws the hip (left positive)."""
    beats = [c - 1 for c in counts]
    duet.accent(role, "knees", lambda u: 0.075 * size * pulse(u, beats, 0.22, 0.55))
    duet.accent(role, "pelvis.roll", lambda u: 16.0 * side * pulse(u, beats, 0.22, 0.6))
    duet.accent(role, "pelvis.side", lambda u: 0.055 * side * pulse(u, beats, 0.22, 0.6))
    duet.accent(role, "chest.pitch", lambda u: 6.0 * size * pulse(u, beats, 0.22, 0.5))
    duet.accent(role, "head.pitch", lambda u: 7.0 * size * pulse(u, beats, 0.22, 0.5))


def lean(duet: Duet, role: Role, channel: str, amount: float, begin: float, end: float, ease: float = 1.0) -> None:
    """Hold a body channel at `amount` between two counts."""
    w = window(begin, end, ease)
    duet.accent(role, channel, lambda u: amount * w(u))
