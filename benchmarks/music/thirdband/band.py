"""From recipe to recording: everybody plays, the desk mixes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.music.thirdband import rhythm, singing, sounds, strings
from benchmarks.music.thirdband.clock import Clock, deviations, swung
from benchmarks.music.thirdband.desk import Desk, chorus, squash, weather
from benchmarks.music.thirdband.events import Stroke
from benchmarks.music.thirdband.form import Score, Truth, compose, fade_beats, truth_of
from benchmarks.music.thirdband.recipes import Recipe
from benchmarks.music.thirdband.sounds import SR, Sound

TAKES = 5
"""Recordings of each percussion sound; strokes draw among them."""
Make = Callable[[np.random.Generator, int], Sound]

INSTRUMENTS: dict[str, Make] = {
    "macho": lambda rng, _: sounds.drum(rng, 405, 0.06, 0.5),
    "finger": lambda rng, _: sounds.drum(rng, 470, 0.018, 0.9),
    "hembra": lambda rng, _: sounds.drum(rng, 208, 0.12, 0.3),
    "timbal": lambda rng, _: sounds.drum(rng, 290, 0.14, 0.6),
    "long": lambda rng, _: sounds.scrape(rng, 0.11, 1.0),
    "mid": lambda rng, _: sounds.scrape(rng, 0.06, 1.05),
    "short": lambda rng, _: sounds.scrape(rng, 0.045, 1.2),
    "mouth": lambda rng, _: sounds.bell(rng, mouth=True),
    "neck": lambda rng, _: sounds.bell(rng, mouth=False),
    "kick": lambda rng, _: sounds.kick(rng),
    "snare": lambda rng, _: sounds.snare(rng),
    "hat": lambda rng, _: sounds.metal(rng, 0.03),
    "crash": lambda rng, _: sounds.metal(rng, 0.5),
    "clap": lambda rng, _: sounds.clap(rng, int(rng.integers(3, 9))),
    "bass": sounds.bass_string,
    "requinto": lambda rng, midi: sounds.string(rng, midi, 0.75, 0.45, 0.13),
    "nylon": lambda rng, midi: sounds.string(rng, midi, 0.4, 0.4, 0.24),
    "chop": sounds.chop,
    "piano": sounds.piano,
    "pad": lambda _, midi: Sound(sounds.table_tone(midi, 7.0, 10, 1.3, (-7.0, 0.0, 6.0))),
    "strings": lambda _, midi: Sound(sounds.table_tone(midi, 7.0, 14, 0.9, (-9.0, -3.0, 4.0, 10.0))),
    "synth": lambda _, midi: Sound(sounds.table_tone(midi, 3.0, 6, 1.6, (0.0, 3.0))),
}
"""How each sound is made; the pitch is a MIDI number and means nothing to drums."""
SLOW = {"pad": 0.12, "strings": 0.18, "synth": 0.006}
"""Seconds until sounds that have no attack of their own are there."""


class Instruments:
    """Sounds made once a song."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._takes: dict[tuple[str, int], list[Sound]] = {}

    def take(self, name: str, pitch: int) -> Sound:
        """Any of the takes of a sound."""
        takes = self._takes.setdefault((name, pitch), [])
        wanted = 1 if pitch else TAKES
        if len(takes) < wanted:
            takes.append(INSTRUMENTS[name](self._rng, pitch))
            return takes[-1]
        return takes[int(self._rng.integers(len(takes)))]


@dataclass(frozen=True)
class Seat:
    """A player's place: what it plays, level, pan, share sent to the room, how late, how exact."""

    play: Callable[[Recipe, Score, np.random.Generator], list[Stroke]]
    gain: float
    pan: float
    send: float
    lag_ms: float
    jitter_ms: float


def _seats(recipe: Recipe) -> list[Seat]:
    bongo, guira, bass, requinto, segunda = recipe.lags_ms
    person = max(recipe.jitter_ms, 5.0)
    sparse = recipe.style == "sparse"
    return [
        Seat(rhythm.bongo, 0.5, 0.15, 0.6, bongo, recipe.jitter_ms),
        Seat(rhythm.guira, 0.28, -0.35, 0.4, guira, recipe.jitter_ms),
        Seat(rhythm.bells, 0.22, 0.3, 0.8, guira, recipe.jitter_ms),
        Seat(rhythm.machine, 0.5, 0.0, 0.3, 0.0, 1.0),
        Seat(strings.bass, 0.45, 0.0, 0.1, bass, recipe.jitter_ms),
        Seat(strings.requinto, 0.4 if sparse else 0.3, -0.25, 0.9, requinto, person),
        Seat(strings.segunda, 0.4 if sparse else 0.24, 0.4, 0.6, segunda, person),
        Seat(strings.piano, 0.16, 0.5, 0.8, segunda, person),
        Seat(strings.pads, 0.11, -0.1, 0.8, 0.0, 0.0),
    ]


def _sample(stroke: Stroke, instruments: Instruments, seconds: float, synth: bool) -> Sound:
    """A sound, damped where the stroke ends."""
    name = "synth" if synth and stroke.sound == "bass" else stroke.sound
    sound = instruments.take(name, stroke.pitch)
    if not stroke.length:
        return sound
    slow = SLOW.get(name, 0.0)
    release = max(0.35 * slow * 2, 0.04)
    count = min(len(sound.samples), int((seconds + release) * SR))
    samples = sound.samples[:count].copy()
    fall = min(int(release * SR), count)
    samples[count - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    rise = min(int(slow * SR), count)
    samples[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    return Sound(samples, sound.lead)


@dataclass(frozen=True)
class Session:
    """What all players of one recording share."""

    recipe: Recipe
    score: Score
    clock: Clock
    count: int
    """Samples of the recording."""


def _perform(
    strokes: list[Stroke], seat: Seat, session: Session, instruments: Instruments, rng: np.random.Generator
) -> np.ndarray:
    recipe, clock, count = session.recipe, session.clock, session.count
    track = np.zeros(count, dtype=np.float32)
    for stroke in strokes:
        moment = clock.at(swung(stroke.beat, recipe.swing))
        seconds = clock.at(stroke.beat + stroke.length) - clock.at(stroke.beat)
        moment += stroke.delay + seat.lag_ms / 1000 + rng.normal(0, 1) * seat.jitter_ms / 1000
        sound = _sample(stroke, instruments, seconds, recipe.style == "pop")
        at = round(moment * SR) - sound.lead
        skip = max(0, -at)
        samples = sound.samples[skip : skip + max(0, count - at - skip)]
        if len(samples):
            track[at + skip : at + skip + len(samples)] += np.float32(stroke.velocity) * samples
    return track


def _mix(session: Session, rng: np.random.Generator) -> np.ndarray:
    recipe, score, count = session.recipe, session.score, session.count
    desk = Desk(count)
    instruments = Instruments(np.random.default_rng([recipe.number, recipe.seed, 2]))
    for seat in _seats(recipe):
        level = 10 ** (rng.normal(0, 2.0) / 20)
        own = np.random.default_rng(rng.integers(1 << 62))
        strokes = seat.play(recipe, score, own)
        if not strokes:
            continue
        track = _perform(strokes, seat, session, instruments, own)
        if seat.play is strings.requinto and recipe.style in ("modern", "live"):
            track = chorus(track, own)
        desk.add(track, seat.gain * level, seat.pan, seat.send)
    for sing, gain, pan in ((singing.lead, 0.42, 0.0), (singing.coro, 0.2, -0.2)):
        own = np.random.default_rng(rng.integers(1 << 62))
        phrases = sing(recipe, score, own)
        if phrases:
            desk.add(singing.render(phrases, session.clock, count, own.uniform(0, 30), own), gain, pan, 0.9)
    desk.room(recipe.reverb_s, recipe.wet, rng)
    return desk.main


def _fades(recipe: Recipe, score: Score, clock: Clock, count: int) -> np.ndarray:
    """Gain of every sample."""
    seconds = np.arange(count) / SR
    gain = np.ones(count, dtype=np.float32)
    if recipe.fade_in:
        gain *= np.interp(seconds, [clock.at(0), clock.at(8)], [0.12, 1.0]).astype(np.float32)
    if recipe.ending == "fade":
        decibels = np.interp(seconds, [clock.at(score.beats - fade_beats(recipe)), clock.at(score.beats)], [0.0, -28.0])
        gain *= (10 ** (decibels / 20)).astype(np.float32)
    return gain


def plan(recipe: Recipe) -> tuple[Score, Clock, np.random.Generator]:
    """What is settled before anybody plays: the score, when its beats fall, and the chance that plays on."""
    rng = np.random.default_rng([recipe.number, recipe.seed, 1])
    score = compose(recipe, rng)
    curve = deviations(recipe.drift, recipe.drift_depth, score.beats, rng)
    curve[: score.unmarked] = curve[score.unmarked]  # a tempo nobody can hear has no right to change
    return score, Clock(recipe.tempo, score.beats, recipe.lead_in, curve), rng


def make(recipe: Recipe) -> tuple[np.ndarray, Truth]:
    """The recording, float32 at 44.1 kHz, (n,) or (2, n) as the recipe has channels, and its truth.

    The same recipe gives the same samples.
    """
    score, clock, rng = plan(recipe)
    tail = 1.5 if recipe.ending == "hit" else 0.02
    count = round((clock.at(score.beats) + tail) * SR)
    mix = squash(_mix(Session(recipe, score, clock, count), rng), recipe.squash)
    mix = weather(mix * _fades(recipe, score, clock, count), recipe, rng)
    mix = mix / max(float(np.max(np.abs(mix))), 1e-9) * np.float32(0.6 + 0.39 * recipe.squash)
    samples = mix if recipe.channels == 2 else mix.mean(axis=0)
    return samples.astype(np.float32), truth_of(recipe, score, clock, count / SR)
