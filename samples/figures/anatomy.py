"""The parts every body has: torso, hands, head, feet in their shoes."""

import numpy as np
from numpy.typing import NDArray

from samples.figures.bones import Body, Side, at
from samples.figures.tubes import RGB, Rings, across, blob, chain, unit


def mixed_axes(a: NDArray[np.float64], b: NDArray[np.float64], s: float) -> NDArray[np.float64]:
    """A frame of reference `s` of the way from `a` to `b`."""
    return unit((1 - s) * a + s * b)


# Torso stations: (0 pelvis .. 1 waist .. 2 chest .. 3 neck, offset up, half-width, half-depth, forward, part).
_Torso = tuple[str, float, float, float, float, str]

LEAD_TORSO: tuple[_Torso, ...] = (
    ("pelvis", -0.115, 0.050, 0.050, 0.000, "trousers"),
    ("pelvis", -0.095, 0.120, 0.090, -0.005, "trousers"),
    ("pelvis", -0.040, 0.166, 0.122, -0.012, "trousers"),
    ("pelvis", 0.030, 0.163, 0.118, -0.008, "trousers"),
    ("pelvis", 0.085, 0.154, 0.108, 0.000, "trousers"),
    ("pelvis", 0.085, 0.157, 0.111, 0.000, "belt"),
    ("pelvis", 0.110, 0.156, 0.110, 0.000, "belt"),
    ("pelvis", 0.110, 0.153, 0.107, 0.000, "shirt"),
    ("waist", 0.020, 0.151, 0.106, 0.002, "shirt"),
    ("waist", 0.100, 0.164, 0.112, 0.004, "shirt"),
    ("chest", 0.000, 0.184, 0.122, 0.004, "shirt"),
    ("chest", 0.075, 0.194, 0.120, 0.000, "shirt"),
    ("chest", 0.125, 0.186, 0.106, -0.006, "shirt"),
    ("chest", 0.165, 0.150, 0.086, -0.010, "shirt"),
    ("chest", 0.190, 0.104, 0.070, -0.012, "shirt"),
    ("chest", 0.212, 0.070, 0.062, -0.010, "shirt"),
    ("chest", 0.232, 0.062, 0.060, -0.006, "shirt"),
    ("chest", 0.226, 0.054, 0.054, -0.006, "skin"),
    ("head", -0.095, 0.050, 0.052, -0.012, "skin"),
)

FOLLOW_TORSO: tuple[_Torso, ...] = (
    ("pelvis", -0.100, 0.110, 0.090, -0.005, "dress"),
    ("pelvis", -0.040, 0.162, 0.124, -0.016, "dress"),
    ("pelvis", 0.020, 0.156, 0.118, -0.012, "dress"),
    ("pelvis", 0.080, 0.126, 0.098, -0.002, "dress"),
    ("waist", 0.000, 0.110, 0.086, 0.002, "dress"),
    ("waist", 0.070, 0.118, 0.090, 0.004, "dress"),
    ("chest", -0.040, 0.134, 0.104, 0.010, "dress"),
    ("chest", 0.010, 0.144, 0.122, 0.020, "dress"),
    ("chest", 0.045, 0.143, 0.120, 0.018, "dress"),
    ("chest", 0.068, 0.139, 0.108, 0.012, "dress"),
    ("chest", 0.066, 0.136, 0.104, 0.011, "skin"),
    ("chest", 0.100, 0.142, 0.090, 0.002, "skin"),
    ("chest", 0.135, 0.132, 0.076, -0.006, "skin"),
    ("chest", 0.160, 0.104, 0.062, -0.010, "skin"),
    ("chest", 0.180, 0.064, 0.050, -0.010, "skin"),
    ("chest", 0.205, 0.046, 0.045, -0.008, "skin"),
    ("head", -0.100, 0.042, 0.044, -0.010, "skin"),
)


def torso(rings: Rings, body: Body, stations: tuple[_Torso, ...], colours: dict[str, RGB]) -> None:
    """One tube from the hips to the chin through the stations, each riding on its own part of the spine."""
    k = body.build.scale
    middle = mixed_axes(body.pelvis_axes, body.chest_axes, 0.45)
    neck_axes = mixed_axes(body.chest_axes, body.head_axes, 0.6)
    frames = {
        "pelvis": (body.pelvis, body.pelvis_axes),
        "waist": (body.waist, middle),
        "chest": (body.chest, body.chest_axes),
        "head": (body.head, neck_axes),
    }
    for name, up, width, depth, ahead, part in stations:
        origin, frame = frames[name]
        centre = at(origin, frame, 0.0, up * k, ahead * k)
        rings.ring(centre, width * k * frame[:, 0], depth * k * frame[:, 2], colours[part], 0.03)
    rings.close(22)


def hand(rings: Rings, body: Body, side: Side, skin: RGB, k: float) -> None:
    """A mitten with a thumb, carried on in the forearm's direction."""
    sign = 1.0 if side == "L" else -1.0
    direction = unit(body.hand[side] - body.elbow[side])
    inward = -sign * body.chest_axes[:, 0]
    v, u = across(direction, inward)
    palm = body.hand[side]
    for along, width, depth, droop in (
        (-0.055, 0.021, 0.019, 0.0),
        (-0.030, 0.030, 0.019, 0.0),
        (0.010, 0.038, 0.018, 0.002),
        (0.040, 0.036, 0.015, 0.006),
        (0.075, 0.030, 0.012, 0.014),
        (0.100, 0.021, 0.010, 0.022),
        (0.112, 0.006, 0.005, 0.026),
    ):
        centre = palm + k * along * direction + k * droop * v
        rings.ring(centre, k * width * u, k * depth * v, skin, 0.05)
    rings.close(10)
    root = palm - 0.02 * k * direction + 0.025 * k * v
    tip = root + k * (0.05 * direction + 0.03 * v)
    chain(
        rings, [root, tip], u, [(0.0, 0.012 * k, 0.012 * k, skin, 0.0), (0.6, 0.011 * k, 0.011 * k, skin, 0.0),
        (1.0, 0.004 * k, 0.004 * k, skin, 0.0)], 7,
    )  # fmt: skip


def head(rings: Rings, body: Body, skin: RGB, hair: RGB, lips: RGB, beard: bool) -> None:
    """Skull, face and ears; the hair is its own."""
    k = 0.98 if beard else 0.95
    o, f = body.head, body.head_axes
    profile = (
        (-0.122, 0.008, 0.008, 0.040),
        (-0.117, 0.026, 0.026, 0.036),
        (-0.104, 0.042, 0.044, 0.030),
        (-0.080, 0.054, 0.060, 0.020),
        (-0.045, 0.064, 0.074, 0.010),
        (-0.010, 0.069, 0.083, 0.003),
        (0.030, 0.072, 0.087, 0.000),
        (0.065, 0.067, 0.081, -0.003),
        (0.095, 0.048, 0.058, -0.006),
        (0.110, 0.020, 0.026, -0.008),
    )
    shadow = tuple(0.52 * s + 0.42 * h for s, h in zip(skin, hair, strict=True))
    for up, width, depth, ahead in profile:
        dark = beard and up < -0.075
        colour = shadow if dark else skin
        jaw = 1.08 if beard and up < -0.03 else 1.0
        centre = at(o, f, 0.0, up * k, ahead * k)
        rings.ring(centre, width * k * jaw * f[:, 0], depth * k * f[:, 2], colour, 0.06)  # type: ignore[arg-type]
    rings.close(20)
    nose = [at(o, f, 0, 0.022 * k, 0.083 * k), at(o, f, 0, -0.012 * k, 0.096 * k), at(o, f, 0, -0.030 * k, 0.086 * k)]
    size = 0.012 if beard else 0.009
    chain(rings, nose, f[:, 0], [(0.0, 0.005, 0.006, skin, 0.0), (0.8, size, size, skin, 0.08),
          (1.2, size * 1.1, size, skin, 0.0), (2.0, 0.004, 0.004, skin, 0.0)], 8)  # fmt: skip
    dark: RGB = (0.10, 0.05, 0.05)
    for sign in (1.0, -1.0):
        blob(rings, at(o, f, sign * 0.072 * k, -0.008, -0.008), f, (0.009, 0.024, 0.016), skin, 0.0, 8)
        lash = [at(o, f, sign * x * k, y * k, z * k) for x, y, z in
                ((0.014, 0.008, 0.0860), (0.029, 0.002, 0.0835), (0.046, 0.010, 0.0735))]  # fmt: skip
        thick = 0.0042 if beard else 0.0052
        chain(rings, lash, f[:, 1], [(0.0, 0.002, 0.003, dark, 0.0), (1.0, thick, 0.003, dark, 0.0),
              (2.0, 0.002, 0.003, dark, 0.0)], 6)  # fmt: skip
        brow = [at(o, f, sign * x * k, y * k, z * k) for x, y, z in
                ((0.013, 0.029, 0.0875), (0.031, 0.036, 0.0825), (0.050, 0.029, 0.0710))]  # fmt: skip
        chain(rings, brow, f[:, 1], [(0.0, 0.004, 0.003, hair, 0.0), (1.0, 0.0045, 0.003, hair, 0.0),
              (2.0, 0.0015, 0.003, hair, 0.0)], 6)  # fmt: skip
    mouth = [at(o, f, x * k, y * k, z * k) for x, y, z in
             ((-0.021, -0.054, 0.0775), (0.0, -0.061, 0.0885), (0.021, -0.054, 0.0775))]  # fmt: skip
    full = 0.0050 if beard else 0.0075
    chain(
        rings,
        mouth,
        f[:, 1],
        [
            (0.0, 0.002, 0.003, lips, 0.0),
            (0.7, full, 0.004, lips, 0.1),
            (1.0, full * 0.9, 0.004, lips, 0.1),
            (1.3, full, 0.004, lips, 0.1),
            (2.0, 0.002, 0.003, lips, 0.0),
        ],
        8,
    )


def foot_and_shoe(rings: Rings, body: Body, side: Side, shoe: RGB, skin: RGB | None) -> None:
    """A leather shoe, or with `skin` an open heeled sandal."""
    foot, k = body.feet[side], body.build.scale
    y = np.radians(foot.yaw)
    ahead = np.stack([np.sin(y), 0 * y, np.cos(y)], 1)
    left = np.stack([np.cos(y), 0 * y, -np.sin(y)], 1)
    line = unit(foot.ball - foot.ankle)
    up = np.cross(line, left)
    up = up * np.sign(up[:, 1:2] + 1e-9)
    ball = foot.ball + np.array([0.0, 0.024, 0.0])
    ankle, toe = foot.ankle, foot.toe + np.array([0.0, 0.018, 0.0])
    if skin is None:
        heel = ankle - 0.052 * k * up - 0.045 * k * ahead * 0.9
        for centre, width, height, colour in (
            (heel - 0.012 * ahead, 0.012, 0.012, shoe),
            (heel, 0.032, 0.034, shoe),
            (ankle - 0.034 * up, 0.037, 0.046, shoe),
            (0.45 * ankle + 0.55 * ball - 0.004 * up, 0.039, 0.036, shoe),
            (ball, 0.045, 0.027, shoe),
            (0.4 * ball + 0.6 * toe, 0.042, 0.022, shoe),
            (toe + 0.012 * ahead, 0.028, 0.016, shoe),
            (toe + 0.028 * ahead, 0.008, 0.007, shoe),
        ):
            rings.ring(centre, width * left, height * unit(up + 0 * ahead), colour, 0.28)
        rings.close(12)
        return
    heel = ankle - 0.052 * k * up - 0.030 * k * ahead
    for centre, width, height, colour in (
        (heel - 0.010 * ahead, 0.010, 0.012, skin),
        (heel + 0.010 * up, 0.026, 0.028, skin),
        (ankle - 0.026 * up, 0.029, 0.036, skin),
        (0.5 * ankle + 0.5 * ball - 0.004 * up, 0.031, 0.027, skin),
        (0.28 * ankle + 0.72 * ball, 0.034, 0.024, skin),
        (0.28 * ankle + 0.72 * ball, 0.037, 0.027, shoe),
        (ball + 0.004 * up, 0.038, 0.023, shoe),
        (0.5 * ball + 0.5 * toe, 0.034, 0.018, shoe),
        (toe + 0.008 * ahead, 0.020, 0.012, shoe),
        (toe + 0.020 * ahead, 0.006, 0.006, shoe),
    ):
        rings.ring(centre, width * left, height * up, colour, 0.15)
    rings.close(12)
    # The heel stands under the ankle and tips with the foot; the strap runs round the ankle.
    top = heel + 0.004 * up
    p = np.radians(foot.pitch)[:, None]
    foot_of_heel = top - 0.072 * (np.cos(p) * np.array([0.0, 1.0, 0.0]) + np.sin(p) * ahead)
    chain(rings, [top, foot_of_heel], left, [(0.0, 0.020, 0.018, shoe, 0.2), (0.35, 0.011, 0.010, shoe, 0.2),
          (1.0, 0.008, 0.008, shoe, 0.2)], 8)  # fmt: skip
    shin = unit(body.knee[side] - ankle)
    u, v = across(shin, left)
    for rise in (0.022, 0.036):
        rings.ring(ankle + rise * shin, 0.031 * u, 0.033 * v, shoe, 0.2)
    rings.close(12)
