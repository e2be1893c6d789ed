"""What a song is to be: every choice in one printable, frozen record, drawn from a number and a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.music.thirdband.harmony import PROGRESSIONS

FORMS = (
    ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro"),
    ("intro", "chorus", "verse", "chorus", "bridge", "chorus", "outro"),
    ("intro", "verse", "chorus", "verse", "chorus", "outro"),
    ("intro", "verse", "chorus", "bridge", "chorus", "outro"),
    ("intro", "verse", "chorus", "bridge", "verse", "chorus"),
    ("verse", "chorus", "bridge", "chorus", "outro"),
    ("intro", "verse", "bridge", "chorus", "outro"),
)
LENGTHS = {
    "intro": (2, 2, 4),
    "verse": (4, 4, 8, 6),
    "chorus": (4, 4, 8),
    "bridge": (2, 4, 4),
    "outro": (2, 2, 4),
}
STYLES = ("trad", "modern", "pop", "live", "trad", "modern", "sparse", "modern", "trad", "pop")
FORMATS = ("wav", "mp3", "m4a", "opus", "flac", "mp3", "m4a")
SHORTEST_S, LONGEST_S = 61.0, 103.0


@dataclass(frozen=True)
class Recipe:
    """Everything that is decided before a note is played."""

    number: int
    seed: int
    tempo: float
    """BPM the band aims at."""
    drift: str
    """machine, human, wander, accelerando, slowing, walk or ritardando."""
    drift_depth: float
    """Largest relative deviation from the tempo."""
    first_count: int
    """The count (1–8) of the first beat played."""
    opening: str
    """full: on a 1; cut: the band is in the middle of a phrase; pickup: a guitar or drum leads in."""
    lead_in: float
    """Seconds of silence before the first beat."""
    style: str
    """trad, modern, pop, live or sparse."""
    form: tuple[tuple[str, int], ...]
    """Sections: label and number of eights."""
    tonic: int
    mode: str
    progressions: tuple[str, str]
    """Of verses and of choruses."""
    chord_beats: tuple[int, int]
    """Beats from change to change in verses and in choruses."""
    anticipation: float
    """Probability that a change comes an eighth early."""
    modulation: bool
    bass: str
    bass_push: float
    """Probability that a bass note moves from the 1 to the "4 and" before it."""
    bass_rests: bool
    bongo: str
    hembra: float
    """Probability that the low drum marks a 4."""
    guira: str
    guira_accent: str
    chorus_groove: str
    bridge: str
    intro: str
    """groove, guitar (no percussion) or pad (nothing struck)."""
    breaks: tuple[tuple[int, str], ...]
    """Section number and kind (stop1, stop4, stop5) of the stops in its last eight."""
    half_time: tuple[int, ...]
    """Sections in which one eight is played in half time."""
    swing: float
    """Where the off-beat eighth lies in its beat; 0.5 is straight."""
    jitter_ms: float
    lags_ms: tuple[float, float, float, float, float]
    """Of bongo, güira, bass, requinto and segunda."""
    voice: bool
    ending: str
    """hit, fade or cut."""
    fade_in: bool
    reverb_s: float
    wet: float
    squash: float
    """0 no compression, 1 as loud as it goes."""
    noise_db: float
    """Level of the noise against full scale; −120 is none."""
    sound: str
    """clean, telephone, cassette or bits."""
    channels: int
    container: str
    """The file format `write` gives it: wav, flac, mp3, m4a or opus."""
    ambiguous: bool
    """Whether two dancers might disagree about count 1 for minutes; why is in `reason`."""
    reason: str


def _tempo(number: int, seed: int, rng: np.random.Generator) -> float:
    """Spread evenly over numbers: three in five where contemporary bachata is, the rest to both sides."""
    u = (0.6180339887 * (number + 1) + 0.317 * (seed % 997)) % 1.0
    spans = ((0.6, 112.0, 145.0), (0.8, 90.0, 112.0), (1.0, 145.0, 170.0))
    floor = 0.0
    for ceiling, low, high in spans:
        if u < ceiling:
            tempo = low + (high - low) * (u - floor) / (ceiling - floor) + rng.uniform(-0.5, 0.5)
            return round(float(np.clip(tempo, 90.0, 170.0)), 2)
        floor = ceiling
    raise AssertionError(u)


def _form(tempo: float, rng: np.random.Generator) -> tuple[tuple[str, int], ...]:
    """A form with section lengths that make the song long enough and not too long."""
    eight = 8 * 60.0 / tempo
    while True:
        labels = FORMS[int(rng.integers(len(FORMS)))]
        lengths = {label: int(rng.choice(LENGTHS[label])) for label in LENGTHS}
        form = tuple((label, lengths[label]) for label in labels)
        if SHORTEST_S <= eight * sum(length for _, length in form) <= LONGEST_S:
            return form


def _drift(style: str, rng: np.random.Generator) -> tuple[str, float]:
    if style == "pop":
        return "machine", 0.0
    kinds = (
        ("walk", "walk", "wander", "ritardando")
        if style == "live"
        else ("machine", "human", "human", "wander", "wander", "accelerando", "slowing", "walk", "ritardando")
    )
    kind = str(rng.choice(kinds))
    depth = {"machine": 0.0, "human": rng.uniform(0.003, 0.008), "ritardando": rng.uniform(0.003, 0.01)}
    return kind, round(float(depth.get(kind, rng.uniform(0.012, 0.05))), 4)


def _breaks(form: tuple[tuple[str, int], ...], rng: np.random.Generator) -> tuple[tuple[int, str], ...]:
    """Stops in the last eight of sections, never of the first or the last section."""
    return tuple(
        (index, str(rng.choice(("stop5", "stop4", "stop5", "stop1"))))
        for index in range(1, len(form) - 1)
        if rng.random() < 0.28
    )


def _chance(rng: np.random.Generator, probability: float) -> bool:
    return bool(rng.random() < probability)


def recipe(number: int, seed: int) -> Recipe:
    """The recipe of song `number` of a series; the same numbers give the same recipe for ever."""
    rng = np.random.default_rng([number, seed, 0xB0])
    style = STYLES[(number + seed) % len(STYLES)]
    tempo = _tempo(number, seed, rng)
    if style == "pop":
        tempo = float(round(tempo))
    form = _form(tempo, rng)
    drift, depth = _drift(style, rng)
    opening = str(rng.choice(("full", "full", "cut", "pickup")))
    first = {"full": 1, "cut": int(rng.integers(2, 9)), "pickup": int(rng.integers(5, 9))}[opening]
    mode = str(rng.choice(("minor", "minor", "major")))
    anticipation = float(rng.choice((0.0, 0.0, 0.0, 0.4, 0.8)))
    beats = (int(rng.choice((4, 4, 4, 8, 2))), int(rng.choice((4, 4, 4, 8, 2))))
    sparse = style == "sparse"
    opener = str(rng.choice(("groove", "groove", "guitar", "pad" if style in ("pop", "modern") else "guitar")))
    percussion = 0.0 if sparse else float(np.clip(rng.normal(0, 1.5), -2.5, 2.5))
    jitter = 1.0 if style == "pop" else float(rng.uniform(5, 15))
    accent = str(rng.choice(("beat", "beat", "even", "even" if sparse else "offbeat")))
    unclear = sparse and anticipation > 0.5
    return Recipe(
        number=number,
        seed=seed,
        tempo=tempo,
        drift=drift,
        drift_depth=depth,
        first_count=first,
        opening=opening,
        lead_in=round(float(rng.choice((0.03, rng.uniform(0.05, 0.6), rng.uniform(0.5, 2.0)))), 3),
        style=style,
        form=form,
        tonic=int(rng.integers(12)),
        mode=mode,
        progressions=(str(rng.choice(PROGRESSIONS[mode])), str(rng.choice(PROGRESSIONS[mode]))),
        chord_beats=beats,
        anticipation=anticipation,
        modulation=_chance(rng, 0.12),
        bass=str(rng.choice(("classic", "classic", "plain", "bouncing", "octaves"))),
        bass_push=float(rng.choice((0.0, 0.0, 0.08, 0.25, 0.5))),
        bass_rests=_chance(rng, 0.25),
        bongo=str(rng.choice(("martillo", "martillo", "equal"))),
        hembra=round(float(rng.uniform(0.8, 0.98)), 2),
        guira=str(rng.choice(("eighths", "eighths", "gallop", "double"))),
        guira_accent=accent,
        chorus_groove=str(rng.choice(("majao", "majao", "derecho", "mambo"))),
        bridge=str(rng.choice(("mambo", "mambo", "breakdown"))),
        intro=opener,
        breaks=_breaks(form, rng),
        half_time=tuple(n for n in range(1, len(form) - 1) if form[n][0] != "intro" and _chance(rng, 0.07)),
        swing=round(float(rng.choice((0.5, 0.5, 0.5, rng.uniform(0.52, 0.6)))), 3),
        jitter_ms=round(jitter, 1),
        lags_ms=tuple(  # type: ignore[arg-type]
            round(float(lag), 1)
            for lag in (percussion, -percussion, rng.normal(4, 3), rng.normal(2, 4), rng.normal(3, 4))
        ),
        voice=sparse or _chance(rng, 0.88),
        ending=str(rng.choice(("hit", "hit", "fade", "cut"))),
        fade_in=_chance(rng, 0.12),
        reverb_s=round(float(rng.uniform(0.3, 2.2 if style == "live" else 1.4)), 2),
        wet=round(float(rng.uniform(0.05, 0.35 if style == "live" else 0.22)), 2),
        squash=round(float(rng.uniform(0.0, 1.0)), 2),
        noise_db=round(float(rng.choice((-120.0, -120.0, rng.uniform(-60, -35)))), 1),
        sound=str(rng.choice(("clean", "clean", "clean", "clean", "clean", "cassette", "telephone", "bits"))),
        channels=int(rng.choice((1, 2, 2))),
        container=FORMATS[(3 * number + seed) % len(FORMATS)],
        ambiguous=unclear,
        reason="guitars alone carry the harmony and change before the bar line" if unclear else "",
    )
