"""Words about a plan: why each move, what was relaxed, what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bachata.blueprint import Blueprint
from bachata.choreography.brief import Brief
from bachata.choreography.cut import Cut
from bachata.choreography.retrieval import EASIER_MOVES, RUNGS, Candidates
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of

_VARIED = 9  # moves of 8 counts that fill four phrases, and one more
_CALM, _LIVELY = 0.4, 0.6


def reason(scene: Candidates, move: Move, speed: float, brief: Brief) -> str:
    """Why this move stands at this place, in one line."""
    slot = scene.slot
    level = "calm" if slot.energy < _CALM else "lively" if slot.energy >= _LIVELY else "steady"
    parts = [f"{level} {slot.label}: {_spoken(move.label)} of {move.energy_level} energy"]
    if slot.role == "lead-in":
        parts = ["leads in to the first count 1"]
    elif slot.role == "start" and role_of(move.label) == "intro":
        parts = ["opens the dance"]
    elif slot.role == "end" and role_of(move.label) == "outro":
        parts = ["ends the dance"]
    if move.label in brief.wanted:
        parts.append("asked for")
    if brief.styles and move.style in brief.styles:
        parts.append(f"{move.style} as asked")
    percent = (speed - 1) * 100
    if abs(percent) >= 0.5:
        parts.append(f"{abs(percent):.0f} % {'faster' if percent > 0 else 'slower'}")
    return ", ".join(parts)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' if number != 1 else ''}"


def _spoken(label: str) -> str:
    return label.replace("_", " ")


def relaxations(scenes: Sequence[Candidates], cuts: Sequence[Cut], brief: Brief) -> tuple[str, ...]:
    """What the plan had to allow beyond the request, each once, with the number of places concerned.

    Who named no level is owed none exactly: only harder moves than usual are told then.
    """
    wished = DIFFICULTIES.index(brief.difficulty.value)
    unasked = brief.difficulty.source == "default"
    told: Counter[str] = Counter()
    for scene, cut in zip(scenes, cuts, strict=True):
        level = DIFFICULTIES.index(cut.move.difficulty)
        if unasked and level <= wished and scene.rung <= EASIER_MOVES:
            continue
        if scene.rung:
            told[f"{RUNGS[scene.rung].told} were allowed: too few others fit"] += 1
        elif level != wished:
            what = f"{_spoken(cut.move.label)} of level {cut.move.difficulty}"
            told[f"{what}: few moves are made for the start and the end"] += 1
    return tuple(f"{what} ({n} of {len(cuts)} places)" for what, n in sorted(told.items()))


def suggestions(scenes: Sequence[Candidates], cuts: Sequence[Cut], brief: Brief, tempo: float) -> tuple[str, ...]:
    """What would make a better dance: said when so few moves fit that they come back within four phrases."""
    pool = {m for s in scenes if s.slot.role == "any" for m in s.moves}
    if not pool or len(pool) >= _VARIED or len(cuts) <= 2 * len(pool):
        return ()
    number = _counted(len(pool), "move")
    return (
        f"Only {number} of level {brief.difficulty.value} fit {tempo:.0f} BPM, so they take turns: add more with "
        "`bachata library add`, ask for another level or a shorter dance",
    )


def summary(blueprint: Blueprint, brief: Brief, relaxed: Sequence[str]) -> str:
    """The plan in a sentence or two."""
    clips = len({m.clip_id for m in blueprint.moves})
    text = (
        f"{_counted(len(blueprint.moves), 'piece')} of {_counted(clips, 'move')} over {blueprint.seconds:.1f} s, "
        f"{brief.difficulty.value}, {brief.energy.value} energy, {brief.style.value}."
    )
    return f"{text} Relaxed: {'; '.join(relaxed)}." if relaxed else text
