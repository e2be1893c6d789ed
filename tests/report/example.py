"""Documents of a believable video: 75 s at 126 BPM, five sections, fourteen moves. Seeded; nothing is decoded."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint, OutputConfig
from bachata.blueprint import Move as Planned
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis, Evidence, Loudness, Section, Waveform
from bachata.timeline import frame_at, seconds_at

RATE = Fraction(30)
LEAD_IN = 0.37
SECTIONS = (("intro", 16, 0.34), ("verse", 40, 0.52), ("chorus", 48, 0.86), ("bridge", 24, 0.97), ("outro", 28, 0.4))
MOVES = (
    ("intros", "Walk in, hand in hand", "beginner", "low", "romantic"),
    ("basic", "Side basic", "beginner", "low", "romantic"),
    ("ladyturn", "Lady's right turn", "beginner", "medium", "playful"),
    ("cross_body_lead", "Cross body lead", "intermediate", "medium", "playful"),
    ("hammerlock", "Hammerlock and out", "intermediate", "medium", "playful"),
    ("bodywaves", "Body wave from close hold", "intermediate", "medium", "sensual"),
    ("spin", "Double spin", "advanced", "high", "energetic"),
    ("footwork", "Syncopated footwork", "advanced", "high", "energetic"),
)
REASONS = (
    "Opens the song: a calm entrance for its quiet first phrase.",
    "Gives the verse its ground; the section asks for low energy and so does the move.",
    "Answers the singer: the turn ends as the phrase does.",
    "Its 128 beats a minute are the nearest to this song, so it is hardly retimed.",
    "The chorus begins here and wants more; highest energy match of what had not been danced yet.",
    "Lets the chorus breathe; last seen never, four phrases since anything like it.",
    "The bridge is the busiest part of the song, and this is the busiest move for the level.",
)


@dataclass(frozen=True)
class Example:
    """The keyword arguments of `report.write`, but for the title. Shared between tests: change copies."""

    blueprint: Blueprint
    analysis: Analysis
    result: Result
    scorecard: dict[str, Any] | None
    moves: dict[str, Move]
    video_href: str = "choreography.mp4"


@cache
def analysis(*, bpm: float = 126.0, duration: float = 75.0, confidence: float = 0.91, seed: int = 7) -> Analysis:
    """A song whose beats stand at LEAD_IN + k·60/bpm; count 1 is the first of them."""
    rng = random.Random(seed)
    beats = _beats(bpm, duration)
    sections, edges = [], _edges(beats, duration)
    for (label, _, energy), start, end in zip(SECTIONS, edges, edges[1:], strict=False):
        sections.append(Section(start=start, end=end, label=label, energy=energy, confidence=0.8))
    energies = [
        min(1.0, max(0.0, next(s.energy for s in sections if s.start <= b < s.end) + rng.uniform(-0.08, 0.08)))
        for b in beats
    ]
    return Analysis(
        sha256="ab" * 32,
        analyser="example 1",
        duration=duration,
        tempo=bpm,
        beats=beats,
        downbeats=beats[::4],
        count_one=0,
        sections=sections,
        energy=energies,
        loudness=Loudness(integrated_lufs=-13.2, true_peak_dbtp=-0.8),
        waveform=Waveform(rate=50.0, peaks=[_peak(i / 50.0, beats, energies, rng) for i in range(int(duration * 50))]),
        confidence=confidence,
        evidence=Evidence(
            beat=confidence, bar=confidence * 0.9, phrase=confidence * 0.8, phase_scores=[1.0] + [0.3] * 7
        ),
    )


@cache
def example(*, moves: int = 14, audio_start: float = 0.0, **song: Any) -> Example:
    """A whole run. The moves divide the 8-counts of the song between them as evenly as they can."""
    heard = analysis(**song)
    ones = [b - audio_start for b in heard.beats[heard.count_one :: 8] if b >= audio_start]
    frames = [frame_at(t, RATE) for t in ones]
    bounds = [frames[round(i * (len(frames) - 1) / moves)] for i in range(moves + 1)]
    bounds[0] = 0
    library = _library()
    planned = [
        Planned(
            clip_id=(clip := list(library.values())[(i * 3) % len(library)]).clip_id,
            video_path=clip.video_path,
            start_time=seconds_at(bounds[i], RATE),
            duration=seconds_at(bounds[i + 1] - bounds[i], RATE),
            transition_type=("cut", "crossfade", "cut", "fade_black")[i % 4] if i else "cut",
            transition_duration=0.4762 if i % 4 == 1 else None,
            trim_start=round(0.4 + 0.1 * (i % 5), 4),
            speed=round(126 / (121 + 1.5 * (i % 7)), 5),
            section=next(s.label for s in heard.sections if s.end > seconds_at(bounds[i], RATE) + audio_start + 0.1),
            reason=REASONS[i % len(REASONS)],
        )
        for i in range(moves)
    ]
    blueprint = Blueprint(
        schema_="bachata.blueprint.1",
        task_id="t-1",
        audio_path="songs/example.mp3",
        audio_tempo=heard.tempo,
        audio_start=audio_start,
        moves=planned,
        difficulty_level="intermediate",
        generation_parameters={"query": "romantic bachata with smooth transitions", "energy": "medium", "seed": 7},
        output_config=OutputConfig(output_path="output/user_local/choreography_t-1.mp4", crf=21.0),
    )
    return Example(blueprint, heard, _result(blueprint, bounds), None, library)


def _beats(bpm: float, duration: float) -> list[float]:
    if bpm <= 0:
        return []
    period = 60.0 / bpm
    return [round(LEAD_IN + i * period, 6) for i in range(math.ceil((duration - LEAD_IN) / period))]


def _edges(beats: list[float], duration: float) -> list[float]:
    """Where sections begin and end: the given shares of the song, on counts 1 where there are any."""
    total = sum(counts for _, counts, _ in SECTIONS)
    edges, done = [0.0], 0
    for _, counts, _ in SECTIONS[:-1]:
        done += counts
        index = round(done / total * len(beats) / 8) * 8
        edges.append(beats[index] if beats else duration * done / total)
    return [*edges, duration]


def _peak(time: float, beats: list[float], energies: list[float], rng: random.Random) -> float:
    """A hit on every beat that dies away, louder where the song is."""
    index = bisect_right(beats, time) - 1
    if index < 0:
        return 0.02
    since = time - beats[index]
    hit = math.exp(-since * 5) * (1.0 if index % 4 == 3 else 0.75)
    return min(1.0, (0.3 + 0.7 * energies[index]) * (0.25 + 0.7 * hit) * rng.uniform(0.75, 1.0))


def _library() -> dict[str, Move]:
    return {
        f"{label}_{number}": Move(
            clip_id=f"{label}_{number}",
            library="demo",
            name=name if number == 1 else f"{name}, again from the left",
            label=label,
            difficulty=difficulty,
            energy_level=energy,
            style=style,
            video_path=f"moves/demo/{label}_{number}.mp4",
            sha256="cd" * 32,
            frame_rate="30",
            frames=360,
            width=1280,
            height=720,
            tempo=126.0,
            beats=list(range(6, 350, 14)),
            count_one=0,
            confidence=1.0,
        )
        for number in (1, 2)
        for label, name, difficulty, energy, style in MOVES
    }


def _result(blueprint: Blueprint, bounds: list[int]) -> Result:
    return Result(
        task_id=blueprint.task_id,
        video_key=blueprint.output_config.output_path,
        video_uri="file:" + blueprint.output_config.output_path,
        sha256="ef" * 32,
        file_size=18_437_112,
        duration_s=seconds_at(bounds[-1], RATE),
        frames=bounds[-1],
        frame_rate="30",
        width=1280,
        height=720,
        video_codec="h264",
        audio_codec="aac",
        moves_count=len(blueprint.moves),
        cut_frames=bounds[:-1],
        processing_s=6.84,
        stage_seconds={"fetching": 0.21, "concatenating": 5.62, "adding_audio": 0.71, "uploading": 0.08},
        peak_rss_bytes=212_400_000,
        loudness_gain_db=-0.8,
        warnings=["Lady's right turn, again from the left: the clip ends 0.2 s early, its last frame is held."],
        parameters=blueprint.generation_parameters,
    )
