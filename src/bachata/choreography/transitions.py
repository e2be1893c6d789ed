"""How one move gives way to the next, by its place in the music.

A cut on 1 is the rule. Where the phrase changes but the music does not (same section, about the same energy) a
crossfade keeps the flow. The dance appears from black when the song has an intro; an outro is entered through black.
"""

from __future__ import annotations

from collections.abc import Sequence

from bachata.blueprint import TransitionType
from bachata.choreography.brief import Brief
from bachata.choreography.cut import Cut

_CALM = 0.45  # energy below which a phrase change dissolves even if nobody asked for smooth transitions
_SAME_ENERGY = 0.15


def transitions(cuts: Sequence[Cut], brief: Brief) -> list[TransitionType]:
    """The transition into each of `cuts`."""
    return [_into(None if number == 0 else cuts[number - 1], cut, brief) for number, cut in enumerate(cuts)]


def _into(before: Cut | None, cut: Cut, brief: Brief) -> TransitionType:
    wish = brief.transitions.value
    if before is None:
        return "fade_black" if cut.slot.label == "intro" and wish != "sharp" else "cut"
    if before.move.clip_id == cut.move.clip_id or wish == "sharp":
        return "cut"  # the same clip dancing on shows no seam; a dissolve would double the dancers
    if before.slot.role == "lead-in":
        return "cut"  # the dance proper begins on a clear 1
    if before.slot.section != cut.slot.section:
        return "fade_black" if cut.slot.label == "outro" else "cut"
    steady = abs(before.slot.energy - cut.slot.energy) <= _SAME_ENERGY
    calm = max(before.slot.energy, cut.slot.energy) <= _CALM
    return "crossfade" if wish == "smooth" or (steady and calm) else "cut"
