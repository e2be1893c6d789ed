"""Feet first: styling walks, syncopations, heels and stamps."""

from samples.figures.duet import ROLES, Duet
from samples.moves.vocabulary import LEFT_HIGH, READY, RELAXED, RIGHT_HIGH, UP, WIDE, hit, lean, open_hold


def _apart(duet: Duet, count: int) -> None:
    for role in ROLES:
        for side in ("L", "R"):
            duet.hold(role, side, (count, READY))


def _together(duet: Duet, count: int) -> None:
    duet.join("L", "R", (count, LEFT_HIGH))
    duet.join("R", "L", (count, RIGHT_HIGH))


def styling_walk() -> Duet:
    """Side by side, hand in hand, they walk to the viewer with hips and turn in to each other."""
    duet = Duet(phi=84, gap=0.40, sway=1.5)
    open_hold(duet)
    turned = {"lead": -72.0, "follow": 72.0}
    for role in ROLES:
        duet.track(
            f"{role}.yaw",
            {
                1: turned[role] * 0.6,
                2: turned[role],
                11: turned[role],
                13: turned[role] * 0.4,
                14: 16.0 if role == "follow" else -16.0,
            },
        )
        duet.look(role, (0, 0.85), (3, 0.25), (12, 0.25), (14, 0.85))
    duet.track(
        "l",
        {
            0: 0.35,
            1: 0.25,
            2: 0.12,
            3: 0.0,
            4: 0.0,
            5: -0.12,
            6: -0.24,
            7: -0.36,
            8: -0.36,
            9: -0.25,
            10: -0.1,
            11: 0.05,
            12: 0.05,
            13: 0.15,
            14: 0.25,
            15: 0.35,
        },
    )
    duet.join("L", "R", (2, ("meet", 0.0, -0.24, 0.0)), (12, ("meet", 0.0, -0.24, 0.0)), (15, LEFT_HIGH))
    duet.hold("lead", "R", (2, RELAXED), (12, RELAXED), (15, RIGHT_HIGH))
    duet.hold(
        "follow",
        "L",
        (2, ("on", "follow", "hipL")),
        (4, WIDE),
        (6, UP),
        (8, ("on", "follow", "crownL")),
        (9, ("on", "follow", "hipL")),
        (12, ("on", "follow", "hipL")),
        (15, RIGHT_HIGH),
    )
    duet.go_on()
    return duet


def syncopated() -> Duet:
    """Triple steps on 3-and-4 and 7-and-8, crossing and opening."""
    duet = Duet(phi=86, gap=0.48, sway=1.1, open_out=46)
    open_hold(duet)
    _apart(duet, 1)
    for role in ROLES:
        left = role == "lead"
        for base in (0, 4, 8):
            first = ("L" if left else "R") if base % 8 == 0 else ("R" if left else "L")
            second = "R" if first == "L" else "L"
            duet.footfall(role, base + 1, first, side=0.10, fwd=0.10)
            duet.footfall(role, base + 2, second, side=-0.16, fwd=-0.12)
            duet.footfall(role, base + 3, first, side=0.14)
            duet.footfall(role, base + 3.5, second, side=-0.02)
            duet.footfall(role, base + 4, first, side=0.08, kind="stomp")
        hit(duet, role, 4, 8, 12, size=0.7)
        lean(duet, role, "knees", 0.04, 1, 13)
        lean(duet, role, "chest.pitch", 7.0, 1, 13)
        # Three times an odd number of steps has left both on the other foot; one more change of weight before the tap.
        duet.footfall(role, 13)
        duet.look(role, (0, 0.7))
    duet.side_basic(9, 0.0)
    duet.track("l", {1: 0.0, 3: 0.16, 4: 0.22, 5: 0.2, 7: 0.0, 8: 0.0, 11: 0.12, 12: 0.12, 13: 0.0, 16: 0.0})
    _together(duet, 15)
    duet.go_on()
    return duet


def golpes() -> Duet:
    """Hits: stamps and hips stopped dead on the counts, the last two doubled."""
    duet = Duet(phi=86, gap=0.48, sway=0.6, open_out=48)
    open_hold(duet)
    _apart(duet, 2)
    for role in ROLES:
        way = 1.0 if role == "lead" else -1.0
        for c in (1, 3, 5, 7, 9, 11, 13, 15):
            duet.footfall(role, c, side=0.08, kind="stomp")
        hit(duet, role, 1, 3, 5, 7, 9, 11, size=1.0)
        hit(duet, role, 4, 12, side=1.0 * way, size=0.3)
        hit(duet, role, 8, 16, side=-1.0 * way, size=0.3)
        hit(duet, role, 4.5, side=-0.8 * way, size=0.2)
        hit(duet, role, 8.5, side=0.8 * way, size=0.2)
        lean(duet, role, "knees", 0.03, 1, 16)
        for side in ("L", "R"):
            duet.hold(
                role,
                side,
                (4, ("on", role, f"hip{side}")),
                (8, ("on", role, f"hip{side}")),
                (9, ("air", 0.30, 0.12, 0.22)),
                (11, WIDE),
                (12, ("on", role, f"hip{side}")),
            )
    duet.side_basic(1, 0.25)
    duet.side_basic(9, 0.25)
    _apart(duet, 14)
    _together(duet, 16)
    duet.go_on()
    return duet
