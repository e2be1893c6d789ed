"""Joints -> rings: the visible bodies and clothes of both dancers, for every frame at once."""

from dataclasses import dataclass

import numpy as np

from samples.figures.anatomy import FOLLOW_TORSO, LEAD_TORSO, foot_and_shoe, hand, head, mixed_axes, torso
from samples.figures.bones import Body, at
from samples.figures.cloth import hang, lag, spread
from samples.figures.duet import Role
from samples.figures.tubes import RGB, Rings, blob, chain, rgb, unit


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


def dress_couple(bodies: dict[Role, Body], wardrobe: Wardrobe, dt: float) -> Rings:
    """All rings of both dancers; `dt` is seconds a frame, for what swings."""
    rings = Rings()
    _lead(rings, bodies["lead"], wardrobe)
    _follow(rings, bodies["follow"], wardrobe, dt)
    return rings


def _lead(rings: Rings, body: Body, w: Wardrobe) -> None:
    skin, shirt, trousers = rgb(w.lead_skin), rgb(w.shirt), rgb(w.trousers)
    hair = rgb(w.lead_hair)
    torso(rings, body, LEAD_TORSO, {"skin": skin, "shirt": shirt, "trousers": trousers, "belt": rgb(w.belt)})
    _waistcoat(rings, body, rgb(w.vest))
    for side in ("L", "R"):
        inner = at(body.chest, body.chest_axes, (0.10 if side == "L" else -0.10), 0.135, -0.01)
        chain(
            rings,
            [inner, body.shoulder[side], body.elbow[side], body.hand[side]],
            body.chest_axes[:, 2],
            [
                (0.1, 0.056, 0.050, shirt, 0.0),
                (0.7, 0.066, 0.062, shirt, 0.0),
                (1.05, 0.064, 0.062, shirt, 0.0),
                (1.3, 0.058, 0.056, shirt, 0.0),
                (1.6, 0.053, 0.051, shirt, 0.0),
                (1.95, 0.049, 0.049, shirt, 0.0),
                (2.10, 0.050, 0.050, shirt, 0.0),
                (2.20, 0.051, 0.051, shirt, 0.0),
                (2.20, 0.040, 0.040, skin, 0.05),
                (2.35, 0.041, 0.040, skin, 0.05),
                (2.6, 0.034, 0.034, skin, 0.05),
                (2.85, 0.025, 0.025, skin, 0.05),
            ],
            14,
        )
        hand(rings, body, side, skin, 1.0)
        foot = body.feet[side]
        chain(
            rings,
            [body.hip[side], body.knee[side], foot.ankle],
            body.pelvis_axes[:, 0],
            [
                (-0.10, 0.070, 0.080, trousers, 0.0),
                (0.05, 0.092, 0.098, trousers, 0.0),
                (0.35, 0.086, 0.090, trousers, 0.0),
                (0.7, 0.070, 0.074, trousers, 0.0),
                (0.95, 0.060, 0.064, trousers, 0.0),
                (1.05, 0.059, 0.063, trousers, 0.0),
                (1.3, 0.058, 0.062, trousers, 0.0),
                (1.6, 0.053, 0.056, trousers, 0.0),
                (1.9, 0.050, 0.052, trousers, 0.0),
                (1.97, 0.050, 0.052, trousers, 0.0),
                (1.97, 0.03, 0.03, trousers, 0.0),
            ],
            16,
        )
        foot_and_shoe(rings, body, side, rgb(w.lead_shoe), None)
    head(rings, body, skin, hair, (0.52, 0.25, 0.22), beard=True)
    f = body.head_axes
    blob(rings, at(body.head, f, 0, 0.034, -0.016), f, (0.078, 0.092, 0.092), hair, 0.06, 18)
    # A quiff, and the hair at the nape.
    blob(rings, at(body.head, f, 0.012, 0.100, 0.040), f, (0.052, 0.030, 0.048), hair, 0.10, 12)
    blob(rings, at(body.head, f, 0, -0.030, -0.050), f, (0.060, 0.060, 0.042), hair, 0.0, 12)


def _waistcoat(rings: Rings, body: Body, colour: RGB) -> None:
    """A waistcoat: the torso's own stations, a little wider, open at chest height."""
    for name, up, width, depth, ahead, part in LEAD_TORSO:
        if part != "shirt" or (name == "chest" and up > 0.06):
            continue
        frame = body.chest_axes if name == "chest" else mixed_axes(body.pelvis_axes, body.chest_axes, 0.45)
        if name == "pelvis":
            frame = body.pelvis_axes
        origin = {"pelvis": body.pelvis, "waist": body.waist, "chest": body.chest}[name]
        low = -0.03 if name == "pelvis" else 0.0
        rings.ring(
            at(origin, frame, 0, up + low, ahead),
            (width + 0.013) * frame[:, 0],
            (depth + 0.012) * frame[:, 2],
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
    torso(rings, body, FOLLOW_TORSO, {"skin": skin, "dress": dress})
    _skirt(rings, body, dress, rgb(w.dress_deep), dt)
    for side, sign in (("L", 1.0), ("R", -1.0)):
        f = body.chest_axes
        strap = [at(body.chest, f, sign * 0.075 * k, up * k, z * k) for up, z in
                 ((0.055, 0.115), (0.125, 0.075), (0.178, -0.008), (0.13, -0.082), (0.05, -0.094))]  # fmt: skip
        chain(rings, strap, f[:, 0], [(p, 0.009, 0.005, dress, 0.0) for p in (0.0, 1.0, 1.6, 2.0, 2.4, 3.0, 4.0)], 7)
        inner = at(body.chest, f, sign * 0.085 * k, 0.135 * k, -0.01)
        chain(
            rings,
            [inner, body.shoulder[side], body.elbow[side], body.hand[side]],
            f[:, 2],
            [
                (0.2, 0.036, 0.034, skin, 0.05),
                (0.7, 0.045, 0.043, skin, 0.05),
                (1.05, 0.043, 0.042, skin, 0.05),
                (1.3, 0.039, 0.038, skin, 0.05),
                (1.6, 0.035, 0.034, skin, 0.05),
                (1.95, 0.031, 0.030, skin, 0.05),
                (2.1, 0.032, 0.031, skin, 0.05),
                (2.3, 0.032, 0.031, skin, 0.05),
                (2.6, 0.026, 0.025, skin, 0.05),
                (2.85, 0.0195, 0.0185, skin, 0.05),
            ],
            14,
        )
        hand(rings, body, side, skin, 0.86)
        foot = body.feet[side]
        chain(
            rings,
            [body.hip[side], body.knee[side], foot.ankle],
            body.pelvis_axes[:, 0],
            [
                (0.5, 0.068, 0.072, skin, 0.05),
                (0.7, 0.060, 0.063, skin, 0.05),
                (0.95, 0.048, 0.051, skin, 0.06),
                (1.05, 0.046, 0.050, skin, 0.06),
                (1.3, 0.048, 0.054, skin, 0.06),
                (1.5, 0.043, 0.047, skin, 0.06),
                (1.8, 0.029, 0.031, skin, 0.05),
                (1.96, 0.027, 0.029, skin, 0.05),
                (2.02, 0.026, 0.028, skin, 0.05),
            ],
            16,
        )
        foot_and_shoe(rings, body, side, rgb(w.follow_shoe), skin)
    head(rings, body, skin, hair, rgb(w.lips), beard=False)
    _long_hair(rings, body, hair, rgb(w.ribbon), dt)


def _long_hair(rings: Rings, body: Body, hair: RGB, ribbon: RGB, dt: float) -> None:
    o, f = body.head, body.head_axes
    blob(rings, at(o, f, 0, 0.030, -0.016), f, (0.078, 0.094, 0.094), hair, 0.10, 20)
    blob(rings, at(o, f, 0.018, 0.078, 0.036), f, (0.058, 0.036, 0.050), hair, 0.12, 14)
    root = at(o, f, 0, 0.068, -0.100)
    strand = hang(root, -0.85 * f[:, 2] + 0.2 * f[:, 1], o, at(body.chest, body.chest_axes, 0, 0.06, 0.0), 0.075, 8, dt)
    joints = [np.ascontiguousarray(strand[:, i]) for i in range(8)]
    sizes = (0.024, 0.046, 0.056, 0.060, 0.058, 0.050, 0.036, 0.006)
    chain(
        rings,
        joints,
        f[:, 0],
        [(i + 0.02, s, s * 0.8, hair, 0.10) for i, s in enumerate(sizes[:-1])] + [(7.0, 0.006, 0.006, hair, 0.0)],
        14,
    )
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
        (-0.085, 0.124, 0.100, 0.0),
        (-0.045, 0.145, 0.114, 0.02),
        (0.010, 0.166, 0.132, 0.06),
        (0.060, 0.176, 0.148, 0.14),
        (0.130, 0.190, 0.166, 0.30),
        (0.210, 0.206, 0.182, 0.52),
        (0.290, 0.224, 0.200, 0.76),
        (0.360, 0.240, 0.214, 1.0),
        (0.372, 0.236, 0.210, 1.0),
    ):
        late = yaw + loose * (turn[:, 0] - yaw)
        level = np.stack([np.cos(late), 0 * late, -np.sin(late)], 1)
        ahead = np.stack([np.sin(late), 0 * late, np.cos(late)], 1)
        tilt = 1.0 - min(1.0, loose * 1.6)
        left = unit(tilt * body.pelvis_axes[:, 0] + (1 - tilt) * (level + 0.35 * body.pelvis_axes[:, 0]))
        front = unit(tilt * body.pelvis_axes[:, 2] + (1 - tilt) * ahead)
        centre = body.pelvis - k * drop * (tilt * body.pelvis_axes[:, 1] + (1 - tilt) * np.array([0.0, 1.0, 0.0]))
        flat = np.array([1.0, 0.0, 1.0])
        # The cloth goes round both thighs at this height, however far apart they are.
        thighs = []
        for side in ("L", "R"):
            fall = np.maximum(body.hip[side][:, 1] - body.knee[side][:, 1], 0.15)
            t = np.clip(k * max(0.0, drop - 0.02) / fall, 0.0, 1.0)[:, None]
            thighs.append(body.hip[side] + t * (body.knee[side] - body.hip[side]))
        middle = 0.5 * (thighs[0] + thighs[1])
        centre = (
            centre
            + loose * 0.055 * np.tanh(trail / 0.055) * flat
            + min(1.0, 4 * max(0.0, drop)) * (middle - centre) * flat
        )
        centre[:, 1] += loose * flare * 0.10
        opened = 1 + 0.75 * loose * flare
        apart = thighs[0] - thighs[1]
        room = 0.112 * min(1.0, max(0.0, drop) / 0.12)
        wide = np.maximum(k * width, room + 0.58 * np.abs((apart * left).sum(1))) * opened
        deepness = np.maximum(k * depth, room + 0.58 * np.abs((apart * front).sum(1))) * opened
        phase = 0.8 * np.sin(1.7 * yaw) + 2.4 * loose
        fold = np.stack([np.full(frames, 0.085 * max(0.0, loose - 0.12)), np.full(frames, 9.0), phase], 1)
        mix = min(1.0, loose) ** 2 * 0.55
        colour = tuple((1 - mix) * a + mix * b for a, b in zip(dress, deep, strict=True))
        rings.ring(centre, wide[:, None] * left, deepness[:, None] * front, colour, 0.04, fold)  # type: ignore[arg-type]
    rings.close(54)
