"""Body movement and arms: waves, hip and head rolls, styling of hers."""

from samples.figures.duet import ROLES, Duet
from samples.moves.holds import _into_shadow, _out_of_shadow
from samples.moves.vocabulary import (
    LEFT_HIGH,
    READY,
    RIGHT_HIGH,
    UP,
    WIDE,
    body_wave,
    closed_hold,
    head_circle,
    hip_circles,
    lean,
    open_hold,
)


def _stand(duet: Duet, begin: int, end: int) -> None:
    """Counts on the spot: feet stay in a wide, soft stance and only the taps mark the time."""
    for role in ROLES:
        for c in range(begin, end + 1):
            duet.footfall(role, c, side=0.045)


def body_wave_facing() -> Duet:
    """Close, facing: a wave through both bodies on each four counts."""
    duet = Duet(gap=0.25, phi=84, open_out=6, sway=0.55)
    closed_hold(duet)
    duet.side_basic(1, 0.2)
    duet.side_basic(9, 0.2)
    _stand(duet, 1, 16)
    body_wave(duet, "follow", 1, 16, size=1.15)
    body_wave(duet, "lead", 1, 16, size=0.8)
    duet.go_on()
    return duet


def body_wave_shadow() -> Duet:
    """The wave one behind the other, her head back towards his shoulder."""
    duet = Duet(eights=3, phi=52, open_out=10, sway=0.7)
    open_hold(duet)
    duet.side_basic(1, 0.3)
    _into_shadow(duet, 1)
    duet.track("phi", {1: 58, 3: 66})
    _stand(duet, 6, 20)
    body_wave(duet, "follow", 6, 20, size=1.1)
    body_wave(duet, "lead", 6, 20, size=0.85)
    _out_of_shadow(duet, 21)
    duet.track("phi", {21: 60, 23: 52})
    duet.go_on()
    return duet


def hip_rolls() -> Duet:
    """Circles of the hips on the spot, hands held low, two counts each."""
    duet = Duet(phi=72, gap=0.36, sway=0.5, open_out=32)
    open_hold(duet)
    _stand(duet, 1, 16)
    duet.side_basic(9, 0.3)
    hip_circles(duet, "follow", 1, 16, 2.0, 1.0)
    hip_circles(duet, "lead", 1, 16, 2.0, 0.7)
    duet.go_on()
    return duet


def hip_rolls_low() -> Duet:
    """Going down on 1 to 4, circling low, and up again, her hands in her hair."""
    duet = Duet(phi=74, gap=0.42, sway=0.5, open_out=34)
    open_hold(duet)
    _stand(duet, 1, 16)
    hip_circles(duet, "follow", 1, 16, 4.0, 1.35)
    hip_circles(duet, "lead", 1, 16, 4.0, 0.7)
    lean(duet, "follow", "knees", 0.12, 2, 9, 2.0)
    lean(duet, "lead", "knees", 0.03, 2, 9, 2.0)
    for side in ("L", "R"):
        duet.hold("follow", side, (2, UP), (4, ("on", "follow", f"crown{side}")), (7, ("on", "follow", f"hip{side}")))
        duet.hold("lead", side, (2, READY), (7, ("on", "follow", f"hip{'R' if side == 'L' else 'L'}")))
    duet.join("L", "R", (14, LEFT_HIGH))
    duet.join("R", "L", (14, RIGHT_HIGH))
    duet.track("gap", {5: 0.34, 13: 0.36})
    duet.go_on()
    return duet


def head_roll() -> Duet:
    """He holds her back, she rolls her head round on 5 to 8 and again on 13 to 16."""
    duet = Duet(phi=84, gap=0.27, open_out=10, sway=0.8)
    closed_hold(duet)
    duet.side_basic(1, 0.4)
    duet.side_basic(9, 0.4)
    _stand(duet, 5, 8)
    _stand(duet, 13, 16)
    head_circle(duet, "follow", 5, 9, 1.0, 1.0)
    head_circle(duet, "follow", 13, 17, 1.0, -1.0)
    duet.hold("follow", "R", (6, WIDE), (8, ("meet", 0.40, 0.13, 0.0)))
    duet.hold("lead", "L", (6, ("on", "follow", "hipR")), (8, ("meet", 0.40, 0.13, 0.0)))
    for begin in (5, 13):
        lean(duet, "lead", "knees", 0.05, begin, begin + 4)
        lean(duet, "follow", "pelvis.fwd", 0.05, begin, begin + 4)
    duet.look("follow", (0, 0.85), (4, 0.85), (5, 0.1), (8, 0.1), (9, 0.85), (12, 0.85), (13, 0.1), (16, 0.1))
    duet.go_on()
    return duet


def arms_of_hers() -> Duet:
    """One hand held; her free arm opens, goes up, and comes down past her hair."""
    duet = Duet(phi=78, gap=0.42, open_out=28)
    open_hold(duet)
    duet.side_basic(1, 0.4)
    duet.side_basic(9, 0.4)
    duet.hold("lead", "R", (1, READY))
    duet.hold(
        "follow",
        "L",
        (1, READY),
        (3, WIDE),
        (5, UP),
        (7, ("on", "follow", "crownL")),
        (8, ("on", "follow", "hipL")),
        (10, ("on", "follow", "hipL")),
        (12, WIDE),
        (14, UP),
    )
    duet.join("R", "L", (16, RIGHT_HIGH))
    duet.go_on()
    return duet
