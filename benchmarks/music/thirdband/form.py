"""The score before the notes: eights, who plays in them and how hard, chords, stops; and the truth that follows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.music.thirdband.clock import Clock
from benchmarks.music.thirdband.harmony import NAMES, Chord, chord
from benchmarks.music.thirdband.recipes import Recipe

PERCUSSION = frozenset({"bongo", "guira", "bell", "timbal", "machine", "claps"})
STOPS = {"stop1": (0.0, 6.0), "stop4": (3.0, 8.0), "stop5": (4.0, 7.0)}
"""Beats of the eight between which nobody but the voice plays; the band hits together on the first."""
HUSH = 0.1
"""Energy of a beat in which the band is silent."""


@dataclass
class Truth:
    """What is known about a song because it was made that way."""

    beats: np.ndarray
    """Seconds of every beat of the grid, those of parts without percussion and of stops included."""
    count_one: int
    """Index (0–7) of the first beat that is a count 1."""
    sections: list[tuple[float, float, str]]
    """Seconds and label; they tile the song from the first beat on and begin on a count 1 (the first may begin on
    whatever count the song does)."""
    grooves: list[tuple[float, float, str]]
    """Seconds and derecho, majao or mambo; parts without percussion have none."""
    energy: np.ndarray
    """0–1 at every beat: how many play and how hard."""
    duration: float
    """Seconds of the whole recording."""
    tempo: float
    """BPM: 60 over the slope of a straight line through all beats."""
    key: tuple[str, str]
    """Tonic name and major or minor; of the song before a last chorus goes up."""


@dataclass(frozen=True)
class Eight:
    """Eight counts of one section."""

    start: int
    """Beat index of its count 1; negative if the song begins inside it."""
    section: int
    label: str
    groove: str | None
    intensity: float
    layers: frozenset[str]
    place: int
    """Which eight of its section, from 0."""
    length: int
    """Eights in its section."""
    stop: tuple[float, float] | None = None
    half_time: bool = False

    @property
    def last(self) -> bool:
        """Whether the section ends with it."""
        return self.place == self.length - 1

    @property
    def fill(self) -> bool:
        """Whether players fill its second bar: at the end of a section and of every second or fourth eight."""
        return self.last or (self.place % 2 == 1 and self.intensity > 0.5) or self.place % 4 == 3


@dataclass
class Score:
    """All eights, the chords over them, and how many beats there are."""

    eights: list[Eight]
    chords: list[Chord]
    count_one: int
    beats: int
    final: int | None
    """Beat of a last hit together, if the song ends with one."""
    energy: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def unmarked(self) -> int:
        """Beats before anything is struck or plucked: only a pad sounds, and the beat is known from what follows."""
        first = next(e for e in self.eights if e.layers - {"pad", "strings", "voice"})
        return max(first.start, 0)


def _groove(recipe: Recipe, label: str, occurrence: int) -> str:
    if label == "chorus":
        return recipe.chorus_groove if occurrence < 2 or recipe.chorus_groove != "derecho" else "majao"
    if label == "bridge":
        return "mambo" if recipe.bridge == "mambo" else "derecho"
    return "mambo" if label == "outro" and recipe.bridge == "mambo" and recipe.ending != "fade" else "derecho"


def _layers(recipe: Recipe, label: str, occurrence: int, place: int, length: int) -> frozenset[str]:
    """Who plays."""
    style = recipe.style
    first_half = place < length / 2
    if label == "intro" and recipe.intro == "guitar":
        return frozenset({"requinto", "segunda"} if not first_half else {"requinto"})
    if label == "intro" and recipe.intro == "pad":
        return frozenset({"pad"} if first_half else {"pad", "strings"})
    if label == "bridge" and recipe.bridge == "breakdown":
        players = {"requinto", "voice"} | ({"pad"} if style in ("modern", "pop") else {"segunda"})
        return frozenset(players | (set() if first_half else {"guira"}))
    players = {"guira", "segunda"}
    players |= {"requinto"} if label in ("verse", "chorus") else {"riff"}
    if label in ("verse", "chorus"):
        players.add("voice")
    if style != "sparse":
        quiet = recipe.bass_rests and label == "verse" and occurrence == 0 and first_half
        players |= {"bongo"} | (set() if quiet else {"bass"})
    elif label == "chorus" and occurrence > 0:
        players.add("bongo")
    if label == "chorus" and style != "sparse":
        players |= {"coro"}
    if style in ("modern", "pop") and (label == "chorus" or (label == "verse" and occurrence > 0)):
        players.add("pad")
    if style == "modern":
        players |= {"piano"} if label in ("chorus", "bridge", "outro") else set()
        players |= {"strings"} if label == "chorus" and occurrence > 0 else set()
        players |= {"timbal"} if label in ("chorus", "bridge") else set()
    if style == "pop":
        players -= {"segunda"}
        players |= {"machine"} | ({"claps"} if label == "chorus" else set())
        players -= {"bongo"} if label == "verse" and occurrence == 0 and recipe.bongo == "equal" else set()
    if style == "live" and label == "chorus":
        players.add("claps")
    if _groove(recipe, label, occurrence) == "mambo" and style != "sparse":
        players.add("bell")
    return frozenset(players if recipe.voice else players - {"voice"})


def _intensity(recipe: Recipe, label: str, occurrence: int, place: int, length: int, choruses: int) -> float:
    """How hard they play, 0–1."""
    ramp = place / max(length - 1, 1)
    if label == "intro":
        base = {"groove": 0.42, "guitar": 0.2, "pad": 0.14}[recipe.intro] + 0.08 * ramp
    elif label == "verse":
        base = 0.45 + 0.08 * min(occurrence, 1) + 0.1 * max(ramp - 0.5, 0.0)
    elif label == "chorus":
        base = 0.74 + (0.14 if occurrence == choruses - 1 else 0.04 * occurrence)
    elif label == "bridge":
        base = 0.76 + 0.06 * ramp if recipe.bridge == "mambo" else 0.24 + 0.14 * ramp
    else:
        base = 0.6 - 0.15 * ramp
    return base


def _eights(recipe: Recipe, count_one: int, rng: np.random.Generator) -> list[Eight]:
    eights: list[Eight] = []
    seen: dict[str, int] = {}
    choruses = sum(label == "chorus" for label, _ in recipe.form)
    stops = dict(recipe.breaks)
    start = count_one
    for section, (label, length) in enumerate(recipe.form):
        occurrence = seen.get(label, 0)
        seen[label] = occurrence + 1
        slow = int(rng.integers(length)) if section in recipe.half_time else -1
        for place in range(length):
            layers = _layers(recipe, label, occurrence, place, length)
            stop = STOPS[stops[section]] if section in stops and place == length - 1 else None
            intensity = _intensity(recipe, label, occurrence, place, length, choruses) + rng.uniform(-0.02, 0.02)
            eights.append(
                Eight(
                    start=start,
                    section=section,
                    label=label,
                    groove=_groove(recipe, label, occurrence) if layers & PERCUSSION else None,
                    intensity=float(np.clip(intensity - (0.12 if place == slow else 0.0), 0.05, 1.0)),
                    layers=layers,
                    place=place,
                    length=length,
                    stop=stop,
                    half_time=place == slow and stop is None,
                )
            )
            start += 8
    if count_one:
        first = eights[0]
        layers = first.layers
        if recipe.opening == "pickup":
            layers = frozenset({"pad", "strings"} if recipe.intro == "pad" else {"requinto"})
        groove = first.groove if layers & PERCUSSION else None
        eights.insert(0, Eight(count_one - 8, 0, first.label, groove, first.intensity * 0.9, layers, 0, 1))
    return eights


def _chords(recipe: Recipe, eights: list[Eight], final: int | None, rng: np.random.Generator) -> list[Chord]:
    chords: list[Chord] = []
    last_chorus = max((e.section for e in eights if e.label == "chorus"), default=-1)
    for eight in eights:
        chorus = eight.label in ("chorus", "bridge")
        symbols = recipe.progressions[int(chorus)].split()
        step = recipe.chord_beats[int(chorus)] * (2 if eight.half_time and recipe.chord_beats[int(chorus)] < 8 else 1)
        up = 1 if recipe.modulation and last_chorus > 0 and eight.section >= last_chorus else 0
        place = eight.place if eight.start >= 0 else -1  # a song that begins inside a phrase is at its end
        for offset in range(0, 8, step):
            beat = float(eight.start + offset)
            early = beat - 0.5 if rng.random() < recipe.anticipation and beat > 0 else beat
            symbol = symbols[((place * 8 + offset) // recipe.chord_beats[int(chorus)]) % len(symbols)]
            chords.append(chord(symbol, (recipe.tonic + up) % 12, recipe.mode, beat, early))
    if final is not None:
        up = 1 if recipe.modulation and last_chorus > 0 else 0
        home = "i" if recipe.mode == "minor" else "I"
        chords.append(chord(home, (recipe.tonic + up) % 12, recipe.mode, float(final), float(final)))
    return chords


def _energy(recipe: Recipe, score: Score) -> np.ndarray:
    energy = np.zeros(score.beats)
    for eight in score.eights:
        for n in range(8):
            beat = eight.start + n
            if 0 <= beat < score.beats:
                silent = eight.stop is not None and eight.stop[0] < n < eight.stop[1]
                energy[beat] = HUSH if silent else eight.intensity
    if score.final is not None:
        energy[score.final] = 0.4
    if recipe.ending == "fade":
        tail = fade_beats(recipe)
        energy[-tail:] *= np.linspace(1.0, 0.15, tail)
    if recipe.fade_in:
        energy[:8] *= np.linspace(0.25, 1.0, 8)
    return np.clip(energy, 0.0, 1.0)


def fade_beats(recipe: Recipe) -> int:
    """Beats over which the end fades."""
    return 8 * min(2, recipe.form[-1][1])


def compose(recipe: Recipe, rng: np.random.Generator) -> Score:
    """The score of a recipe."""
    count_one = (1 - recipe.first_count) % 8
    eights = _eights(recipe, count_one, rng)
    end = count_one + 8 * sum(length for _, length in recipe.form)
    final = end if recipe.ending == "hit" else None
    chords = _chords(recipe, eights, final, rng)
    score = Score(eights, chords, count_one, end + (final is not None), final)
    score.energy = _energy(recipe, score)
    return score


def truth_of(recipe: Recipe, score: Score, clock: Clock, duration: float) -> Truth:
    """What a score and a clock make true."""
    sections: list[tuple[float, float, str]] = []
    grooves: list[tuple[float, float, str]] = []
    starts = [e for e in score.eights if e.place == 0 and e.start >= 0 and not (e.section == 0 and score.count_one)]
    if score.count_one:
        starts.insert(0, score.eights[0])
    for n, eight in enumerate(starts):
        begin = clock.at(max(eight.start, 0))
        end = clock.at(starts[n + 1].start) if n + 1 < len(starts) else min(clock.at(score.beats), duration)
        sections.append((begin, end, eight.label))
    for eight in score.eights:
        if eight.groove is None:
            continue
        begin, end = clock.at(max(eight.start, 0)), clock.at(eight.start + 8)
        if grooves and grooves[-1][2] == eight.groove and abs(grooves[-1][1] - begin) < 1e-9:
            begin = grooves.pop()[0]
        grooves.append((begin, end, eight.groove))
    slope = np.polyfit(np.arange(score.beats), clock.beats, 1)[0]
    return Truth(
        beats=clock.beats.copy(),
        count_one=score.count_one,
        sections=sections,
        grooves=grooves,
        energy=score.energy,
        duration=duration,
        tempo=float(60.0 / slope),
        key=(NAMES[recipe.tonic], recipe.mode),
    )
