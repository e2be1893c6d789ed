"""How one move gives way to the next, by its place in the music.

A cut on 1 is the rule, and always where a section begins. Within a phrase, and from phrase to phrase where the music is
calm, a crossfade keeps the flow as long as the energy stays the same. The dance appears from black when the song has an
intro; an outro is entered through black. Who asks for smooth transitions gets a crossfade wherever no section begins,
who asks for sharp ones nothing but cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bachata.blueprint import TransitionType
from bachata.choreography.brief import Brief
from bachata.choreography.cut import Cut
from bachata.choreography.grid import COUNTS
from bachata.choreography.slots import PHRASE

_CALM: Final = 0.45
"""Energy up to which a phrase dissolves into the next even if nobody asked for smooth transitions."""
_LIVELY: Final = 0.6
"""Energy from which every change is an accent, also within a phrase."""
_SAME_ENERGY: Final = 0.15


def transitions(cuts: Sequence[Cut], brief: Brief) -> list[TransitionType]:
    """The transition into each of `cuts`."""
    begins: dict[int, int] = {}
    kinds: list[TransitionType] = []
    for before, cut in zip([None, *cuts[:-1]], cuts, strict=True):
        counted = cut.slot.count - begins.setdefault(cut.slot.section, cut.slot.count)
        kinds.append(_into(before, cut, brief.transitions.value, within_phrase=counted % PHRASE == COUNTS))
    return kinds


def _into(before: Cut | None, cut: Cut, wish: str, *, within_phrase: bool) -> TransitionType:
    if before is None:
        return "fade_black" if cut.slot.label == "intro" and wish != "sharp" else "cut"
    if before.move.clip_id == cut.move.clip_id or wish == "sharp":
        return "cut"  # the same clip dancing on shows no seam; a dissolve would double the dancers
    if before.slot.role == "lead-in":
        return "cut"  # the dance proper begins on a clear 1
    if before.slot.section != cut.slot.section:
        return "fade_black" if cut.slot.label == "outro" else "cut"
    if wish == "smooth":
        return "crossfade"
    steady = abs(before.slot.energy - cut.slot.energy) <= _SAME_ENERGY
    energy = max(before.slot.energy, cut.slot.energy)
    return "crossfade" if steady and (energy <= _CALM or (within_phrase and energy < _LIVELY)) else "cut"
