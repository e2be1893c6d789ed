"""What is played when: sections in 8-counts, harmony, and the beat grid that is the song's truth."""

from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

COUNTS = 8
"""Beats in one eight-count: two bars of 4/4."""

LEAD_IN = 0.37
"""Seconds of room before count 1; real songs never start at sample 0."""

RING_OUT = 1.6
"""Seconds in which the last chord dies away."""

# (label, groove, energy 0..1, eight-counts) in playing order. Grooves: derecho (verses), majao (choruses), mambo (the
# instrumental break), after shared teaching practice: reference section 4.
SECTION_PLANS: dict[str, tuple[tuple[str, str, float, int], ...]] = {
    "short": (
        ("intro", "derecho", 0.40, 2),
        ("verse", "derecho", 0.55, 4),
        ("chorus", "majao", 0.85, 4),
        ("bridge", "mambo", 1.00, 4),
        ("chorus", "majao", 0.85, 4),
        ("outro", "derecho", 0.35, 2),
    ),
    "long": (
        ("intro", "derecho", 0.40, 4),
        ("verse", "derecho", 0.55, 8),
        ("chorus", "majao", 0.85, 8),
        ("verse", "derecho", 0.60, 8),
        ("chorus", "majao", 0.85, 8),
        ("bridge", "mambo", 1.00, 4),
        ("chorus", "majao", 0.90, 8),
        ("outro", "derecho", 0.35, 4),
    ),
}

# Chords as (semitones above the tonic, minor third?), one per eight-count in verses, one per bar in choruses.
PROGRESSIONS: dict[str, dict[str, tuple[tuple[int, bool], ...]]] = {
    "minor": {
        "derecho": ((0, True), (10, False), (8, False), (7, False)),  # i VII VI V
        "majao": ((0, True), (8, False), (3, False), (10, False)),  # i VI III VII
        "mambo": ((0, True), (5, True), (7, False), (0, True)),  # i iv V i
    },
    "major": {
        "derecho": ((0, False), (7, False), (9, True), (5, False)),  # I V vi IV
        "majao": ((5, False), (7, False), (4, True), (9, True)),  # IV V iii vi
        "mambo": ((0, False), (9, True), (5, False), (7, False)),  # I vi IV V
    },
}

_NOTES = {
    "C": 0,
    "C#": 1,
    "Db": 1,
    "D": 2,
    "Eb": 3,
    "E": 4,
    "F": 5,
    "F#": 6,
    "G": 7,
    "Ab": 8,
    "A": 9,
    "Bb": 10,
    "B": 11,
}


@dataclass(frozen=True)
class Section:
    """A stretch of the song. `start`, `end` in seconds; `energy` 0..1; `groove` derecho, majao or mambo."""

    start: float
    end: float
    label: str
    energy: float
    groove: str
    first_beat: int
    eights: int


@dataclass(frozen=True)
class SongTruth:
    """What a perfect analyser would say of the song; times in seconds from the file's first sample.

    `beats` is the jitter-free grid, `downbeats` every fourth beat (counts 1 and 5), `count_one` the index into
    `beats` of a count 1.
    """

    tempo: float
    duration: float
    beats: tuple[float, ...]
    downbeats: tuple[float, ...]
    count_one: int
    sections: tuple[Section, ...]
    key: str
    seed: int
    files: dict[str, str] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        """The truth as a JSON document."""
        return {"schema": "bachata.song_truth.1", **asdict(self)}


def parse_key(key: str) -> tuple[int, str]:
    """`"Am"` or `"Eb"` -> (pitch class 0..11, `"minor"` or `"major"`). Raises ValueError naming what is allowed."""
    name, mode = (key[:-1], "minor") if key.endswith("m") else (key, "major")
    if name not in _NOTES:
        raise ValueError(f"unknown key {key!r}; use one of {', '.join(_NOTES)}, with a trailing m for minor")
    return _NOTES[name], mode


def plan_song(
    *, tempo: float, seconds: float, seed: int, key: str, plan: tuple[tuple[str, str, float, int], ...] | None = None
) -> SongTruth:
    """Lay the grid of a song about `seconds` long at `tempo` BPM.

    Without a `plan` the short or the long form is scaled to the length; every section keeps a whole number of
    eight-counts. Raises ValueError for a tempo outside 60..200 BPM or a length under three eight-counts.
    """
    if not 60.0 <= tempo <= 200.0:
        raise ValueError(f"tempo {tempo} BPM is outside 60..200")
    parse_key(key)
    beat = Fraction(60) / Fraction(tempo)
    if plan is None:
        wanted = round((seconds - LEAD_IN - RING_OUT) / float(beat * COUNTS))
        if wanted < 3:
            raise ValueError(f"{seconds} s is too short for an intro, a verse and an outro at {tempo} BPM")
        plan = _fit(SECTION_PLANS["long" if wanted > 30 else "short"], wanted)
    sections, at = [], 0
    for label, groove, energy, eights in plan:
        end = at + eights * COUNTS
        sections.append(Section(_at(at, beat), _at(end, beat), label, energy, groove, at, eights))
        at = end
    beats = tuple(_at(i, beat) for i in range(at))
    return SongTruth(
        tempo=tempo,
        duration=round(_at(at, beat) + RING_OUT, 3),
        beats=beats,
        downbeats=beats[::4],
        count_one=0,
        sections=tuple(sections),
        key=key,
        seed=seed,
    )


def _at(beat_index: int, beat: Fraction) -> float:
    return round(LEAD_IN + float(beat_index * beat), 6)


def _fit(plan: tuple[tuple[str, str, float, int], ...], wanted: int) -> tuple[tuple[str, str, float, int], ...]:
    """Grow or shrink inner sections until all sum to `wanted`; intro and outro keep at least one eight-count."""
    eights = [part[3] for part in plan]
    inner, turn = [i for i, part in enumerate(plan) if part[0] not in ("intro", "outro")], 0
    while sum(eights) > wanted:
        eights[max(range(len(eights)), key=lambda i: (eights[i], i in inner, i))] -= 1
    while sum(eights) < wanted:
        eights[inner[turn % len(inner)]] += 1
        turn += 1
    return tuple(
        (label, groove, energy, n) for (label, groove, energy, _), n in zip(plan, eights, strict=True) if n > 0
    )
