"""Shadow position and hammerlock: holds in which they do not simply face each other."""

from samples.figures.duet import ROLES, Duet
from samples.moves.vocabulary import CROWN, LEFT_HIGH, RIGHT_HIGH, WIDE, lean, open_hold

SHADOW_LEFT = ("on", "follow", "waistL")
SHADOW_RIGHT = ("on", "follow", "waistR")


def _into_shadow(duet: Duet, count: int) -> None:
    """She turns half round under the hand and stands with her back to him; his arms close round her."""
    duet.join("L", "R", (count, CROWN), (count + 2, CROWN), (count + 3, ("on", "follow", "waistR")))
    duet.join("R", "L", (count, ("meet", -0.25, -0.05, 0.2)), (count + 3, ("on", "follow", "waistL")))
    duet.spin("follow", count, -180.0)
    duet.track("gap", {count + 1: 0.30, count + 2: 0.20, count + 3: 0.18})
    duet.track("follow.yaw", {count + 3: duet.value("follow.yaw", count + 2) - duet.open_out - 6})
    duet.look("follow", (0, 0.85), (count, 0.85), (count + 3, 0.35))


def _out_of_shadow(duet: Duet, count: int) -> None:
    """She unwinds the other way and they face each other again."""
    duet.join("L", "R", (count, CROWN), (count + 2, CROWN), (count + 3, LEFT_HIGH))
    duet.join("R", "L", (count, ("meet", -0.25, -0.05, 0.2)), (count + 3, RIGHT_HIGH))
    duet.spin("follow", count, 180.0)
    duet.track("gap", {count: 0.24, count + 1: 0.32, count + 2: 0.36})
    duet.track("follow.yaw", {count + 3: duet.value("follow.yaw", count + 2) + duet.open_out + 6})
    duet.look("follow", (count, 0.35), (count + 3, 0.85))


def shadow_side() -> Duet:
    """Into shadow, side to side one behind the other, and out."""
    duet = Duet(eights=3, phi=40, open_out=12)
    open_hold(duet)
    duet.side_basic(1, 0.4)
    _into_shadow(duet, 5)
    duet.track("phi", {5: 34, 7: 22})
    duet.side_basic(9, 0.6)
    duet.side_basic(17, 0.4)
    _out_of_shadow(duet, 21)
    duet.track("phi", {21: 30, 23: 40})
    for role in ROLES:
        lean(duet, role, "knees", 0.03, 8, 21)
    duet.go_on()
    return duet


def shadow_walk() -> Duet:
    """One behind the other they walk towards the viewer, sway, and walk back."""
    duet = Duet(eights=3, phi=36, open_out=10)
    open_hold(duet)
    duet.side_basic(1, 0.3)
    _into_shadow(duet, 1)
    duet.track("phi", {1: 30, 3: 14, 9: 14, 17: 14})
    steps = {9: 0.18, 10: 0.36, 11: 0.52, 12: 0.52, 13: 0.36, 14: 0.18, 15: 0.0, 16: 0.0}
    duet.track("a", steps)
    for role in ROLES:
        lean(duet, role, "knees", 0.035, 5, 17)
        lean(duet, role, "chest.roll", 6.0, 12, 14)
    duet.side_basic(17, 0.3)
    _out_of_shadow(duet, 21)
    duet.track("phi", {21: 26, 23: 36})
    duet.go_on()
    return duet


def _into_hammerlock(duet: Duet, count: int) -> None:
    """She turns left under the hand without letting go: her right arm ends folded behind her back."""
    duet.join("L", "R", (count, ("meet", 0.1, 0.05, 0.3)), (count + 2, ("on", "follow", "backR")))
    duet.join("R", "L", (count, CROWN), (count + 2, CROWN), (count + 3, ("meet", -0.12, 0.02, 0.1)))
    duet.spin("follow", count, 360.0)
    duet.track("gap", {count + 1: 0.33, count + 2: 0.27, count + 3: 0.26})


def _out_of_hammerlock(duet: Duet, count: int) -> None:
    duet.join("L", "R", (count, ("on", "follow", "backR")), (count + 2, LEFT_HIGH))
    duet.join("R", "L", (count, CROWN), (count + 2, CROWN), (count + 3, RIGHT_HIGH))
    duet.spin("follow", count, -360.0)
    duet.track("gap", {count + 1: 0.32, count + 2: 0.36})


def hammerlock_basic() -> Duet:
    """Into the hammerlock on 5, a basic in it, and out by a turn."""
    duet = Duet(eights=3, phi=98, open_out=6)
    open_hold(duet)
    duet.side_basic(1, 0.4)
    _into_hammerlock(duet, 5)
    duet.side_basic(9, 0.4)
    duet.side_basic(17, 0.4)
    _out_of_hammerlock(duet, 21)
    duet.go_on()
    return duet


def hammerlock_circle() -> Duet:
    """The hammerlock walks round: a full circle in eight counts, then she is turned out."""
    duet = Duet(eights=3, phi=96, open_out=6)
    open_hold(duet)
    duet.side_basic(1, 0.3)
    _into_hammerlock(duet, 1)
    duet.track("phi", {9: 96})
    duet.circle(9, 360.0)
    duet.side_basic(17, 0.3)
    _out_of_hammerlock(duet, 17)
    duet.hold("follow", "L", (22, WIDE), (24, RIGHT_HIGH))
    duet.hold("lead", "R", (22, ("air", 0.2, -0.25, 0.2)), (24, RIGHT_HIGH))
    duet.go_on()
    return duet
