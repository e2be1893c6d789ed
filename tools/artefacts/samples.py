"""What the rehearsal works on, made from numbers: a song of clicks, a grey clip, a library of moves."""

from __future__ import annotations

import math
import random
import wave
from array import array
from pathlib import Path

from sqlalchemy.engine import Engine

from bachata.media.profile import PROFILES
from bachata.moves.catalogue import LABELS, Move
from bachata.moves.embedding import Embedding, Part
from bachata.moves.glossary import style_of
from bachata.moves.keyframes import keyframes_of
from bachata.moves.lexical import LEXICAL, text_of
from bachata.moves.repository import Embedded, MoveRepository
from bachata.timeline import frame_at

TEMPO = 125.0
PROFILE = PROFILES["720p30"]


def click_track(path: Path, seconds: int) -> None:
    """A mono click on every beat: enough of a song to be analysed."""
    rate = 22_050
    samples = array("h", bytes(2 * rate * seconds))
    for beat in range(int(seconds * TEMPO / 60)):
        start = int(beat * 60 / TEMPO * rate)
        for i in range(min(400, len(samples) - start)):
            samples[start + i] = int(20_000 * math.exp(-i / 80) * math.sin(i * (0.9 if beat % 4 else 0.4)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def grey_clip(path: Path, seconds: int = 4, rate: int = 30) -> None:
    """A small clip of changing grey."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for index in range(seconds * rate):
            frame = av.VideoFrame(160, 96, "yuv420p")
            for plane, value in zip(frame.planes, (index % 200 + 20, 128, 128), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def stock(engine: Engine, count: int = 40) -> None:
    """A library of `count` moves that any song of about `TEMPO` can be danced with."""
    dice = random.Random(1)
    moves = [_move(index, TEMPO * dice.uniform(0.96, 1.04)) for index in range(count)]
    parts = LEXICAL.embed([text_of(move) for move in moves])
    embedded = [Embedded(m, Embedding(text=Part(p, LEXICAL.version))) for m, p in zip(moves, parts, strict=True)]
    MoveRepository(engine, "default").save(embedded)


def _move(index: int, tempo: float) -> Move:
    label, beats_in = LABELS[index % len(LABELS)], 25
    beats = [frame_at(60.0 / tempo * (0.3 + i), PROFILE.rate) for i in range(beats_in + 1)]
    frames = frame_at(60.0 / tempo * (beats_in + 1.5), PROFILE.rate)
    return Move(
        clip_id=f"{label}_{index:02d}",
        library="default",
        name=f"{label} {index}",
        label=label,
        difficulty=("beginner", "intermediate", "advanced")[index % 3],
        energy_level=("low", "medium", "high")[index % 3],
        style=style_of(label),
        video_path=f"moves/default/{label}_{index:02d}.mp4",
        sha256="1" * 64,
        profile=PROFILE.id,
        frame_rate=str(PROFILE.rate),
        frames=frames,
        width=PROFILE.size[0],
        height=PROFILE.size[1],
        tempo=tempo,
        beats=beats,
        keyframes=list(keyframes_of(beats, frames, rate=PROFILE.rate, tempo=tempo)),
        count_one=0,
        confidence=1.0,
    )
