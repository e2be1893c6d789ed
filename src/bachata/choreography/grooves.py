"""Which moves suit which groove: derecho basics and turns, majao body movement, mambo footwork (music-and-dance §4)."""

from __future__ import annotations

from functools import lru_cache

from bachata.moves.glossary import labels_in
from bachata.music.document import Groove

_SUITED: dict[Groove, tuple[str, ...]] = {
    "derecho": ("basic", "bolero", "spin", "ladyturn", "hammerlock", "cross_body_lead"),
    "majao": ("bodywaves", "hiprolls", "headrolls", "shadow", "style", "arm_styling"),
    "mambo": ("footwork", "golpes"),
}
_GROOVE_OF = {label: groove for groove, labels in _SUITED.items() for label in labels}


@lru_cache(maxsize=1024)
def groove_of(label: str) -> Groove | None:
    """The groove a move of this label suits; None for what suits any (intros, outros, labels nobody knows).

    A foreign label suits what the first name in it that dancers use suits: "double hip roll" is body movement.
    """
    known = [label] if label in _GROOVE_OF else [name for name in labels_in(label) if name in _GROOVE_OF]
    return _GROOVE_OF[known[0]] if known else None


def unsuited(label: str, groove: Groove | None) -> float:
    """0 for a move that suits a groove, 1 for one that suits another, half where either is not known."""
    own = groove_of(label)
    return 0.5 if own is None or groove is None else float(own != groove)
