"""Beginnings and endings."""

from samples.figures.duet import ROLES, Duet
from samples.moves.vocabulary import (
    CROWN,
    FRAME_HAND,
    LEFT_HIGH,
    READY,
    RELAXED,
    RIGHT_HIGH,
    UP,
    WIDE,
    body_wave,
    closed_hold,
    lean,
    open_hold,
)


def invitation() -> Duet:
    """They stand apart; he walks to her with an open hand on 1 to 4, she comes on 5 to 8, they take hold and dance."""
    duet = Duet(phi=78, gap=0.95, open_out=20)
    duet.track("lead.a", {1: 0.18, 2: 0.36, 3: 0.50, 4: 0.50})
    duet.track("follow.a", {5: -0.22, 6: -0.42, 7: -0.64, 8: -0.64})
    duet.track("a", {5: 0.02, 7: 0.07})
    duet.hold("lead", "L", (0, RELAXED), (2, READY), (4, ("meet", 0.12, 0.02, -0.25)), (6, ("meet", 0.12, 0.02, -0.1)))
    duet.hold("lead", "R", (0, RELAXED), (3, ("on", "lead", "heartR")), (6, READY))
    duet.hold("follow", "R", (0, RELAXED), (4, ("on", "follow", "heartR")), (6, READY))
    duet.hold("follow", "L", (0, ("on", "follow", "hipL")), (5, RELAXED), (7, READY))
    duet.join("L", "R", (8, LEFT_HIGH))
    duet.join("R", "L", (8, RIGHT_HIGH))
    lean(duet, "lead", "chest.pitch", 14.0, 3, 5)
    duet.side_basic(9, 0.4)
    duet.go_on()
    return duet


def walk_together() -> Duet:
    """Hand in hand from the back of the stage to the front, and in to each other."""
    duet = Duet(phi=90, gap=0.36)
    duet.track("lead.yaw", {0: -90, 8: -90, 9: -60, 10: -30, 11: -16})
    duet.track("follow.yaw", {0: 90, 8: 90, 9: 60, 10: 30, 11: 16})
    duet.track("phi", {11: 76})
    duet.track("l", {0: 1.15, 1: 0.95, 2: 0.75, 3: 0.55, 4: 0.55, 5: 0.38, 6: 0.2, 7: 0.0, 8: 0.0})
    duet.join("L", "R", (0, ("meet", 0.0, -0.26, 0.0)), (8, ("meet", 0.0, -0.26, 0.0)), (11, LEFT_HIGH))
    duet.hold("lead", "R", (0, RELAXED), (9, READY))
    duet.hold("follow", "L", (0, RELAXED), (4, ("on", "follow", "hipL")), (9, READY))
    duet.join("R", "L", (12, RIGHT_HIGH))
    duet.look("lead", (0, 0.3), (4, 0.8), (5, 0.8), (8, 0.4), (11, 0.85))
    duet.look("follow", (0, 0.3), (4, 0.8), (5, 0.8), (8, 0.4), (11, 0.85))
    duet.side_basic(13, 0.3)
    duet.track("l", {13: 0.14, 14: 0.17, 15: 0.3, 16: 0.3})
    duet.go_on()
    return duet


def bow_out() -> Duet:
    """A last basic, a last turn, and the bow to the viewer."""
    duet = Duet(phi=80)
    open_hold(duet)
    duet.side_basic(1, 0.4)
    duet.join("L", "R", (5, CROWN), (7, CROWN), (10, ("meet", 0.0, -0.12, 0.0)), (12, ("meet", 0.0, 0.36, 0.0)),
              (14, ("meet", -0.12, -0.16, 0.0)))  # fmt: skip
    duet.hold("lead", "R", (5, READY), (9, RELAXED), (10, WIDE), (12, UP), (14, ("on", "lead", "waistR")))
    duet.hold("follow", "L", (5, ("on", "follow", "waistL")), (7, WIDE), (9, RELAXED), (10, WIDE), (12, UP),
              (14, ("air", 0.42, -0.34, 0.05)))  # fmt: skip
    duet.spin("follow", 5, -360.0)
    base = duet.value("follow.yaw", 8)
    duet.track("gap", {9: 0.42, 11: 0.46})
    duet.track("phi", {9: 86, 11: 90})
    duet.track("lead.yaw", {9: -45, 10: -75, 11: -82})
    duet.track("follow.yaw", {9: base + 30, 10: base + 56, 11: base + 66})
    for role in ROLES:
        duet.drop(role, 13, 14, 15, 16)
        lean(duet, role, "chest.pitch", 40.0 if role == "lead" else 26.0, 12.6, 16.8, 1.6)
        lean(duet, role, "pelvis.pitch", 18.0, 12.6, 16.8, 1.6)
        lean(duet, role, "head.pitch", 24.0, 12.6, 16.8, 1.6)
        lean(duet, role, "pelvis.fwd", -0.06, 12.6, 16.8, 1.6)
        duet.look(role, (0, 0.85), (9, 0.5), (11, 0.1))
    lean(duet, "follow", "knees", 0.07, 12.6, 16.8, 1.6)
    return duet


def embrace() -> Duet:
    """Smaller and smaller steps until they only hold each other."""
    duet = Duet(phi=72, gap=0.27, open_out=12)
    closed_hold(duet)
    duet.side_basic(1, 0.3)
    duet.side_basic(9, 0.1)
    duet.track("gap", {8: 0.25, 9: 0.20, 11: 0.165})
    duet.hold("lead", "L", (9, FRAME_HAND), (12, ("on", "follow", "backR")))
    duet.hold("follow", "R", (9, FRAME_HAND), (12, ("on", "lead", "bladeL")))
    duet.hold("follow", "L", (9, ("on", "lead", "shoulderR")), (12, ("on", "lead", "napeR")))
    for role in ROLES:
        duet.drop(role, 13, 14, 15, 16)
        lean(duet, role, "chest.pitch", 5.0, 10, 30)
    lean(duet, "follow", "head.roll", -16.0, 12, 30)
    lean(duet, "lead", "head.roll", 9.0, 12, 30)
    lean(duet, "follow", "head.pitch", 8.0, 12, 30)
    duet.look("follow", (0, 0.85), (10, 0.85), (13, -0.25))
    return duet


def dip() -> Duet:
    """A turn, a wave, and the dip that rests on his arm."""
    duet = Duet(phi=88, gap=0.27, open_out=8)
    closed_hold(duet)
    duet.side_basic(1, 0.4)
    body_wave(duet, "follow", 5, 9, size=0.7)
    duet.track("gap", {9: 0.25, 11: 0.24})
    duet.hold("follow", "R", (11, FRAME_HAND), (14, ("air", 0.35, 0.25, -0.30)))
    duet.hold("lead", "L", (11, FRAME_HAND), (13, ("on", "follow", "ribsR")))
    for role in ROLES:
        duet.drop(role, 13, 14, 15, 16)
    duet.footfall("lead", 11, side=0.12, fwd=0.10)
    lean(duet, "follow", "chest.pitch", -46.0, 12.2, 40, 1.8)
    lean(duet, "follow", "pelvis.pitch", -20.0, 12.2, 40, 1.8)
    lean(duet, "follow", "head.pitch", -48.0, 12.2, 40, 1.8)
    lean(duet, "follow", "pelvis.fwd", 0.06, 12.2, 40, 1.8)
    lean(duet, "follow", "knees", 0.09, 12.2, 40, 1.8)
    lean(duet, "lead", "chest.pitch", 24.0, 12.2, 40, 1.8)
    lean(duet, "lead", "pelvis.pitch", 10.0, 12.2, 40, 1.8)
    lean(duet, "lead", "knees", 0.10, 12.2, 40, 1.8)
    lean(duet, "lead", "head.pitch", 12.0, 12.2, 40, 1.8)
    duet.look("follow", (0, 0.85), (12, 0.85), (13, 0.0))
    return duet
