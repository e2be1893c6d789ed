"""Songs and libraries made from numbers alone, with known truth, for tests of planning."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from bachata.media.profile import PROFILES
from bachata.moves.catalogue import LABELS, Move, Pose
from bachata.moves.embedding import SIZES, Embedding, Part, Weights
from bachata.moves.glossary import style_of
from bachata.moves.index import Fused, MoveIndex
from bachata.moves.keyframes import keyframes_of
from bachata.moves.lexical import LEXICAL, text_of
from bachata.moves.repository import Embedded
from bachata.music.document import Analysis
from bachata.timeline import frame_at

LEVELS = ("beginner", "intermediate", "advanced")
ENERGIES = ("low", "medium", "high")


def make_song(
    *,
    tempo: float = 126.0,
    seconds: float = 78.0,
    first_beat: float = 0.9,
    count_one: int = 2,
    drift: float = 0.0,
    sections: tuple[str, ...] = ("intro", "verse", "chorus", "bridge", "outro"),
    grooves: tuple[str | None, ...] = (),
) -> Analysis:
    """A song with beats every 60/tempo s; `drift` is the share by which the tempo rises from start to end; `grooves` of
    the first sections."""
    beats, at = [], first_beat
    while at < seconds:
        beats.append(at)
        at += 60.0 / (tempo * (1 + drift * at / seconds))
    energies = {"intro": 0.2, "verse": 0.45, "chorus": 0.7, "bridge": 0.9, "outro": 0.3}
    edges = [seconds * i / len(sections) for i in range(len(sections) + 1)]
    spans: list[dict[str, Any]] = [
        {"start": a, "end": b, "label": label, "energy": energies[label], "confidence": 1.0}
        for a, b, label in zip(edges, edges[1:], sections, strict=False)
    ]
    for span, groove in zip(spans, grooves, strict=False):
        span.update({"groove": groove, "groove_confidence": 1.0})
    energy = [next(s["energy"] for s in reversed(spans) if s["start"] <= t or s is spans[0]) for t in beats]
    document: dict[str, Any] = {
        "sha256": "0" * 64,
        "analyser": "test",
        "duration": seconds,
        "tempo": tempo,
        "beats": beats,
        "downbeats": [b for i, b in enumerate(beats) if (i - count_one) % 4 == 0],
        "count_one": count_one,
        "sections": spans,
        "energy": energy,
        "loudness": {"integrated_lufs": -14.0, "true_peak_dbtp": -1.0},
        "waveform": {"rate": 10.0, "peaks": []},
        "confidence": 1.0,
        "evidence": {"beat": 1.0, "bar": 1.0, "phrase": 1.0, "phase_scores": [0.0] * 8},
    }
    return Analysis.model_validate(document)


def make_move(
    clip_id: str,
    *,
    label: str = "basic",
    tempo: float = 126.0,
    eights: int = 3,
    pickup: int = 2,
    difficulty: str = "intermediate",
    energy: str = "medium",
    style: str | None = None,
    rate: str = "30",
    tail: float = 0.4,
    profile: str | None = None,
    motion: Sequence[float] = (),
    poses: Sequence[Pose] = (),
) -> Move:
    """A clip of `eights` whole 8-counts after `pickup` counts, with `tail` counts after the last count 1; conformed to
    `profile`, whose rate is then its own, or as clips were before. `motion` and `poses` repeat along its beats."""
    conformed = PROFILES[profile] if profile else None
    rate = str(conformed.rate) if conformed else rate
    exact, period = Fraction(rate), 60.0 / tempo
    counts = pickup + 8 * eights
    beats = [frame_at(period * (0.3 + i), exact) for i in range(counts + 1)]
    frames = frame_at(period * (0.3 + counts + tail), exact) + 1
    width, height = conformed.size if conformed else (1280, 720)
    keyframes = keyframes_of(beats, frames, rate=exact, tempo=tempo) if conformed else ()
    return Move.model_validate(
        {
            "clip_id": clip_id,
            "library": "test",
            "name": clip_id.replace("_", " "),
            "label": label,
            "difficulty": difficulty,
            "energy_level": energy,
            "style": style or style_of(label),
            "video_path": f"moves/test/{clip_id}.mp4",
            "sha256": "1" * 64,
            "frame_rate": rate,
            "frames": frames,
            "width": width,
            "height": height,
            "profile": conformed.id if conformed else None,
            "keyframes": list(keyframes),
            "tempo": tempo,
            "beats": beats,
            "count_one": pickup,
            "confidence": 1.0,
            "motion": [motion[i % len(motion)] for i in range(counts)] if motion else [],
            "poses": [poses[i % len(poses)].model_dump() for i in range(counts + 1)] if poses else [],
        }
    )


def stance(x: float = 0.0, *, height: float = 0.8, filled: int = 0) -> Pose:
    """Dancers at `x`, `height` tall, who fill the column `filled` (0 to 3) of their outline."""
    shape = [100 if column == filled else 0 for _row in range(6) for column in range(4)]
    return Pose(x=x, y=0.0, width=0.4, height=height, shape=shape)


def make_library(
    count: int = 40,
    *,
    seed: int = 1,
    tempo: float = 126.0,
    spread: float = 0.05,
    profile: str | None = None,
    measured: bool = False,
) -> list[Move]:
    """`count` moves over all labels, levels and energies, tempi within `spread` of `tempo`, sorted by id; conformed to
    `profile`, else of the rates their files have. `measured`: with motion and poses, all different."""
    dice, body = random.Random(seed), random.Random(seed + 1)
    moves = []
    for i in range(count):
        label = LABELS[i % len(LABELS)]
        moves.append(
            make_move(
                f"{label}__{i:03d}",
                label=label,
                tempo=tempo * (1 + dice.uniform(-spread, spread)),
                eights=dice.choice([2, 2, 3]),
                pickup=dice.choice([0, 1, 2, 4]),
                difficulty=LEVELS[i % 3],
                energy=dice.choice(ENERGIES),
                rate=dice.choice(["30", "30", "25", "30000/1001", "60"]),
                profile=profile,
                motion=[body.random() for _ in range(11)] if measured else (),
                poses=[
                    stance(body.uniform(-0.4, 0.4), height=body.uniform(0.5, 0.9), filled=body.randrange(4))
                    for _ in range(9)
                ]
                if measured
                else (),
            )
        )
    return sorted(moves, key=lambda m: m.clip_id)


def make_part(name: str, seed: int, version: str = "any-1") -> Part:
    """A part that points anywhere."""
    vector = np.random.default_rng(seed).normal(size=SIZES[name])  # type: ignore[index]
    return Part((vector / np.linalg.norm(vector)).astype(np.float32), version)


def embed(move: Move, **parts: Part | None) -> Embedded:
    """A move with its text part, and what other `parts` are given."""
    text = Part(LEXICAL.embed([text_of(move)])[0], LEXICAL.version)
    return Embedded(move, Embedding(**{"text": text, **parts}))


def make_index(moves: list[Move], weights: Weights | None = None, **options: Any) -> MoveIndex:
    """The index over `moves`, in their order; only their words are known."""
    fused = Fused.of([m.clip_id for m in moves], [embed(m).embedding for m in moves], weights or Weights())
    return MoveIndex(fused, **options)
