"""What the page draws, in seconds of the video: beats, counts, sections, waveform, and one `Shown` for each move."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.blueprint import Move as Planned
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis
from bachata.report import words

COUNTS = 8
COLOURS = 16
"""Colours of labels in page.css; further labels share them again from the first."""
MAX_PEAKS = 6000
"""More cannot be told apart: six screens wide at the closest zoom of a three-minute song."""


@dataclass(frozen=True)
class Shown:
    """One move as the page shows it. Times are seconds: of the video, or of the clip for `source_*`.

    `speed` and `entrance`, how it comes in, are words; `off_ms` is how late its start is after its count.
    """

    number: int
    clip_id: str
    name: str
    label: str
    colour: int
    start: float
    end: float
    count: int | None
    off_ms: float | None
    section: str
    reason: str
    speed: str
    transition: str
    transition_s: float
    entrance: str
    source_in: float
    source_out: float
    traits: tuple[str, ...]


def moves(
    blueprint: Blueprint, analysis: Analysis, result: Result, library: Mapping[str, Move] | None = None
) -> list[Shown]:
    """The moves in order, placed where the finished file really cuts.

    Colours follow the label (the clip, where the library is not given) in order of first appearance.
    """
    starts = _starts(blueprint, result)
    colours: dict[str, int] = {}
    shown = []
    for index, move in enumerate(blueprint.moves):
        known = (library or {}).get(move.clip_id)
        label = known.label if known else ""
        colour = colours.setdefault(label or move.clip_id, len(colours)) % COLOURS
        following = starts[index + 1] if index + 1 < len(starts) else math.inf
        kind, length = _transition(index, move, blueprint)
        count, off_ms = _musical_place(starts[index], blueprint, analysis)
        shown.append(
            Shown(
                number=index + 1,
                clip_id=move.clip_id,
                name=known.name if known else move.clip_id,
                label=label,
                colour=colour,
                start=_tidy(starts[index]),
                end=_tidy(min(starts[index] + move.duration, following)),
                count=count,
                off_ms=off_ms,
                section=move.section or _section_at(starts[index] + blueprint.audio_start, analysis),
                reason=move.reason or "",
                speed=words.speed(move.speed),
                transition=kind,
                transition_s=length,
                entrance=words.transition(kind, length, opening=_opens(index, move)),
                source_in=_tidy(move.trim_start),
                source_out=_tidy(move.trim_start + move.duration * move.speed),
                traits=(known.difficulty, f"{known.energy_level} energy", known.style) if known else (),
            )
        )
    return shown


def data(blueprint: Blueprint, analysis: Analysis, result: Result, shown: list[Shown]) -> dict[str, Any]:
    """Everything page.js reads, JSON-able. Song times are shifted so that 0 is the video's first frame."""
    shift = blueprint.audio_start
    return {
        "duration": result.duration_s,
        "frame": float(1 / Fraction(result.frame_rate)),
        "beats": [_tidy(b - shift) for b in analysis.beats],
        "countOne": analysis.count_one,
        "energy": [round(e, 3) for e in analysis.energy],
        "sections": [
            {"start": _tidy(s.start - shift), "end": _tidy(s.end - shift), "label": s.label, "energy": s.energy}
            for s in analysis.sections
        ],
        "wave": _waveform(analysis, shift, result.duration_s),
        "moves": [asdict(m) for m in shown],
    }


def count_of(beat: int, analysis: Analysis) -> int:
    """The count, 1 to 8, of a beat given by its index."""
    return (beat - analysis.count_one) % COUNTS + 1


def _tidy(seconds: float) -> float:
    return round(seconds, 4)  # a tenth of a millisecond: far below a frame, and the page stays small


def _starts(blueprint: Blueprint, result: Result) -> list[float]:
    if len(result.cut_frames) == len(blueprint.moves):
        rate = Fraction(result.frame_rate)
        return [float(frame / rate) for frame in result.cut_frames]
    return [move.start_time for move in blueprint.moves]


def _musical_place(start: float, blueprint: Blueprint, analysis: Analysis) -> tuple[int | None, float | None]:
    """Count of the beat nearest to a cut, and how far the cut is from it: negative is early."""
    song_time = start + blueprint.audio_start
    after = bisect_left(analysis.beats, song_time)
    near = [i for i in (after - 1, after) if 0 <= i < len(analysis.beats)]
    if not near:
        return None, None
    beat = min(near, key=lambda i: abs(analysis.beats[i] - song_time))
    return count_of(beat, analysis), round(1000 * (song_time - analysis.beats[beat]), 1)


def _section_at(song_time: float, analysis: Analysis) -> str:
    return next((s.label for s in analysis.sections if s.start <= song_time < s.end), "")


def _transition(index: int, move: Planned, blueprint: Blueprint) -> tuple[str, float]:
    """Kind and length after the cut. A fade through a colour takes as long again before the cut."""
    if move.transition_type == "cut" or (_opens(index, move) and move.transition_type == "crossfade"):
        return "cut", 0.0  # the first frame has nothing to be mixed with
    if move.transition_duration is not None:
        return move.transition_type, move.transition_duration
    config = blueprint.output_config
    return move.transition_type, (
        config.transition_duration if move.transition_type == "crossfade" else config.fade_duration
    )


def _opens(index: int, move: Planned) -> bool:
    return index == 0 and move.start_time == 0


def _waveform(analysis: Analysis, shift: float, duration: float) -> dict[str, Any]:
    """Peaks of the part that is heard, thinned by maxima, as whole numbers 0 to 255."""
    rate = analysis.waveform.rate
    first = max(math.floor(shift * rate), 0)
    peaks = analysis.waveform.peaks[first : math.ceil((shift + duration) * rate)]
    step = max(math.ceil(len(peaks) / MAX_PEAKS), 1)
    thinned = [max(peaks[i : i + step]) for i in range(0, len(peaks), step)]
    loudest = max(thinned, default=0.0) or 1.0
    return {
        "start": _tidy(first / rate - shift),
        "rate": rate / step,
        "peaks": [round(255 * min(max(p, 0.0) / loudest, 1.0)) for p in thinned],
    }
