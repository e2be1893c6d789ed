"""A choreography as data: positions per count, footfalls, holds and body accents of two dancers.

Counts are numbered from 1; count c falls on beat u = c - 1. Lengths in metres, angles in degrees. The couple stands
on an axis: the lead at -gap, the follow at +gap along it, facing each other; `phi` is the direction the lead faces (0
towards the viewer, 90 to the viewer's right). Tracks hold their value until the next count that names one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from samples.figures.curves import Curve

Role = Literal["lead", "follow"]
Side = Literal["L", "R"]
Kind = Literal["step", "tap", "stomp", "heel", "point"]
Spec = tuple[str | float, ...]
"""Where a hand is: ("air", out, up, fwd) from the own shoulder; ("meet", side, up, near) between both chests, `near`
-1 at the lead .. 1 at the follow; ("over", role, up, near) above a head, shifted `near` metres to the other;
("on", role, place) on a body."""

ROLES: tuple[Role, Role] = ("lead", "follow")
TRACKS = ("l", "a", "phi", "gap", "lead.l", "lead.a", "lead.yaw", "follow.l", "follow.a", "follow.yaw")

# Of a side basic: how far the body's centre has gone on each of the eight counts.
_THERE_AND_BACK = (0.45, 0.55, 1.0, 1.0, 0.55, 0.45, 0.0, 0.0)


@dataclass(frozen=True)
class Step:
    """A footfall at beat `u`: which foot, where its ball lands (offset from the body's centre), how."""

    u: float
    foot: Side
    side: float
    fwd: float
    kind: Kind

    @property
    def bears(self) -> bool:
        """Whether the weight goes onto this foot."""
        return self.kind in ("step", "stomp")


@dataclass
class Duet:
    """A move under construction; the methods are the vocabulary that choreographies are written in."""

    eights: int = 2
    phi: float = 72.0
    gap: float = 0.36
    open_out: float = 16.0
    sway: float = 1.0
    tracks: dict[str, dict[int, float]] = field(default_factory=dict)
    steps: dict[Role, dict[float, Step]] = field(default_factory=lambda: {"lead": {}, "follow": {}})
    hands: dict[tuple[Role, Side], list[tuple[float, Spec]]] = field(default_factory=dict)
    body: dict[tuple[Role, str], list[Callable[[Curve], Curve]]] = field(default_factory=dict)
    gaze: dict[Role, list[tuple[float, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in TRACKS:
            self.tracks.setdefault(name, {})
        self.tracks["phi"][0] = self.phi
        self.tracks["gap"][0] = self.gap
        self.tracks["lead.yaw"][0] = -self.open_out
        self.tracks["follow.yaw"][0] = self.open_out
        for role in ROLES:
            for c in range(1, self.counts + 1):
                self.footfall(role, c)

    @property
    def counts(self) -> int:
        """How many counts the move has."""
        return 8 * self.eights

    def footfall(
        self,
        role: Role,
        count: float,
        foot: Side | None = None,
        *,
        side: float = 0.0,
        fwd: float = 0.0,
        kind: Kind | None = None,
    ) -> None:
        """Put a foot down on `count` (fractions are the "and"s); `side` is outward, `fwd` forward of its usual place.

        Without `foot` and `kind`: the basic's alternation (lead left on 1, follow right) with a tap on 4 and 8.
        """
        if foot is None:
            lead_left = (int(count) - 1) % 8 in (0, 2, 5, 7)
            foot = "L" if lead_left == (role == "lead") else "R"
        if kind is None:
            kind = "tap" if count % 4 == 0 else "step"
        self.steps[role][count] = Step(count - 1.0, foot, side, fwd, kind)

    def drop(self, role: Role, *counts: float) -> None:
        """No footfall on these counts."""
        for count in counts:
            self.steps[role].pop(count, None)

    def track(self, name: str, values: dict[int, float]) -> None:
        """Set a track at counts; `name` as in `TRACKS`."""
        if name not in TRACKS:
            raise KeyError(name)
        self.tracks[name].update(values)

    def value(self, name: str, count: int) -> float:
        """A track's value on a count: the latest one set at or before it."""
        keys = [c for c in self.tracks[name] if c <= count]
        return self.tracks[name][max(keys)] if keys else 0.0

    def place(self, role: Role, count: int) -> tuple[float, float, float]:
        """(x, z, yaw in degrees) of a dancer's centre on a count; count 0 is before the first step."""
        phi = self.value("phi", count)
        sign = -1.0 if role == "lead" else 1.0
        along = self.value("a", count) + sign * self.value("gap", count) + self.value(f"{role}.a", count)
        across = self.value("l", count) + self.value(f"{role}.l", count)
        s, c = math.sin(math.radians(phi)), math.cos(math.radians(phi))
        yaw = phi + (0.0 if role == "lead" else 180.0) + self.value(f"{role}.yaw", count)
        return along * s + across * c, along * c - across * s, yaw

    # The vocabulary.

    def side_basic(self, count: int, width: float = 0.5) -> None:
        """Eight counts to the lead's left and back."""
        self.track("l", {count + i: width * w for i, w in enumerate(_THERE_AND_BACK)})

    def forward_basic(self, count: int, width: float = 0.42) -> None:
        """Eight counts towards the follow and back."""
        self.track("a", {count + i: width * w for i, w in enumerate(_THERE_AND_BACK)})

    def box(self, count: int, width: float = 0.4) -> None:
        """Four counts along the side, four along the line: home after eight counts by a diagonal."""
        self.track("l", {count + i: width * w for i, w in enumerate((0.5, 0.6, 1, 1, 0.8, 0.6, 0, 0))})
        self.track("a", {count + i: width * w for i, w in enumerate((0, 0, 0.1, 0.1, 0.7, 0.9, 0, 0))})

    def circle(self, count: int, degrees: float, counts: int = 8) -> None:
        """Turn the whole couple by `degrees`, a share on each stepping count."""
        begin, moving = self.value("phi", count - 1), [c for c in range(count, count + counts) if c % 4]
        for i, c in enumerate(moving, start=1):
            self.track("phi", {c: begin + degrees * i / len(moving)})

    def spin(self, role: Role, count: int, degrees: float, shares: tuple[float, ...] = (0.22, 0.62, 1.0)) -> None:
        """Turn one dancer by `degrees` over the steps from `count`; the turn stays added afterwards."""
        begin = self.value(f"{role}.yaw", count - 1)
        self.track(f"{role}.yaw", {count + i: begin + degrees * share for i, share in enumerate(shares)})

    def hold(self, role: Role, side: Side, *keys: tuple[float, Spec]) -> None:
        """Hand positions by count; the hand arrives on the count and rests there until 1 count before the next key."""
        self.hands.setdefault((role, side), []).extend(keys)

    def join(self, lead: Side, follow: Side, *keys: tuple[float, Spec]) -> None:
        """The same keys for a hand of each: they are holding each other."""
        self.hold("lead", lead, *keys)
        self.hold("follow", follow, *keys)

    def accent(self, role: Role, channel: str, curve: Callable[[Curve], Curve]) -> None:
        """Add `curve(u)` to a body channel (see `skeleton.CHANNELS`)."""
        self.body.setdefault((role, channel), []).append(curve)

    def look(self, role: Role, *keys: tuple[float, float]) -> None:
        """How much the head seeks the partner: 1 looks at them, 0 straight ahead; by count."""
        self.gaze.setdefault(role, []).extend(keys)

    def go_on(self) -> None:
        """After the last count begin another basic, so that a cut has a moving picture to fade with."""
        last = self.counts
        self.track("l", {last + 1: self.value("l", last) + 0.22})
        for role in ROLES:
            self.footfall(role, last + 1)
