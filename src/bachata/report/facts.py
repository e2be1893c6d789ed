"""What is known about the song, the file and the making of it, as named values for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.choreography.brief.told import told
from bachata.music.document import Analysis
from bachata.report import words

Facts = list[tuple[str, str]]

_CODECS = {
    "libx264": "H.264",
    "h264": "H.264",
    "libx265": "H.265",
    "hevc": "H.265",
    "libsvtav1": "AV1",
    "av1": "AV1",
    "libvpx-vp9": "VP9",
    "vp9": "VP9",
    "aac": "AAC",
    "libmp3lame": "MP3",
    "mp3": "MP3",
    "libopus": "Opus",
    "opus": "Opus",
    "flac": "FLAC",
}

# Names a plan gives its parameters, where plain words differ; others are shown as they are named.
_ASKED = {"original_query": "In words", "query": "In words", "energy_level": "Energy", "user_id": "Asked by"}


def groups(
    blueprint: Blueprint, analysis: Analysis, result: Result, brief: Mapping[str, Any] | None = None
) -> list[tuple[str, Facts]]:
    """Groups of facts in reading order: the song, the request and how it was understood, the video, the making."""
    found = [
        ("The song", _song(blueprint, analysis)),
        ("What was asked for", _request(blueprint, result)),
        ("How it was understood", [(words.title(name), value) for name, value in told(brief or {})]),
        ("The video", _video(result)),
        ("The making", _making(result)),
    ]
    return [(name, facts) for name, facts in found if facts]


def _song(blueprint: Blueprint, analysis: Analysis) -> Facts:
    evidence = analysis.evidence
    facts = [
        ("Tempo", f"{words.number(analysis.tempo, 1)} beats a minute" if analysis.tempo else "no steady beat found"),
        ("Beats heard", f"{words.number(len(analysis.beats))}, confidence {words.percent(evidence.beat)}"),
        ("Where the 1 is", f"confidence {words.percent(evidence.phrase)}, bars {words.percent(evidence.bar)}"),
        ("Confidence of it all", words.percent(analysis.confidence)),
        ("Length of the song", words.clock(analysis.duration)),
    ]
    if blueprint.audio_start:
        facts.append(("The video begins at", f"{words.clock(blueprint.audio_start, decimals=1)} of the song"))
    if analysis.loudness.integrated_lufs is not None:
        facts.append(("Loudness", f"{words.number(analysis.loudness.integrated_lufs, 1)} LUFS"))
    return facts


def _request(blueprint: Blueprint, result: Result) -> Facts:
    asked: dict[str, Any] = dict(blueprint.generation_parameters or result.parameters)
    if blueprint.difficulty_level:
        asked.setdefault("difficulty", blueprint.difficulty_level)
    tellable = {_ASKED.get(name, words.title(name)): value for name, value in asked.items() if _tellable(value)}
    return [(name, _plain(value)) for name, value in sorted(tellable.items())]


def _tellable(value: Any) -> bool:
    return value is not None and not isinstance(value, Mapping) and value not in ("", [])


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _video(result: Result) -> Facts:
    video = _CODECS.get(result.video_codec, result.video_codec)
    sound = _CODECS.get(result.audio_codec, result.audio_codec) if result.audio_codec else "no sound"
    facts = [
        ("Picture", f"{result.width} × {result.height}, {words.rate(result.frame_rate)} frames a second"),
        ("Frames", words.number(result.frames)),
        ("Length", f"{words.number(result.duration_s, 2)} s"),
        ("Coded as", f"{video} and {sound}" if result.audio_codec else f"{video}, {sound}"),
        ("File", words.size(result.file_size)),
    ]
    if result.loudness_gain_db is not None:
        facts.append(("Sound brought to level by", f"{words.number(result.loudness_gain_db, 1)} dB"))
    return facts


def _making(result: Result) -> Facts:
    facts = [("Rendered in", f"{words.number(result.processing_s, 1)} s")]
    if result.processing_s > 0:
        facts.append(("Faster than watching it", f"{words.number(result.duration_s / result.processing_s, 1)} times"))
    facts.extend((words.title(stage), f"{words.number(s, 2)} s") for stage, s in result.stage_seconds.items())
    if result.peak_rss_bytes is not None:
        facts.append(("Memory at most", words.size(result.peak_rss_bytes)))
    facts.append(("Task", result.task_id))
    facts.append(("SHA-256 of the file", result.sha256[:16] + "…"))
    return facts
