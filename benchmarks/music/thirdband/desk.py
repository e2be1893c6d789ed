"""The mixing desk: panning, room, compression, and what recordings suffer afterwards."""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.music.thirdband.recipes import Recipe
from benchmarks.music.thirdband.sounds import SR


class Desk:
    """Two channels and one send to the room."""

    def __init__(self, count: int) -> None:
        self.main = np.zeros((2, count), dtype=np.float32)
        self.send = np.zeros(count, dtype=np.float32)

    def add(self, track: np.ndarray, gain: float, pan: float, send: float) -> None:
        """A mono track at a pan of −1 (left) to 1."""
        angle = (pan + 1) * np.pi / 4
        self.main[0] += np.float32(gain * np.cos(angle)) * track
        self.main[1] += np.float32(gain * np.sin(angle)) * track
        self.send += np.float32(gain * send) * track

    def room(self, seconds: float, wet: float, rng: np.random.Generator) -> None:
        """Add a room that dies by 60 dB in `seconds`; noise, so that no echo stands out."""
        count = int(min(seconds, 1.6) * SR)
        t = np.arange(count) / SR
        pre = int(rng.uniform(0.004, 0.02) * SR)
        sos = signal.butter(1, [250, 5500], "bandpass", fs=SR, output="sos")
        for channel in range(2):
            response = signal.sosfilt(sos, rng.standard_normal(count)) * 10 ** (-3 * t / seconds)
            response /= np.sqrt(np.sum(response**2))
            tail = signal.oaconvolve(self.send, response.astype(np.float32))[: len(self.send) - pre]
            self.main[channel, pre:] += np.float32(wet) * tail.astype(np.float32)


def chorus(track: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A second, wavering copy: the bright doubled sound of the requinto."""
    n = np.arange(len(track))
    delay = (0.013 + 0.002 * np.sin(2 * np.pi * rng.uniform(0.5, 1.1) * n / SR)) * SR
    return track + np.float32(0.5) * track[np.maximum(n - delay.astype(np.int64), 0)]


def squash(mix: np.ndarray, amount: float) -> np.ndarray:
    """Compress (up to 3:1 above a threshold around the average level), then bend what is still too loud."""
    block = 128
    usable = mix.shape[1] // block * block
    level = np.sqrt(np.mean(mix[:, :usable].reshape(2, -1, block) ** 2, axis=(0, 2)) + 1e-12)
    attack, release = np.exp(-block / (0.012 * SR)), np.exp(-block / (0.15 * SR))
    held = np.empty_like(level)
    state = 0.0
    for n, value in enumerate(level):
        pace = attack if value > state else release
        state = pace * state + (1 - pace) * value
        held[n] = state
    threshold = float(np.sqrt(np.mean(level**2))) * (1.9 - 0.9 * amount)
    ratio = 1 - 1 / (1 + 2 * amount)
    gain = np.where(held > threshold, (threshold / np.maximum(held, 1e-9)) ** ratio, 1.0)
    gains = np.interp(np.arange(mix.shape[1]), np.arange(len(gain)) * block + block / 2, gain).astype(np.float32)
    out = mix * gains
    out /= max(float(np.percentile(np.abs(out[:, ::7]), 99.9)), 1e-9)
    drive = np.float32(0.5 + 0.8 * amount)
    return np.asarray(np.tanh(out * drive), dtype=np.float32)


def weather(mix: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """Noise, crowd, and the sound of old or small machines."""
    if recipe.sound == "telephone":
        sos = signal.butter(3, [320, 3400], "bandpass", fs=SR, output="sos")
        mix = np.tanh(signal.sosfilt(sos, mix, axis=1) * 1.5).astype(np.float32)
    elif recipe.sound == "cassette":
        sos = signal.butter(2, [70, 8500], "bandpass", fs=SR, output="sos")
        mix = np.tanh(signal.sosfilt(sos, mix, axis=1) * 1.3).astype(np.float32)
    elif recipe.sound == "bits":
        held = np.repeat(mix[:, ::2], 2, axis=1)[:, : mix.shape[1]]
        mix = (np.round(held * 110) / 110).astype(np.float32)
    floor = max(recipe.noise_db, -48.0) if recipe.sound == "cassette" else recipe.noise_db
    if floor > -100:
        mix = mix + (10 ** (floor / 20) * rng.standard_normal(mix.shape)).astype(np.float32)
    if recipe.style == "live":
        count = mix.shape[1]
        sos = signal.butter(1, [300, 2500], "bandpass", fs=SR, output="sos")
        murmur = signal.sosfilt(sos, rng.standard_normal(count))
        swell = np.interp(np.arange(count), np.linspace(0, count, 40), rng.uniform(0.2, 1.0, 40))
        mix = mix + (0.02 * murmur * swell).astype(np.float32)
    return mix
