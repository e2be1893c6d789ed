"""Small bachata songs whose beats, counts, sections and energy are known, made to be difficult on purpose.

Written apart from `samples/`, with other sounds and other habits, so that the analyser is not tuned to one band.
Everything is in a `Recipe`; the same recipe gives the same samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Sound = NDArray[np.float32]

CHORDS = {
    "minor": ((0, 3), (5, 3), (7, 4), (0, 3)),
    "andalusian": ((0, 3), (10, 4), (8, 4), (7, 4)),
    "pop": ((0, 3), (8, 4), (3, 4), (10, 4)),
    "major": ((0, 4), (7, 4), (9, 3), (5, 4)),
}
FORM = (("intro", 2), ("verse", 4), ("chorus", 4), ("verse", 4), ("bridge", 2), ("chorus", 4), ("outro", 2))
ENERGY = {"intro": 0.3, "verse": 0.5, "chorus": 0.85, "bridge": 1.0, "outro": 0.25}


@dataclass(frozen=True)
class Recipe:
    """One song. Times in ms or beats where named so; shares 0..1."""

    tempo: float = 125.0
    seed: int = 0
    form: tuple[tuple[str, int], ...] = FORM
    drift: float = 0.0  # largest relative departure of the tempo
    jitter_ms: float = 6.0
    swing: float = 0.0  # share of a half beat by which off-beats come late
    offset: int = 0  # beats played before the first count 1
    beatless: int = 0  # first eight-counts with a pad only
    breaks: int = 0  # how many times the band stops for a bar
    half_time: bool = False  # in the second verse, percussion at half speed
    density: str = "full"  # sparse | full | dense
    voice: float = 0.5
    noise_db: float | None = None
    fade: bool = False
    chords: str = "andalusian"
    chord_beats: int = 4
    key: int = 45
    lead_in: float = 0.25
    tail: float = 0.5
    drums: str = "bongo"  # bongo | kit


@dataclass
class Truth:
    """What was played. `beats` in seconds; `count_one` index of the first count 1; sections as (start, end, label)."""

    beats: NDArray[np.float64]
    count_one: int
    sections: list[tuple[float, float, str]]
    energy: NDArray[np.float64]
    duration: float
    tempo: float = 0.0
    grid: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


@cache
def _noise(n: int, seed: int, low: float, high: float) -> Sound:
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    spectrum[(hertz < low) | (hertz > high)] = 0
    noise = np.fft.irfft(spectrum, n)
    return (noise / np.abs(noise).max()).astype(np.float32)


@cache
def scrape(seconds: float, kind: int) -> Sound:
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    teeth = 0.6 + 0.4 * np.sign(np.sin(2 * np.pi * (180 + 15 * kind) * t))
    return (_noise(n, kind, 4_800, 12_000) * teeth * np.minimum(1, t / 0.003) * np.exp(-t / (0.4 * seconds))).astype(
        np.float32
    )


@cache
def drum(hertz: float, ring: float, slap: float) -> Sound:
    t = np.arange(int(4 * ring * RATE)) / RATE
    body = np.sin(2 * np.pi * hertz * (t + 0.012 * (1 - np.exp(-t / 0.012)))) * np.exp(-t / ring)
    click = slap * _noise(t.size, 7, 1_000, 7_000) * np.exp(-t / 0.004)
    return ((body + click) * np.minimum(1, t / 0.0007)).astype(np.float32)


@cache
def string(midi: int, seconds: float, bright: float, attack: float) -> Sound:
    t = np.arange(int(seconds * RATE)) / RATE
    f = 440 * 2 ** ((midi - 69) / 12)
    tone = sum(
        bright**k / (k + 1) * np.sin(2 * np.pi * f * (k + 1) * t) * np.exp(-t * (k + 1) * 1.6)
        for k in range(12)
        if f * (k + 1) < 15_000
    )
    return (tone * np.minimum(1, t / attack) * np.minimum(1, (seconds - t) / 0.03)).astype(np.float32)


@cache
def pad(midi: int, seconds: float) -> Sound:
    t = np.arange(int(seconds * RATE)) / RATE
    f = 440 * 2 ** ((midi - 69) / 12)
    tone = sum(np.sin(2 * np.pi * f * k * t + k) / k**1.5 for k in range(1, 6))
    swell = np.sin(np.pi * np.clip(t / seconds, 0, 1)) ** 0.7
    return (tone * swell * (1 + 0.1 * np.sin(2 * np.pi * 4.5 * t))).astype(np.float32)


def grid_of(recipe: Recipe, count: int) -> NDArray[np.float64]:
    """Beat times: a tempo that wanders slowly by at most `drift`."""
    rng = np.random.default_rng([recipe.seed, 1])
    at = np.arange(count)
    wander = np.sin(2 * np.pi * (at / max(count, 1) * rng.uniform(0.7, 1.8) + rng.uniform()))
    length = 60 / recipe.tempo / (1 + recipe.drift * wander)
    return recipe.lead_in + np.concatenate([[0.0], np.cumsum(length)[:-1]])


class Band:
    """Plays one recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.r = recipe
        self.rng = np.random.default_rng([recipe.seed, 2])
        eights = [n for _, n in recipe.form]
        self.count = recipe.offset + 8 * sum(eights)
        self.grid = grid_of(recipe, self.count + 1)
        duration = float(self.grid[-1]) + recipe.tail
        self.mix = np.zeros(int(duration * RATE) + 4 * RATE, np.float32)
        self.size = int(duration * RATE)
        self.labels = ["intro" if recipe.form[0][0] == "intro" else recipe.form[0][0]] * recipe.offset
        for label, n in recipe.form:
            self.labels += [label] * (8 * n)
        bars = np.arange(recipe.offset + 16, self.count - 16, 8) + 4
        self.silent = {int(b) + k for b in self.rng.permutation(bars)[: recipe.breaks] for k in range(4)}

    def time(self, beat: float) -> float:
        whole = min(int(beat), self.count - 1)
        part = beat - whole
        if abs(part - 0.5) < 0.01:
            part += self.r.swing * 0.5
        length = self.grid[whole + 1] - self.grid[whole]
        human = float(np.clip(self.rng.normal(0, self.r.jitter_ms / 1000), -0.03, 0.03))
        return float(self.grid[whole] + part * length + human)

    def put(self, sound: Sound, beat: float, gain: float) -> None:
        at = max(0, round(self.time(beat) * RATE))
        end = min(self.mix.size, at + sound.size)
        level = gain * (0.4 + 0.6 * ENERGY[self.labels[min(int(beat), self.count - 1)]])
        self.mix[at:end] += sound[: end - at] * np.float32(level * self.rng.normal(1, 0.08))

    def play(self) -> None:
        second_verse = 8 * sum(n for _, n in self.r.form[:3]) + self.r.offset
        for beat in range(self.count):
            since = beat - self.r.offset
            four, label = since % 4, self.labels[beat]
            step = (since // self.r.chord_beats) % 4
            root, third = CHORDS[self.r.chords][step]
            root = self.r.key + root - (12 if root > 7 else 0)
            if since < 8 * self.r.beatless:
                if since % 4 == 0 or beat == 0:
                    for tone in (12, 12 + third, 19):
                        self.put(pad(root + tone, round(4.4 * 60 / self.r.tempo, 2)), beat, 0.16)
                continue
            if beat in self.silent:
                continue
            half = self.r.half_time and second_verse <= beat < second_verse + 32
            self.percussion(beat, four, label, half)
            self.harmony(beat, four, label, root, third)
            if self.r.voice and label in ("verse", "chorus") and self.rng.random() < 0.75:
                tone = self.r.key + 24 + int(self.rng.choice([0, 3, 5, 7, 10, 12]))
                length = round(float(self.rng.choice([0.35, 0.6, 0.9])), 2)
                self.put(pad(tone, length), beat + float(self.rng.uniform(0, 0.9)), 0.22 * self.r.voice)

    def percussion(self, beat: int, four: int, label: str, half: bool) -> None:
        if half and four % 2:
            return
        loud = label in ("chorus", "bridge")
        self.put(scrape(0.26 if loud else 0.18, beat % 3), beat, 0.30)
        if not loud or self.r.density == "dense":
            self.put(scrape(0.09, beat % 3), beat + 0.5, 0.17)
        if label == "bridge" and self.r.density != "sparse":
            self.put(scrape(0.06, 2), beat + 0.75, 0.14)
        if self.r.drums == "kit":
            if four in (0, 2):
                self.put(drum(62, 0.09, 0.2), beat, 0.55)
            else:
                self.put(drum(210, 0.05, 1.0), beat, 0.3)
            return
        if four == 3:
            self.put(drum(175, 0.14, 0.3), beat, 0.5)
            self.put(drum(430, 0.04, 0.5), beat + 0.5, 0.16)
        elif self.r.density != "sparse" or four == 0:
            self.put(drum(430, 0.05, 0.6), beat, 0.36 if four != 1 else 0.2)
            if self.r.density == "dense" or not loud:
                self.put(drum(520, 0.025, 0.6), beat + 0.5, 0.14)

    def harmony(self, beat: int, four: int, label: str, root: int, third: int) -> None:
        length = 60 / self.r.tempo
        bass = root - 12 if root - 12 >= 28 else root
        notes = {0: (0.0, 1.4, 1.0), 2: (0.0, 0.8, 0.75), 3: (0.0, 0.8, 0.85)}
        if four in notes and not (self.r.density == "sparse" and four == 2):
            shift, held, gain = notes[four]
            tone = bass + (7 if four == 2 else 0)
            self.put(string(tone, round(held * length, 2), 0.5, 0.005), beat + shift, 0.55 * gain)
        if four == 1 and self.r.density != "sparse":
            self.put(string(bass + 7, round(0.4 * length, 2), 0.5, 0.005), beat + 0.5, 0.3)
        steps = {"sparse": (0.0,), "full": (0.0, 0.5), "dense": (0.0, 0.25, 0.5, 0.75)}[self.r.density]
        tones = (12, 12 + third, 19, 24, 24 + third, 19, 12 + third, 19)
        for step in steps:
            which = tones[int((four + step) * 2) % 8]
            self.put(string(root + 12 + which - 12, 0.7, 0.75, 0.002), beat + step, 0.2)
        if label in ("chorus", "bridge") and four in (0, 2):
            for tone in (12, 12 + third, 19):
                self.put(string(root + tone, 0.5, 0.6, 0.002), beat, 0.12)


def make(recipe: Recipe) -> tuple[Sound, Truth]:
    """(mono samples at 44.1 kHz, truth)."""
    band = Band(recipe)
    band.play()
    mix = band.mix[: band.size].astype(np.float64)
    mix = np.tanh(mix / np.percentile(np.abs(mix), 99.7) * 0.8) * 0.8
    if recipe.noise_db is not None:
        power = np.sqrt(np.mean(mix**2)) * 10 ** (recipe.noise_db / 20)
        mix += power * np.random.default_rng([recipe.seed, 3]).standard_normal(mix.size)
    if recipe.fade:
        n = 6 * RATE
        mix[-n:] *= np.linspace(1, 0, n) ** 1.5
    sections, at = [], recipe.offset
    for label, n in recipe.form:
        sections.append((float(band.grid[at]), float(band.grid[at + 8 * n]), label))
        at += 8 * n
    beats = band.grid[: band.count]
    energy = np.array([ENERGY[label] for label in band.labels])
    tempo = 60 / float(np.polyfit(np.arange(beats.size), beats, 1)[0])
    duration = band.size / RATE
    return np.clip(mix, -1, 1).astype(np.float32), Truth(beats, recipe.offset % 8, sections, energy, duration, tempo)


def write(
    path: Path, samples: Sound, *, rate: int = RATE, codec: str | None = None, bit_rate: int | None = None
) -> Path:
    """Write mono samples as whatever `path`'s suffix names; returns `path`."""
    codecs = {
        ".wav": "pcm_s16le",
        ".flac": "flac",
        ".mp3": "libmp3lame",
        ".m4a": "aac",
        ".ogg": "vorbis",
        ".opus": "libopus",
    }
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec or codecs[path.suffix], rate=48_000 if path.suffix == ".opus" else rate)
        stream.layout = "stereo" if path.suffix == ".ogg" else "mono"  # FFmpeg's own Vorbis knows stereo only
        if path.suffix == ".ogg":
            stream.codec_context.options = {"strict": "experimental"}
        if bit_rate:
            stream.bit_rate = bit_rate
        resampler = av.AudioResampler(
            stream.format.name, stream.layout.name, stream.rate, frame_size=stream.codec_context.frame_size or 4096
        )
        for start in range(0, samples.size, RATE):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + RATE].astype(np.float32), "flt", "mono")
            frame.sample_rate, frame.pts = rate, start
            for piece in resampler.resample(frame):
                out.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return path
