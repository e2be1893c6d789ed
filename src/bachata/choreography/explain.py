"""Words about a plan: why each move, what was relaxed, what would help, what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bachata.blueprint import Blueprint
from bachata.choreography.brief import Brief
from bachata.choreography.cut import Cut
from bachata.choreography.grooves import groove_of
from bachata.choreography.ladder import EASIER_MOVES, RUNGS, Columns
from bachata.choreography.offers import VARIED, Offers
from bachata.choreography.retrieval import Candidates
from bachata.choreography.seams import FLOWS, seam
from bachata.choreography.slots import Slot
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.moves.catalogue import ENERGY
from bachata.moves.glossary import role_of

_CALM, _LIVELY = 0.4, 0.6


def reason(cut: Cut, brief: Brief, *, energy: float, speed: float, before: Cut | None, echo: bool) -> str:
    """Why this move stands at this place, in one line.

    `energy`: of what is shown, 0 to 1; `before`: what is shown before it; `echo`: whether it was danced at the same
    place of an earlier section alike.
    """
    slot, move = cut.slot, cut.move
    parts = [_role(cut) or f"{_level(slot)} {slot.label}: {_spoken(move.label)} of {_nearest(energy)} energy"]
    if slot.groove is not None and slot.groove_confidence >= 0.5 and groove_of(move.label) == slot.groove:
        parts.append(f"suits the {slot.groove}")
    if move.label in brief.wanted:
        parts.append("asked for")
    if brief.styles and move.style in brief.styles:
        parts.append(f"{move.style} as asked")
    if echo:
        parts.append(f"as in the {slot.label} before")
    if before is not None:
        parts += _joint(before, cut)
    percent = (speed - 1) * 100
    if abs(percent) >= 0.5:
        parts.append(f"{abs(percent):.0f} % {'faster' if percent > 0 else 'slower'}")
    return ", ".join(parts)


def _joint(before: Cut, cut: Cut) -> list[str]:
    end = before.source + before.shown
    if before.move.clip_id == cut.move.clip_id and abs(end - cut.source) <= 1:
        return ["dances on"]
    distance = seam(before.move, end, cut.move, cut.source)
    return [] if distance is None or distance > FLOWS else ["starts where the last one ends"]


def _role(cut: Cut) -> str | None:
    if cut.slot.role == "lead-in":
        return "leads in to the first count 1"
    told = {("start", "intro"): "opens the dance", ("end", "outro"): "ends the dance"}
    return told.get((cut.slot.role, role_of(cut.move.label)))


def _level(slot: Slot) -> str:
    return "calm" if slot.energy < _CALM else "lively" if slot.energy >= _LIVELY else "steady"


def _nearest(energy: float) -> str:
    return min(ENERGY, key=lambda level: abs(ENERGY[level] - energy))


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
        as_asked = level == wished or (unasked and level < wished)
        if scene.rung <= EASIER_MOVES and as_asked:
            continue  # what was let in and is not danced is nobody's business
        if scene.rung > EASIER_MOVES or (scene.rung == EASIER_MOVES and level < wished):
            told[f"{RUNGS[scene.rung].told} were allowed: too few others fit"] += 1
        else:
            what = f"{_spoken(cut.move.label)} of level {cut.move.difficulty}"
            told[f"{what}: few moves are made for the start and the end"] += 1
    return tuple(f"{what} ({n} of {len(cuts)} places)" for what, n in sorted(told.items()))


def suggestions(
    scenes: Sequence[Candidates],
    cuts: Sequence[Cut],
    brief: Brief,
    columns: Columns,
    *,
    tempo: float,
    seconds: float,
) -> tuple[str, ...]:
    """What to ask for or to add instead: said when wishes were not kept, and when so few moves fit that they come back
    within four phrases or rules had to be relaxed. `columns` of the whole library, `seconds` of the dance."""
    told = _wishes(cuts, brief, columns)
    pool = {m for s in scenes if s.slot.role == "any" for m in s.moves}
    few = bool(pool) and len(pool) < VARIED and len(cuts) > 2 * len(pool)
    if few:
        number = _counted(len(pool), "move")
        told.append(
            f"Only {number} of level {brief.difficulty.value} fit {tempo:.0f} BPM, so they take turns: add more with "
            "`bachata library add`, ask for another level or a shorter dance"
        )
    if few or any(s.rung > EASIER_MOVES for s in scenes):
        offers = Offers(columns, brief, tempo).best(seconds=seconds)
        told += [f"{offer.text[0].upper()}{offer.text[1:]}" for offer in offers]
    return tuple(told)


def _wishes(cuts: Sequence[Cut], brief: Brief, columns: Columns) -> list[str]:
    """Wanted moves that are not danced, and where they are to be found."""
    danced = {cut.move.label for cut in cuts}
    told = []
    for label in brief.wanted:
        if label in danced:
            continue
        if label in brief.unwanted:
            told.append(f"{_spoken(label)}: both asked for and ruled out, so left out")
        elif label not in columns.labels:
            told.append(f"{_spoken(label)}: the library has none; add some with `bachata library add`")
        else:
            levels = Counter(int(d) for d in columns.difficulty[columns.label == columns.labels.index(label)])
            held = ", ".join(f"{n} {DIFFICULTIES[level]}" for level, n in sorted(levels.items()))
            told.append(f"{_spoken(label)}: none could be danced here; the library has {held}")
    return told


def summary(blueprint: Blueprint, brief: Brief, relaxed: Sequence[str]) -> str:
    """The plan in a sentence or two."""
    clips = len({m.clip_id for m in blueprint.moves})
    text = (
        f"{_counted(len(blueprint.moves), 'piece')} of {_counted(clips, 'move')} over {blueprint.seconds:.1f} s, "
        f"{brief.difficulty.value}, {brief.energy.value} energy, {brief.style.value}."
    )
    return f"{text} Relaxed: {'; '.join(relaxed)}." if relaxed else text
