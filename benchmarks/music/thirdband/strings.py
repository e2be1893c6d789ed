"""Bass, requinto, segunda and keys."""

from __future__ import annotations

import numpy as np

from benchmarks.music.thirdband.events import Stroke, accents, bars, chance, observe_stops, strength
from benchmarks.music.thirdband.form import Score
from benchmarks.music.thirdband.harmony import (
    Chord,
    at_or_above,
    chord_at,
    chord_tone_near,
    scale_near,
    voicing,
)
from benchmarks.music.thirdband.recipes import Recipe

# fmt: off
BASS: dict[str, tuple[tuple[float, float, str], ...]] = {
    "classic": ((0, 1.4, "root"), (1.5, 0.4, "fifth"), (2, 0.9, "fifth"), (3, 0.9, "root")),
    "plain": ((0, 1.7, "root"), (2, 0.9, "fifth"), (3, 0.9, "octave")),
    "bouncing": ((0, 0.9, "root"), (1.5, 0.4, "root"), (2, 0.9, "fifth"), (3, 0.45, "octave"), (3.5, 0.4, "fifth")),
    "octaves": ((0, 1.3, "root"), (1.5, 0.4, "octave"), (2, 0.9, "root"), (3, 0.9, "octave")),
    "majao": ((0, 0.85, "root"), (1, 0.8, "root"), (2, 0.85, "fifth"), (3, 0.85, "root")),
    "mambo": (
        (0, 0.9, "root"), (1.5, 0.4, "root"),
        (2, 0.45, "fifth"), (2.5, 0.45, "octave"), (3, 0.45, "fifth"), (3.5, 0.4, "third"),
    ),
}
"""Position, length, degree of the chord in force."""

ARPEGGIOS: tuple[tuple[tuple[float, int, float], ...], ...] = (
    ((0, 0, 1), (0.5, 2, 0.6), (1, 1, 0.7), (1.5, 3, 0.9), (2, 2, 0.7), (2.5, 1, 0.6), (3, 3, 0.9), (3.5, 2, 0.6)),
    ((0, 0, 0.9), (0.75, 2, 0.8), (1, 1, 0.6), (1.5, 3, 1.0), (2, 2, 0.6), (2.75, 3, 0.9), (3, 1, 0.7), (3.5, 2, 0.9)),
    ((0, 3, 0.9), (0.5, 1, 0.6), (1, 2, 0.6), (1.5, 3, 1.0), (2.5, 4, 1.0), (3, 2, 0.7), (3.5, 1, 0.8)),
    ((0.5, 2, 0.8), (1, 3, 0.7), (1.5, 4, 1.0), (2, 1, 0.7), (2.5, 3, 0.9), (3.5, 2, 0.9)),
    tuple((n / 4, (0, 2, 3, 2, 1, 3, 2, 3)[n % 8], 0.9 if n % 3 == 0 else 0.55) for n in range(16)),
    tuple((n / 2, i, 0.8) for n, i in enumerate((0, 1, 2, 3, 4, 3, 2, 1))),
)
"""Position, string of the voicing, velocity; accents are where they are picked, seldom all on the beat."""

SEGUNDA: tuple[tuple[tuple[float, str, float], ...], ...] = (
    ((0, "thumb", 1.0), (1, "strum", 0.8), (1.5, "strum", 0.5),
     (2, "thumb", 0.8), (3, "strum", 0.8), (3.5, "strum", 0.5)),
    ((0, "strum", 0.9), (1, "chop", 0.7), (1.5, "strum", 0.6),
     (2.5, "strum", 0.7), (3, "chop", 0.8), (3.5, "strum", 0.5)),
    ((0, "thumb", 1.0), (0.5, "strum", 0.6), (1.5, "strum", 0.7),
     (2, "thumb", 0.9), (2.5, "strum", 0.6), (3.5, "strum", 0.7)),
    ((0, "strum", 1.0), (0.5, "chop", 0.4), (1, "chop", 0.7), (1.5, "chop", 0.4),
     (2, "strum", 0.8), (2.5, "chop", 0.4), (3, "chop", 0.9), (3.5, "chop", 0.4)),
)
"""Position, how it is struck, velocity."""
# fmt: on

RIFFS = (
    (0, 0.5, 1, 1.5, 2.5, 3, 3.5), (0, 0.75, 1.5, 2, 2.5, 3.5), (0.5, 1, 1.5, 2, 3, 3.25, 3.5),
    (0, 0.5, 0.75, 1, 2, 2.5, 2.75, 3), (0, 1.5, 2, 2.5, 3, 3.5),
)  # fmt: skip
"""Onsets of a bar of lead guitar."""


def bass_pitch(chord: Chord, degree: str) -> int:
    """MIDI pitch of a degree of a chord, around the low strings (E1–D3)."""
    root = at_or_above(chord.root, 28)
    steps = {"root": 0, "fifth": 7, "octave": 12, "third": (chord.tones[1] - chord.root) % 12}
    return root + steps[degree]


def bass(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Long on 1, rest on 2, short before 3; pushed over the bar line, walking or silent as the recipe has it."""
    out: list[Stroke] = []
    pushed = False
    for eight in score.eights:
        if "bass" not in eight.layers:
            pushed = False
            continue
        kind = eight.groove if eight.groove in ("majao", "mambo") and chance(rng, 0.8) else recipe.bass
        for at, stretch, filled in bars(eight):
            push_next = chance(rng, recipe.bass_push) and not (eight.last and filled) and stretch == 1
            if filled and chance(rng, 0.4):
                out += _walk(at, score, strength(eight), rng)
                pushed = False
                continue
            for position, length, degree in BASS[kind]:
                if (position == 0 and pushed) or (position >= 3 and push_next):
                    continue
                chord = chord_at(score.chords, at + position * stretch)
                changed = abs(chord.early - (at + position * stretch)) < 0.26
                pitch = bass_pitch(chord, "root" if changed and position else degree)
                if degree == "root" and position == 0 and chance(rng, 0.08):
                    pitch += 12
                force = (1.0 if position == 0 else 0.8) * rng.uniform(0.9, 1.05) * strength(eight)
                out.append(Stroke(at + position * stretch, "bass", force, pitch, length * stretch))
            if push_next:
                root = bass_pitch(chord_at(score.chords, at + 4.0), "root")
                out.append(Stroke(at + 3.5, "bass", strength(eight), root, 1.8))
            pushed = push_next
    out = observe_stops(out, score)
    return out + [
        Stroke(b, "bass", 1.0, bass_pitch(chord_at(score.chords, b), "root"), 0.8) for b in accents(score, "bass")
    ]


def _walk(at: float, score: Score, force: float, rng: np.random.Generator) -> list[Stroke]:
    """From this bar's root to the next one's: quarters, or eighths in the second half."""
    start = bass_pitch(chord_at(score.chords, at), "root")
    goal = bass_pitch(chord_at(score.chords, at + 4), "root")
    positions = (0.0, 1.0, 2.0, 3.0) if chance(rng, 0.6) else (0.0, 1.5, 2.0, 2.5, 3.0, 3.5)
    path = [start + round((goal - start) * n / len(positions)) for n in range(len(positions))]
    if goal == start:
        path = [start + (0, 7, 5, 2, 3, 5)[n] for n in range(len(positions))]
    return [
        Stroke(at + p, "bass", force * 0.9, pitch, 0.85 if len(path) == 4 else 0.45)
        for p, pitch in zip(positions, path, strict=True)
    ]


def requinto(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Arpeggios while somebody sings, riffs (often in thirds) while nobody does, a lick at the end of phrases."""
    patterns = {label: int(rng.integers(len(ARPEGGIOS))) for label in ("verse", "chorus")}
    grounded = [n for n, pattern in enumerate(ARPEGGIOS) if pattern[0][0] == 0]
    patterns |= {
        label: int(rng.choice(grounded)) for label in ("intro", "bridge", "outro")
    }  # alone, it has to say the 1
    low = int(rng.choice((52, 55, 57)))
    out: list[Stroke] = []
    motif = int(rng.integers(1 << 30))
    for eight in score.eights:
        if "requinto" in eight.layers:
            for at, stretch, filled in bars(eight):
                if filled and chance(rng, 0.6):
                    out += _riff(
                        recipe, score, strength(eight), (at, stretch), np.random.default_rng([motif, eight.place]), rng
                    )
                    continue
                for position, index, velocity in ARPEGGIOS[patterns[eight.label]]:
                    if chance(rng, 0.05) and position:
                        continue
                    chord = chord_at(score.chords, at + position * stretch)
                    pitch = voicing(chord, low, 5)[index]
                    force = velocity * rng.uniform(0.8, 1.1) * strength(eight)
                    out.append(Stroke(at + position * stretch, "requinto", force, pitch))
        elif "riff" in eight.layers:
            for n, (at, stretch, _) in enumerate(bars(eight)):
                shape = np.random.default_rng([motif, eight.section % 2, (2 * eight.place + n) % 2])
                out += _riff(recipe, score, 1.3 * strength(eight), (at, stretch), shape, rng)
    out = observe_stops(out, score)
    return out + _strums(score, "requinto", "requinto") + _strums(score, "riff", "requinto")


def _riff(
    recipe: Recipe,
    score: Score,
    force: float,
    bar: tuple[float, float],
    shape: np.random.Generator,
    rng: np.random.Generator,
) -> list[Stroke]:
    """A motif whose shape comes back while its pitches follow the chords."""
    at, stretch = bar
    onsets = RIFFS[int(shape.integers(len(RIFFS)))]
    thirds = shape.random() < 0.4
    pitch = float(shape.integers(66, 78))
    out: list[Stroke] = []
    for n, position in enumerate(onsets):
        beat = at + position * stretch
        pitch += float(shape.integers(-3, 4))
        pitch = float(np.clip(pitch, 62, 84))
        strong = n % 2 == 0
        note = (
            chord_tone_near(pitch, chord_at(score.chords, beat))
            if strong
            else scale_near(pitch, recipe.tonic, recipe.mode)
        )
        loud = (0.95 if strong else 0.75) * rng.uniform(0.85, 1.1) * force
        if chance(rng, 0.07):  # a grace note slid from below
            out.append(Stroke(beat, "requinto", loud * 0.5, note - 1, 0.15, delay=-0.045))
        out.append(Stroke(beat, "requinto", loud, note))
        if thirds:
            out.append(
                Stroke(beat, "requinto", loud * 0.8, scale_near(note, recipe.tonic, recipe.mode, -2), delay=0.004)
            )
    return out


def segunda(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Thumb bass, strums and chops."""
    first, second = (int(n) for n in rng.integers(len(SEGUNDA), size=2))
    if recipe.style == "sparse":
        first = 0  # alone it must carry the bass as well
    out: list[Stroke] = []
    for eight in score.eights:
        if "segunda" not in eight.layers:
            continue
        pattern = SEGUNDA[second if eight.label in ("chorus", "bridge") and recipe.style != "sparse" else first]
        for at, stretch, _ in bars(eight):
            for n, (position, kind, velocity) in enumerate(pattern):
                beat = at + position * stretch
                chord = chord_at(score.chords, beat)
                force = velocity * rng.uniform(0.85, 1.08) * strength(eight)
                if kind == "thumb":
                    degree = "root" if position == 0 or abs(chord.early - beat) < 0.26 else "fifth"
                    out.append(Stroke(beat, "nylon", force, bass_pitch(chord, degree) + 12, 1.0 * stretch))
                elif kind == "chop":
                    out.append(Stroke(beat, "chop", force, voicing(chord, 55, 1)[0]))
                else:
                    strings = voicing(chord, 52, 4)[:: 1 if n % 2 == 0 else -1]
                    gap = rng.uniform(0.004, 0.011)
                    out += [
                        Stroke(beat, "nylon", force * 0.55, p, 0.6 * stretch, i * gap) for i, p in enumerate(strings)
                    ]
    return observe_stops(out, score) + _strums(score, "segunda", "nylon")


def _strums(score: Score, layer: str, sound: str) -> list[Stroke]:
    return [
        Stroke(beat, sound, 0.6, pitch, 2.5, 0.006 * n)
        for beat in accents(score, layer)
        for n, pitch in enumerate(voicing(chord_at(score.chords, beat), 52, 4))
    ]


def piano(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Syncopated chords, or octaves that run against the beat."""
    rhythm = ((0, 1.5, 2.5, 3.5), (0.5, 1.5, 2, 3.5), (0, 1, 1.5, 2.5, 3))[int(rng.integers(3))]
    del recipe
    out: list[Stroke] = []
    for eight in score.eights:
        if "piano" not in eight.layers:
            continue
        for at, stretch, _ in bars(eight):
            for position in rhythm:
                beat = at + position * stretch
                for pitch in voicing(chord_at(score.chords, beat), 60, 3):
                    out.append(
                        Stroke(beat, "piano", 0.5 * rng.uniform(0.8, 1.1) * strength(eight), pitch, 0.7 * stretch)
                    )
    return observe_stops(out, score)


def pads(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Chords held from change to change; strings hold one high note over them."""
    del recipe, rng
    out: list[Stroke] = []
    ends = [c.early for c in score.chords[1:]] + [float(score.beats)]
    spans = {e.start: e for e in score.eights}
    for chord, end in zip(score.chords, ends, strict=True):
        eight = next((e for start, e in spans.items() if start <= chord.beat < start + 8), None)
        if eight is None:
            continue
        begin, length = max(chord.early, 0.0), end - max(chord.early, 0.0)
        if end <= 0.0:
            continue
        if "pad" in eight.layers:
            out += [Stroke(begin, "pad", 0.5 * strength(eight), p, length) for p in voicing(chord, 53, 4)]
        if "strings" in eight.layers:
            out.append(Stroke(begin, "strings", 0.6 * strength(eight), voicing(chord, 72, 2)[1], length))
    return observe_stops(out, score)
