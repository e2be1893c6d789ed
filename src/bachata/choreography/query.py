"""What to look for at a place of the dance."""

from __future__ import annotations

from bachata.choreography.brief import Brief
from bachata.choreography.slots import Slot
from bachata.moves.embedding import Profile
from bachata.moves.glossary import names_of

SECTION_WORDS = {
    "intro": "intros entrance basic romantic low energy",
    "verse": "basic turn ladyturn simple medium energy",
    "chorus": "body wave hip roll arm styling sensual medium energy",
    "bridge": "footwork spin golpes syncopation high energy",
    "outro": "outro ending dip romantic low energy",
}
"""What is danced where: derecho (verses) basics and turns, majao (choruses) body movement, mambo footwork."""


def target_energy(slot: Slot, brief: Brief) -> float:
    """Energy to dance at a place, 0 to 1: the music's, shifted by what was asked for."""
    shift = {"low": -0.2, "medium": 0.0, "high": 0.2}[brief.energy.value]
    return min(1.0, max(0.0, slot.energy + shift))


def query_profile(slot: Slot, brief: Brief, tempo: float) -> Profile:
    """What to look for at a place: the section's words, the request's, and the music."""
    words = [SECTION_WORDS[slot.label], *(name for label in brief.wanted for name in names_of(label)[:2])]
    if brief.query:
        words.append(brief.query)
    role = {"lead-in": "intro", "start": "intro", "end": "outro"}.get(slot.role, "any")
    return Profile(
        text=" . ".join(words),
        tempo=tempo,
        difficulty=brief.difficulty.value,
        energy=target_energy(slot, brief),
        styles=brief.styles,
        role=role,
    )
