"""From stems to files: a room, a soft limiter, WAV and AAC."""

import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, oaconvolve, sosfilt

from samples.song.voices import RATE, Sound

Stereo = NDArray[np.float64]
"""Shape (2, samples)."""


class Desk:
    """A stereo bus and a reverb bus of `seconds`; sounds are added at a time with a gain, a pan and a send."""

    def __init__(self, seconds: float) -> None:
        self.size = round(seconds * RATE)
        self.dry = np.zeros((2, self.size))
        self.wet = np.zeros((2, self.size))

    def add(self, sound: Sound, at: float, *, gain: float, pan: float = 0.0, send: float = 0.2) -> None:
        """Mix `sound` in at `at` seconds; `pan` -1 (left) .. 1 (right), equal power; `send` goes to the room."""
        start = round(at * RATE)
        skip = max(0, -start)
        start = max(0, start)
        piece = sound[skip : skip + max(0, self.size - start)]
        if piece.size == 0:
            return
        angle = (pan + 1.0) * np.pi / 4.0
        for channel, level in enumerate((np.cos(angle), np.sin(angle))):
            self.dry[channel, start : start + piece.size] += gain * level * piece
            if send:
                self.wet[channel, start : start + piece.size] += gain * level * send * piece

    def mix(self, *, seed: int, peak: float = 0.89) -> Stereo:
        """The finished stereo: room added, low rumble cut, limited softly to `peak`."""
        room = _room(seed)
        wet = np.stack([oaconvolve(self.wet[c], room[c])[: self.size] for c in range(2)])
        high_pass = butter(2, 32, "highpass", fs=RATE, output="sos")
        mixed = np.asarray(sosfilt(high_pass, self.dry + wet, axis=1))
        # Drive by the loud parts, not by one peak, so every seed comes out equally loud; tanh rounds what is above.
        loud = float(np.percentile(np.abs(mixed[:, ::7]), 99.5))
        return peak * np.tanh(mixed * (0.85 / max(loud, 1e-9)))


def _room(seed: int) -> Stereo:
    """Impulse response of a warm small room: a few early reflections, then 0.9 s of darkening noise."""
    rng = np.random.default_rng(seed + 5000)
    n = int(0.9 * RATE)
    t = np.arange(n) / RATE
    tail = rng.standard_normal((2, n)) * np.exp(-t / 0.19)
    dark = np.asarray(sosfilt(butter(1, 3200, fs=RATE, output="sos"), tail, axis=1))
    response = 0.035 * dark * np.minimum(1.0, t / 0.012)
    for delay, level in ((0.011, 0.30), (0.017, 0.24), (0.023, 0.18), (0.031, 0.13)):
        for channel in range(2):
            response[channel, int((delay + 0.0013 * channel) * RATE)] += level * (1 if channel else -1) * 0.6
    return response


def to_int16(stereo: Stereo) -> NDArray[np.int16]:
    """Interleaved 16-bit samples, shape (samples, 2)."""
    return np.round(np.clip(stereo, -1.0, 1.0).T * 32_767.0).astype("<i2")


def write_wav(path: Path, stereo: Stereo) -> None:
    """16-bit stereo WAV at 48 kHz."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(to_int16(stereo).tobytes())


def write_aac(path: Path, stereo: Stereo, *, bit_rate: int = 160_000) -> None:
    """AAC in MP4 (`.m4a`). The container's edit list hides the encoder's priming, so time 0 stays time 0."""
    with av.open(str(path), "w", format="ipod", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("aac", rate=RATE)
        stream.bit_rate = bit_rate
        stream.layout = "stereo"
        encode_audio(out, stream, stereo)


def encode_audio(out: "av.container.OutputContainer", stream: "av.AudioStream", stereo: Stereo) -> None:
    """Send all of `stereo` through an AAC stream of 1024-sample frames, flush included."""
    planar = stereo.astype(np.float32)
    for start in range(0, planar.shape[1], 1024):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planar[:, start : start + 1024]), "fltp", "stereo")
        frame.sample_rate = RATE
        frame.pts = start
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
