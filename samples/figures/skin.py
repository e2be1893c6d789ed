"""Joints -> rings: the visible bodies and clothes of both dancers, for every frame at once."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from samples.figures.cloth import hang, lag, spread
from samples.figures.duet import Role, Side
from samples.figures.skeleton import Body, Points, at

RGB = tuple[float, float, float]


def rgb(code: str) -> RGB:
    """`"#c2185b"` -> linear-ish 0..1 triple."""
    return tuple(int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5))  # type: ignore[return-value]


@dataclass(frozen=True)
class Wardrobe:
    """Colours of the couple."""

    lead_skin: str = "#b9794f"
    lead_hair: str = "#20140f"
    shirt: str = "#efe4d2"
    vest: str = "#3a2a3f"
    trousers: str = "#2a2433"
    belt: str = "#7a4a24"
    lead_shoe: str = "#5d3620"
    follow_skin: str = "#cf9068"
    follow_hair: str = "#2b160f"
    dress: str = "#c81f3c"
    dress_deep: str = "#8e1230"
    follow_shoe: str = "#d9a441"
    lips: str = "#a3202f"
    ribbon: str = "#f2b84b"


@dataclass
class Rings:
    """Tubes being collected; `pack` gives what the rasteriser takes."""

    centres: list[Points] = field(default_factory=list)
    us: list[Points] = field(default_factory=list)
    vs: list[Points] = field(default_factory=list)
    folds: list[NDArray[np.float64]] = field(default_factory=list)
    colours: list[RGB] = field(default_factory=list)
    gloss: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    segments: list[int] = field(default_factory=list)

    def ring(
        self, centre: Points, u: Points, v: Points, colour: RGB, gloss: float = 0.0,
        fold: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        """One ring of the tube in hand."""
        self.centres.append(centre)
        self.us.append(u)
        self.vs.append(v)
        self.folds.append(np.zeros((centre.shape[0], 3)) if fold is None else fold)
        self.colours.append(colour)
        self.gloss.append(gloss)

    def close(self, segments: int) -> None:
        """Finish the tube in hand, its rings drawn with this many corners."""
        self.starts.append(len(self.centres))
        self.segments.append(segments)

    def pack(self) -> dict[str, NDArray[np.generic]]:
        """Arrays for `raster.build_vertices`; those that move have a leading frame axis."""
        return {
            "centres": np.stack(self.centres, 1).astype(np.float32),
            "us": np.stack(self.us, 1).astype(np.float32),
            "vs": np.stack(self.vs, 1).astype(np.float32),
            "folds": np.stack(self.folds, 1).astype(np.float32),
            "colours": np.array(self.colours, np.float32),
            "gloss": np.array(self.gloss, np.float32),
            "starts": np.array(self.starts, np.int32),
            "segments": np.array(self.segments, np.int32),
        }


def unit(v: Points) -> Points:
    """Each row at length 1."""
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


def _across(direction: Points, hint: Points) -> tuple[Points, Points]:
    """Two unit axes across a bone; the first lies along `hint` as far as it can."""
    u = unit(hint - (hint * direction).sum(1, keepdims=True) * direction)
    return u, np.cross(direction, u)


Station = tuple[float, float, float, RGB, float]
"""Of a chain: position (0 first joint, 1 second, 2 third…), half-width, half-depth, colour, gloss."""


def chain(rings: Rings, joints: list[Points], hint: Points, stations: list[Station], segments: int) -> None:
    """A tube through joints: a limb whose stations sit on its bones, bent softly at each joint."""
    directions = [unit(b - a) for a, b in zip(joints, joints[1:], strict=False)]
    for position, width, depth, colour, gloss in stations:
        bone = int(np.clip(np.floor(position), 0, len(directions) - 1))
        s = position - bone
        centre = joints[bone] + s * (joints[bone + 1] - joints[bone])
        direction = directions[bone]
        near = round(position)
        if 0 < near < len(directions) and abs(position - near) < 0.12:
            mixture = 0.5 + (position - near) / 0.24
            direction = unit((1 - mixture) * directions[near - 1] + mixture * directions[near])
        u, v = _across(direction, hint)
        rings.ring(centre, width * u, depth * v, colour, gloss)
    rings.close(segments)


def blob(
    rings: Rings, centre: Points, frame: NDArray[np.float64], radii: RGB, colour: RGB, gloss: float, n: int
) -> None:
    """An ellipsoid with half-axes (left, up, forward)."""
    for latitude in np.linspace(-np.pi / 2, np.pi / 2, 7 if n > 8 else 5):
        c, s = max(np.cos(latitude), 0.02), np.sin(latitude)
        rings.ring(
            centre + radii[1] * s * frame[:, 1], radii[0] * c * frame[:, 0], radii[2] * c * frame[:, 2], colour, gloss
        )
    rings.close(n)


def dress_couple(bodies: dict[Role, Body], wardrobe: Wardrobe, dt: float) -> Rings:
    """All rings of both dancers; `dt` is seconds a frame, for what swings."""
    rings = Rings()
    _lead(rings, bodies["lead"], wardrobe)
    _follow(rings, bodies["follow"], wardrobe, dt)
    return rings


def _mixed_axes(a: NDArray[np.float64], b: NDArray[np.float64], s: float) -> NDArray[np.float64]:
    return unit((1 - s) * a + s * b)


# Torso stations: (0 pelvis .. 1 waist .. 2 chest .. 3 neck, offset up, half-width, half-depth, forward, part).
_Torso = tuple[str, float, float, float, float, str]

_LEAD_TORSO: tuple[_Torso, ...] = (
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

_FOLLOW_TORSO: tuple[_Torso, ...] = (
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


def _torso(rings: Rings, body: Body, stations: tuple[_Torso, ...], colours: dict[str, RGB]) -> None:
    k = body.build.scale
    middle = _mixed_axes(body.pelvis_axes, body.chest_axes, 0.45)
    neck_axes = _mixed_axes(body.chest_axes, body.head_axes, 0.6)
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


def _hand(rings: Rings, body: Body, side: Side, skin: RGB, k: float) -> None:
    """A mitten with a thumb, carried on in the forearm's direction."""
    sign = 1.0 if side == "L" else -1.0
    direction = unit(body.hand[side] - body.elbow[side])
    inward = -sign * body.chest_axes[:, 0]
    v, u = _across(direction, inward)
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


def _head(rings: Rings, body: Body, skin: RGB, hair: RGB, lips: RGB, beard: bool) -> None:
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
    chain(rings, mouth, f[:, 1], [(0.0, 0.002, 0.003, lips, 0.0), (0.7, full, 0.004, lips, 0.1), (1.0, full * 0.9, 0.004, lips, 0.1),
          (1.3, full, 0.004, lips, 0.1), (2.0, 0.002, 0.003, lips, 0.0)], 8)  # fmt: skip


def _foot(rings: Rings, body: Body, side: Side, shoe: RGB, sole: RGB, skin: RGB | None) -> None:
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
    foot_of_heel = top + body.build.heel * (-1.45 * up) - 0.006 * ahead
    chain(rings, [top, foot_of_heel], left, [(0.0, 0.020, 0.018, shoe, 0.2), (0.35, 0.011, 0.010, shoe, 0.2),
          (1.0, 0.008, 0.008, shoe, 0.2)], 8)  # fmt: skip
    shin = unit(body.knee[side] - ankle)
    u, v = _across(shin, left)
    for rise in (0.022, 0.036):
        rings.ring(ankle + rise * shin, 0.031 * u, 0.033 * v, shoe, 0.2)
    rings.close(12)


def _lead(rings: Rings, body: Body, w: Wardrobe) -> None:
    skin, shirt, trousers = rgb(w.lead_skin), rgb(w.shirt), rgb(w.trousers)
    hair = rgb(w.lead_hair)
    _torso(rings, body, _LEAD_TORSO, {"skin": skin, "shirt": shirt, "trousers": trousers, "belt": rgb(w.belt)})
    _waistcoat(rings, body, rgb(w.vest))
    for side in ("L", "R"):
        inner = at(body.chest, body.chest_axes, (0.10 if side == "L" else -0.10), 0.135, -0.01)
        chain(rings, [inner, body.shoulder[side], body.elbow[side], body.hand[side]], body.chest_axes[:, 2], [
            (0.1, 0.056, 0.050, shirt, 0.0), (0.7, 0.066, 0.062, shirt, 0.0), (1.05, 0.064, 0.062, shirt, 0.0), (1.3, 0.058, 0.056, shirt, 0.0), (1.6, 0.053, 0.051, shirt, 0.0), (1.95, 0.049, 0.049, shirt, 0.0),
            (2.10, 0.050, 0.050, shirt, 0.0), (2.20, 0.051, 0.051, shirt, 0.0), (2.20, 0.040, 0.040, skin, 0.05), (2.35, 0.041, 0.040, skin, 0.05), (2.6, 0.034, 0.034, skin, 0.05),
            (2.85, 0.025, 0.025, skin, 0.05),
        ], 14)  # fmt: skip
        _hand(rings, body, side, skin, 1.0)
        foot = body.feet[side]
        chain(rings, [body.hip[side], body.knee[side], foot.ankle], body.pelvis_axes[:, 0], [
            (-0.10, 0.070, 0.080, trousers, 0.0), (0.05, 0.092, 0.098, trousers, 0.0), (0.35, 0.086, 0.090, trousers, 0.0), (0.7, 0.070, 0.074, trousers, 0.0),
            (0.95, 0.060, 0.064, trousers, 0.0), (1.05, 0.059, 0.063, trousers, 0.0), (1.3, 0.058, 0.062, trousers, 0.0), (1.6, 0.053, 0.056, trousers, 0.0), (1.9, 0.050, 0.052, trousers, 0.0), (1.97, 0.050, 0.052, trousers, 0.0), (1.97, 0.03, 0.03, trousers, 0.0),
        ], 16)  # fmt: skip
        _foot(rings, body, side, rgb(w.lead_shoe), rgb(w.lead_hair), None)
    _head(rings, body, skin, hair, (0.52, 0.25, 0.22), beard=True)
    f = body.head_axes
    blob(rings, at(body.head, f, 0, 0.034, -0.016), f, (0.078, 0.092, 0.092), hair, 0.06, 18)
    # A quiff, and the hair at the nape.
    blob(rings, at(body.head, f, 0.012, 0.100, 0.040), f, (0.052, 0.030, 0.048), hair, 0.10, 12)
    blob(rings, at(body.head, f, 0, -0.030, -0.050), f, (0.060, 0.060, 0.042), hair, 0.0, 12)


def _waistcoat(rings: Rings, body: Body, colour: RGB) -> None:
    """A waistcoat: the torso's own stations, a little wider, open at chest height."""
    for name, up, width, depth, ahead, part in _LEAD_TORSO:
        if part != "shirt" or (name == "chest" and up > 0.06):
            continue
        frame = body.chest_axes if name == "chest" else _mixed_axes(body.pelvis_axes, body.chest_axes, 0.45)
        if name == "pelvis":
            frame = body.pelvis_axes
        origin = {"pelvis": body.pelvis, "waist": body.waist, "chest": body.chest}[name]
        low = -0.03 if name == "pelvis" else 0.0
        rings.ring(
            at(origin, frame, 0, up + low, ahead),
            (width + 0.008) * frame[:, 0],
            (depth + 0.008) * frame[:, 2],
            colour,
            0.05,
        )
    f = body.chest_axes
    # Its upper edge dips in front: the last ring leans forward.
    lean = unit(f[:, 2] * 1.0 - 0.55 * f[:, 1])
    rings.ring(at(body.chest, f, 0, 0.085, -0.004), 0.190 * f[:, 0], 0.140 * lean, colour, 0.05)
    rings.close(22)


def _follow(rings: Rings, body: Body, w: Wardrobe, dt: float) -> None:
    skin, dress, hair, k = rgb(w.follow_skin), rgb(w.dress), rgb(w.follow_hair), body.build.scale
    _torso(rings, body, _FOLLOW_TORSO, {"skin": skin, "dress": dress})
    _skirt(rings, body, dress, rgb(w.dress_deep), dt)
    for side, sign in (("L", 1.0), ("R", -1.0)):
        f = body.chest_axes
        strap = [at(body.chest, f, sign * 0.075 * k, up * k, z * k) for up, z in
                 ((0.055, 0.115), (0.125, 0.075), (0.178, -0.008), (0.13, -0.082), (0.05, -0.094))]  # fmt: skip
        chain(rings, strap, f[:, 0], [(p, 0.009, 0.005, dress, 0.0) for p in (0.0, 1.0, 1.6, 2.0, 2.4, 3.0, 4.0)], 7)
        inner = at(body.chest, f, sign * 0.085 * k, 0.135 * k, -0.01)
        chain(rings, [inner, body.shoulder[side], body.elbow[side], body.hand[side]], f[:, 2], [
            (0.2, 0.036, 0.034, skin, 0.05), (0.7, 0.045, 0.043, skin, 0.05), (1.05, 0.043, 0.042, skin, 0.05), (1.3, 0.039, 0.038, skin, 0.05), (1.6, 0.035, 0.034, skin, 0.05), (1.95, 0.031, 0.030, skin, 0.05),
            (2.1, 0.032, 0.031, skin, 0.05), (2.3, 0.032, 0.031, skin, 0.05), (2.6, 0.026, 0.025, skin, 0.05), (2.85, 0.0195, 0.0185, skin, 0.05),
        ], 14)  # fmt: skip
        _hand(rings, body, side, skin, 0.86)
        foot = body.feet[side]
        chain(rings, [body.hip[side], body.knee[side], foot.ankle], body.pelvis_axes[:, 0], [
            (0.0, 0.080, 0.085, skin, 0.05), (0.3, 0.078, 0.082, skin, 0.05), (0.7, 0.060, 0.063, skin, 0.05), (0.95, 0.048, 0.051, skin, 0.06), (1.05, 0.046, 0.050, skin, 0.06),
            (1.3, 0.048, 0.054, skin, 0.06), (1.5, 0.043, 0.047, skin, 0.06), (1.8, 0.029, 0.031, skin, 0.05), (1.96, 0.027, 0.029, skin, 0.05), (2.02, 0.026, 0.028, skin, 0.05),
        ], 16)  # fmt: skip
        _foot(rings, body, side, rgb(w.follow_shoe), rgb(w.follow_shoe), skin)
    _head(rings, body, skin, hair, rgb(w.lips), beard=False)
    _long_hair(rings, body, hair, rgb(w.ribbon), dt)


def _long_hair(rings: Rings, body: Body, hair: RGB, ribbon: RGB, dt: float) -> None:
    o, f = body.head, body.head_axes
    blob(rings, at(o, f, 0, 0.030, -0.016), f, (0.078, 0.094, 0.094), hair, 0.10, 20)
    blob(rings, at(o, f, 0.018, 0.078, 0.036), f, (0.058, 0.036, 0.050), hair, 0.12, 14)
    root = at(o, f, 0, 0.068, -0.100)
    strand = hang(root, -0.85 * f[:, 2] + 0.2 * f[:, 1], o, at(body.chest, body.chest_axes, 0, 0.06, 0.0), 0.075, 8, dt)
    joints = [np.ascontiguousarray(strand[:, i]) for i in range(8)]
    sizes = (0.024, 0.046, 0.056, 0.060, 0.058, 0.050, 0.036, 0.006)
    chain(rings, joints, f[:, 0], [(i + 0.02, s, s * 0.8, hair, 0.10) for i, s in enumerate(sizes[:-1])] + [(7.0, 0.006, 0.006, hair, 0.0)], 14)  # fmt: skip
    for sign in (1.0, -1.0):
        blob(rings, at(o, f, sign * 0.077, -0.032, 0.006), f, (0.008, 0.013, 0.008), ribbon, 0.5, 8)
    blob(rings, root, f, (0.034, 0.030, 0.022), ribbon, 0.1, 10)


def _skirt(rings: Rings, body: Body, dress: RGB, deep: RGB, dt: float) -> None:
    """Pleated, to the knee: each lower ring trails further behind the hips, opens in turns and makes room for knees."""
    k = body.build.scale
    frames = body.pelvis.shape[0]
    trail = lag(np.ascontiguousarray(body.pelvis), 95.0, 7.5, dt) - body.pelvis
    turn = lag(np.ascontiguousarray(np.radians(body.yaw)[:, None]), 60.0, 6.0, dt)
    speed = lag(np.abs(spread(np.radians(body.yaw)[:, None])) / dt, 40.0, 9.0, dt)[:, 0]
    flare = np.clip(speed / 9.0, 0.0, 1.2)
    yaw = np.radians(body.yaw)
    for drop, width, depth, loose in (
        (-0.085, 0.124, 0.100, 0.0), (-0.045, 0.145, 0.114, 0.02), (0.010, 0.166, 0.132, 0.06), (0.060, 0.176, 0.148, 0.14),
        (0.130, 0.190, 0.166, 0.30), (0.210, 0.206, 0.182, 0.52), (0.290, 0.224, 0.200, 0.76), (0.360, 0.240, 0.214, 1.0), (0.372, 0.236, 0.210, 1.0),
    ):  # fmt: skip
        late = yaw + loose * (turn[:, 0] - yaw)
        level = np.stack([np.cos(late), 0 * late, -np.sin(late)], 1)
        ahead = np.stack([np.sin(late), 0 * late, np.cos(late)], 1)
        tilt = 1.0 - min(1.0, loose * 1.6)
        left = unit(tilt * body.pelvis_axes[:, 0] + (1 - tilt) * (level + 0.35 * body.pelvis_axes[:, 0]))
        front = unit(tilt * body.pelvis_axes[:, 2] + (1 - tilt) * ahead)
        centre = body.pelvis - k * drop * (tilt * body.pelvis_axes[:, 1] + (1 - tilt) * np.array([0.0, 1.0, 0.0]))
        flat = np.array([1.0, 0.0, 1.0])
        # The cloth goes round both thighs at this height, however far apart they are.
        t = max(0.0, drop) / body.build.thigh
        thighs = [body.hip[side] + t * (body.knee[side] - body.hip[side]) for side in ("L", "R")]
        middle = 0.5 * (thighs[0] + thighs[1])
        centre = centre + loose * 1.2 * trail * flat + min(1.0, 4 * max(0.0, drop)) * 0.8 * (middle - centre) * flat
        centre[:, 1] += loose * flare * 0.10
        opened = 1 + 0.75 * loose * flare
        apart = thighs[0] - thighs[1]
        room = 0.108 if drop > 0 else 0.0
        wide = np.maximum(k * width, room + 0.5 * np.abs((apart * left).sum(1))) * opened
        deepness = np.maximum(k * depth, room + 0.5 * np.abs((apart * front).sum(1))) * opened
        phase = 0.8 * np.sin(1.7 * yaw) + 2.4 * loose
        fold = np.stack([np.full(frames, 0.085 * max(0.0, loose - 0.12)), np.full(frames, 9.0), phase], 1)
        mix = min(1.0, loose) ** 2 * 0.55
        colour = tuple((1 - mix) * a + mix * b for a, b in zip(dress, deep, strict=True))
        rings.ring(centre, wide[:, None] * left, deepness[:, None] * front, colour, 0.04, fold)  # type: ignore[arg-type]
    rings.close(54)
