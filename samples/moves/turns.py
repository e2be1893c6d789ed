"""Turns: hers, his, several, and changing places."""

from samples.figures.duet import ROLES, Duet
from samples.moves.vocabulary import (
    CROWN,
    LEAD_CROWN,
    LEFT_HIGH,
    READY,
    RIGHT_HIGH,
    UP,
    WIDE,
    let_go,
    open_hold,
    under_the_arm,
)


def _two_hands(duet: Duet, count: int) -> None:
    duet.join("L", "R", (count, LEFT_HIGH))
    duet.join("R", "L", (count, RIGHT_HIGH))


def right_turn() -> Duet:
    """A basic to the side, then on 9 she turns to her right under his left hand."""
    duet = Duet(phi=70)
    open_hold(duet)
    duet.side_basic(1)
    duet.side_basic(9, 0.4)
    under_the_arm(duet, 9)
    _two_hands(duet, 12)
    duet.go_on()
    return duet


def left_turn() -> Duet:
    """She turns to her left on 5, under the other hand."""
    duet = Duet(phi=74)
    open_hold(duet)
    duet.side_basic(1)
    duet.side_basic(9)
    duet.join("R", "L", (5, CROWN), (7, CROWN))
    let_go(duet, 5, ("lead", "L"))
    duet.hold("follow", "R", (5, ("on", "follow", "waistR")), (7, WIDE))
    duet.spin("follow", 5, 360.0)
    _two_hands(duet, 8)
    duet.go_on()
    return duet


def double_spin() -> Duet:
    """Two turns in three steps under the raised hand, prepared by a basic."""
    duet = Duet(phi=72, sway=1.1)
    open_hold(duet)
    duet.side_basic(1)
    duet.side_basic(9, 0.3)
    under_the_arm(duet, 9, -720.0)
    duet.hold("follow", "L", (10, ("on", "follow", "heartL")), (12, WIDE))
    _two_hands(duet, 14)
    duet.go_on()
    return duet


def both_spin() -> Duet:
    """They let go and both spin, clap eyes on each other on the tap, and again the other way."""
    duet = Duet(phi=78, gap=0.40, sway=1.2)
    open_hold(duet)
    duet.side_basic(1, 0.6)
    duet.side_basic(9, 0.4)
    for role in ROLES:
        way = -1.0 if role == "follow" else 1.0
        duet.spin(role, 1, 360.0 * way)
        duet.spin(role, 5, -360.0 * way)
        for side in ("L", "R"):
            duet.hold(
                role,
                side,
                (1, ("on", role, f"heart{side}")),
                (3, ("on", role, f"heart{side}")),
                (4, WIDE),
                (5, ("on", role, f"heart{side}")),
                (7, ("on", role, f"heart{side}")),
                (8, UP if side == "R" else WIDE),
                (9, READY),
            )
    _two_hands(duet, 10)
    duet.go_on()
    return duet


def spin_chain() -> Duet:
    """A spin on every three steps for two eight-counts, then she turns him once."""
    duet = Duet(eights=3, phi=72, sway=1.1)
    open_hold(duet)
    for begin in (1, 9, 17):
        duet.side_basic(begin, 0.45)
    duet.join("L", "R", (1, CROWN), (11, CROWN))
    let_go(duet, 1, ("lead", "R"))
    duet.hold("follow", "L", (1, ("on", "follow", "heartL")), (3, WIDE), (5, ("on", "follow", "heartL")), (7, WIDE),
              (9, ("on", "follow", "heartL")), (11, UP), (12, WIDE))  # fmt: skip
    duet.spin("follow", 1, -360.0)
    duet.spin("follow", 5, -360.0)
    duet.spin("follow", 9, -720.0)
    duet.join("L", "R", (13, LEAD_CROWN), (15, LEAD_CROWN))
    duet.spin("lead", 13, -360.0)
    _two_hands(duet, 17)
    duet.go_on()
    return duet


def cross_body() -> Duet:
    """He opens the door on 1 to 4, she walks through on 5 to 7, and they have changed sides."""
    duet = Duet(phi=76)
    open_hold(duet)
    duet.side_basic(1, 0.4)
    _change_sides(duet, 9, 0.0)
    duet.go_on()
    return duet


def _change_sides(duet: Duet, count: int, turn: float) -> None:
    """The couple's axis goes half round: he a quarter on 1 to 3, both the rest on 5 to 7."""
    begin = duet.value("phi", count - 1)
    duet.track("phi", {count: begin + 15, count + 1: begin + 35, count + 2: begin + 55, count + 4: begin + 105,
                       count + 5: begin + 150, count + 6: begin + 180})  # fmt: skip
    duet.track("gap", {count: 0.40, count + 2: 0.42, count + 4: 0.34, count + 6: 0.38, count + 7: 0.36})
    duet.track("lead.yaw", {count: 10.0, count + 2: 38.0, count + 4: 30.0, count + 6: -duet.open_out})
    if turn:
        duet.spin("follow", count + 4, turn)
    # The far side would show their backs: the open V turns to the viewer.
    out = duet.value("follow.yaw", count + 6)
    duet.track("follow.yaw", {count + 7: out - 2 * duet.open_out})
    duet.track("lead.yaw", {count + 7: duet.open_out})
