"""Media whose truth is known: every picture carries its number, every click its time.

A numbered picture is a grid of 4 × 3 black and white cells, the bits of its number: it survives scaling, any pixel
format and lossy coding, and tells which source frame an output frame shows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from bachata.blueprint import Blueprint, parse

COLUMNS, ROWS = 4, 3
SIZE = (64, 48)
RATE = 48_000

Picture = np.ndarray[Any, np.dtype[np.uint8]]


def numbered(number: int, size: tuple[int, int] = SIZE) -> Picture:
    """Grey picture, shape (height, width), that carries `number` (0 to 4095)."""
    bits = [(number >> bit) & 1 for bit in range(COLUMNS * ROWS)]
    cells = np.array(bits, dtype=np.uint8).reshape(ROWS, COLUMNS) * 255
    width, height = size
    rows = np.arange(height) * ROWS // height
    columns = np.arange(width) * COLUMNS // width
    return np.ascontiguousarray(cells[rows][:, columns])


def number_in(picture: Picture) -> int:
    """The number a grey picture carries; the grid must fill it."""
    height, width = picture.shape
    number = 0
    for bit in range(COLUMNS * ROWS):
        row, column = divmod(bit, COLUMNS)
        y = (2 * row + 1) * height // (2 * ROWS)
        x = (2 * column + 1) * width // (2 * COLUMNS)
        number |= int(picture[y - 1 : y + 2, x - 1 : x + 2].mean() > 128) << bit
    return number


def grey(value: int, size: tuple[int, int] = SIZE) -> Picture:
    """A picture of one value, 0 to 255 full range."""
    return np.full((size[1], size[0]), value, dtype=np.uint8)


def write_clip(
    path: Path,
    pictures: Iterable[Picture],
    *,
    rate: Fraction | int = 30,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    ticks: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    aspect: Fraction | None = None,
    sound: Picture | None = None,
    sound_rate: int = RATE,
    layout: str = "stereo",
    tags: dict[str, int] | None = None,
    rotation: int = 0,
) -> Path:
    """Encode grey pictures. `ticks` gives each one's time in `time_base`; default: constant `rate`.

    `sound`: float32 samples, shape (channels, n), of `layout`; one channel is heard from both sides of stereo.
    `tags`: colour attributes of the codec context. `rotation`: degrees counter-clockwise a player has to turn it by.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = list(pictures)
    height, width = pictures[0].shape
    with av.open(str(path), "w") as container:
        if codec == "libx264":
            options = {"preset": "ultrafast", "crf": "10", **(options or {})}
        video = container.add_stream(codec, rate=Fraction(rate), options=options or {})
        video.width, video.height, video.pix_fmt = width, height, pix_fmt
        tick = time_base or 1 / Fraction(rate)
        video.codec_context.time_base = tick
        if aspect:
            video.codec_context.sample_aspect_ratio = aspect
        for name, value in (tags or {}).items():
            setattr(video.codec_context, name, value)
        if rotation:
            video.set_display_rotation(rotation)
        full = _rgb(pix_fmt) or pix_fmt.startswith("yuvj") or (tags or {}).get("color_range") == 2
        audio = None
        if sound is not None:
            audio = container.add_stream("aac" if path.suffix == ".mp4" else "flac", rate=sound_rate, layout=layout)
        for index, picture in enumerate(pictures):
            frame = VideoFrame.from_ndarray(picture, format="gray")
            frame = frame.reformat(format=pix_fmt, src_color_range=2, dst_color_range=2 if full else 1)
            frame.pts, frame.time_base = (ticks[index] if ticks else index), tick
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            assert sound is not None
            for block in _blocks(sound, sound_rate, layout):
                container.mux(audio.encode(block))
            container.mux(audio.encode(None))
    return path


def _rgb(pix_fmt: str) -> bool:
    return pix_fmt.startswith(("rgb", "bgr", "gbr", "pal"))


def _blocks(samples: Picture, rate: int, layout: str = "stereo") -> Iterable[AudioFrame]:
    samples = np.atleast_2d(samples).astype(np.float32)
    if layout == "stereo" and samples.shape[0] == 1:
        samples = np.repeat(samples, 2, axis=0)
    for start in range(0, samples.shape[1], 1024):
        block = AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + 1024]), "fltp", layout)
        block.sample_rate, block.pts, block.time_base = rate, start, Fraction(1, rate)
        yield block


def numbered_clip(path: Path, frames: int, *, size: tuple[int, int] = SIZE, first: int = 0, **how: Any) -> Path:
    """A clip whose frame i carries the number first + i."""
    return write_clip(path, (numbered(first + i, size) for i in range(frames)), **how)


def write_wav(path: Path, samples: Picture, rate: int = RATE) -> Path:
    """16-bit PCM; samples are float, shape (n,) or (channels, n)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = np.atleast_2d(samples)
    data = (np.clip(table, -1, 1) * 32767).astype("<i2").T.tobytes()
    channels = table.shape[0]
    header = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + header
        + b"data"
        + struct.pack("<I", len(data))
        + data
    )
    return path


def clicks(seconds: float, times: Iterable[float], *, rate: int = RATE, level: float = 0.8, seed: int = 1) -> Picture:
    """Silence with a short noise burst at every time: cross-correlation finds it to the sample."""
    noise = np.random.default_rng(seed)
    samples = np.zeros(round(seconds * rate), dtype=np.float32)
    for time in times:
        at = round(time * rate)
        burst = noise.uniform(-level, level, rate // 50) * np.linspace(1, 0, rate // 50)
        samples[at : at + len(burst)] = burst[: max(0, len(samples) - at)]
    return samples


def tone(seconds: float, *, hertz: float = 1000.0, level: float = 0.1, rate: int = RATE) -> Picture:
    """A sine."""
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def lumas(path: Path) -> list[Picture]:
    """The luma planes of a video, in order of presentation."""
    with av.open(str(path)) as container:
        return [_luma(frame) for frame in container.decode(video=0)]


def _luma(frame: VideoFrame) -> Picture:
    plane = frame.planes[0]
    rows = np.frombuffer(bytes(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width].copy()


def numbers(path: Path) -> list[int]:
    """The number every frame of a video carries."""
    return [number_in(picture) for picture in lumas(path)]


def mean_lumas(path: Path) -> list[float]:
    """The mean luma of every frame."""
    return [float(picture.mean()) for picture in lumas(path)]


def presentation_times(path: Path) -> list[Fraction]:
    """The time of every video frame, decoded."""
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def samples_of(path: Path) -> Picture:
    """The sound of a file at 48 kHz, mono, placed by its timestamps: index 0 is time 0."""
    resampler = av.AudioResampler("fltp", "stereo", RATE)
    parts: list[Picture] = []
    with av.open(str(path)) as container:
        lead = None
        for frame in container.decode(audio=0):
            if lead is None:
                lead = round((frame.pts or 0) * frame.time_base * RATE)
            parts += [out.to_ndarray() for out in resampler.resample(frame)]
        parts += [out.to_ndarray() for out in resampler.resample(None)]
    mono = np.concatenate(parts, axis=1).mean(axis=0)
    assert lead is not None
    return np.concatenate([np.zeros(lead), mono]) if lead >= 0 else mono[-lead:]


def lag(heard: Picture, truth: Picture, start: float, seconds: float) -> float:
    """Seconds by which `heard` lags behind `truth` around a time, by cross-correlation over ±50 ms."""
    reach = RATE // 20
    begin, length = round(start * RATE), round(seconds * RATE)
    reference = truth[begin : begin + length]
    window = np.concatenate([np.zeros(reach), heard, np.zeros(reach)])[begin : begin + length + 2 * reach]
    size = len(window) + len(reference)
    spectrum = np.fft.rfft(window, size) * np.conj(np.fft.rfft(reference, size))
    match = np.fft.irfft(spectrum, size)[: 2 * reach + 1]
    return float((int(np.argmax(np.abs(match))) - reach) / RATE)


def blueprint(moves: list[dict[str, Any]], **changes: Any) -> Blueprint:
    """A blueprint over `moves`, 64 × 48 at 30 fps unless `output` says otherwise."""
    output = {"output_path": "output/video.mp4", "resolution": "64x48", "normalize_audio": False}
    document = {
        "task_id": "task-1",
        "audio_path": "songs/song.wav",
        "moves": [{"clip_id": f"m{i}", **move} for i, move in enumerate(moves)],
        **changes,
        "output_config": {**output, **changes.get("output_config", {})},
    }
    return parse(document)


def move(path: str, start: float, duration: float, **changes: Any) -> dict[str, Any]:
    """A move of a blueprint."""
    return {"video_path": path, "start_time": start, "duration": duration, **changes}


Make = Callable[..., Path]
