"""Basics and boleros: what everyone learns first."""

from samples.figures.duet import Duet
from samples.moves.vocabulary import closed_hold, open_hold


def side_basic() -> Duet:
    """Closed hold, three steps to his left and a tap, and back; twice."""
    duet = Duet(gap=0.27, phi=58, open_out=12)
    closed_hold(duet)
    duet.side_basic(1)
    duet.side_basic(9)
    duet.go_on()
    return duet


def forward_basic() -> Duet:
    """Open hold, three steps towards her and a tap, and back; twice."""
    duet = Duet(phi=82)
    open_hold(duet)
    duet.track("a", {0: -0.18})
    duet.forward_basic(1)
    duet.track("a", {c: duet.value("a", c) - 0.2 for c in range(1, 9)})
    duet.forward_basic(9)
    duet.track("a", {c: duet.value("a", c) - 0.2 for c in range(9, 17)})
    duet.go_on()
    return duet


def box_basic() -> Duet:
    """Along the side, along the line, and home."""
    duet = Duet(gap=0.27, phi=66, open_out=12)
    closed_hold(duet)
    duet.box(1)
    duet.box(9)
    duet.go_on()
    return duet


def turning_basic() -> Duet:
    """A closed basic that goes once round its own middle in sixteen counts."""
    duet = Duet(gap=0.27, phi=62, open_out=10)
    closed_hold(duet)
    duet.side_basic(1, 0.26)
    duet.side_basic(9, 0.26)
    duet.circle(1, 360.0, 16)
    duet.go_on()
    return duet


def bolero_rock() -> Duet:
    """Slow weight changes on the spot, a rock forward on 5 and home."""
    duet = Duet(gap=0.25, phi=68, open_out=10, sway=1.25)
    closed_hold(duet)
    for eight in (0, 8):
        duet.track("l", {eight + c: v for c, v in ((1, 0.14), (2, 0.0), (3, 0.14), (4, 0.14), (5, 0.0), (8, 0.0))})
        duet.track("a", {eight + c: v for c, v in ((4, 0.0), (5, 0.16), (6, 0.0), (7, -0.14), (8, 0.0))})
    duet.go_on()
    return duet
