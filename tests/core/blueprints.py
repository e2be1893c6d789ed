"""Hypothesis strategies for blueprints, as raw documents."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bachata.blueprint import AUDIO_CODECS, VIDEO_CODECS, path_fault

WORD = st.text(st.characters(codec="utf-8", exclude_characters="/\\\x00~-: ."), min_size=1, max_size=8).filter(
    lambda part: part.strip() and path_fault(part) is None
)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip)
TASK_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", fullmatch=True)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
BITRATES = st.one_of(st.just("2M"), st.from_regex(r"[1-9][0-9]{0,3}[kKmM]?", fullmatch=True))


def paths(*above: str, suffix: str = ".mp4") -> st.SearchStrategy[str]:
    """Relative keys of one to four parts."""
    return st.lists(WORD, min_size=1, max_size=4).map(lambda parts: "/".join((*above, *parts)) + suffix)


def _optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def moves(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Moves in order, with gaps or without, none overlapping."""
    position, result = 0.0, []
    for _ in range(draw(st.integers(1, 5))):
        position += draw(st.sampled_from([0.0, 0.0, 0.5, 2.0]))
        duration = draw(st.floats(0.05, 30))
        extras = draw(
            _optional(
                transition_type=st.sampled_from(["cut", "crossfade", "fade_black", "fade_white"]),
                transition_duration=st.floats(0, 2) | st.none(),
                original_duration=st.none() | st.floats(100, 200),
                trim_start=st.floats(0, 40),
                trim_end=st.floats(0, 40),
                speed=st.floats(0.25, 4),
                volume_adjustment=st.floats(0, 1) | st.sampled_from([0, 1]),
                count_one=st.none() | st.integers(0, 1000),
                section=st.none() | NAMES,
                reason=st.none() | NAMES,
                unknown_to_us=JSON,
            )
        )
        result.append(
            {
                "clip_id": draw(NAMES),
                "video_path": draw(paths("moves")),
                "start_time": position,
                "duration": duration,
                **extras,
            }
        )
        position += duration
    return result


@st.composite
def output_configs(draw: st.DrawFn, owner: str | None) -> dict[str, Any]:
    """Output configs, of an owner when one is given."""
    config = draw(
        _optional(
            output_format=st.sampled_from(["mp4", "mov", "mkv"]),
            video_codec=st.sampled_from(VIDEO_CODECS),
            audio_codec=st.sampled_from(AUDIO_CODECS),
            audio_bitrate=BITRATES,
            frame_rate=st.sampled_from([30, 25, 29.97, 23.976, "30000/1001", "50", 240, 1]),
            resolution=st.none() | st.sampled_from(["1280x720", "1920x1080", "16x16"]),
            transition_duration=st.floats(0, 2) | st.integers(0, 2),
            fade_duration=st.floats(0, 2),
            add_audio_overlay=st.booleans(),
            normalize_audio=st.booleans(),
            retime=st.sampled_from(["timestamps", "resample", "off"]),
            unknown_to_us=JSON,
        )
    )
    config |= draw(st.sampled_from([{}, {"crf": 23}, {"video_bitrate": "2M"}, {"crf": None, "video_bitrate": "4M"}]))
    return {**config, "output_path": draw(paths("output", *([f"user_{owner}"] if owner else [])))}


@st.composite
def blueprints(draw: st.DrawFn) -> dict[str, Any]:
    """Documents `parse` accepts: old ones without a schema, new ones with."""
    new = draw(st.booleans())
    owner = draw(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)) if new else None
    danced = draw(moves())
    end = danced[-1]["start_time"] + danced[-1]["duration"]
    extras = draw(
        _optional(
            audio_tempo=st.none() | st.floats(40, 220),
            audio_start=st.floats(0, 600),
            total_duration=st.none() | st.floats(end, end + 60),
            difficulty_level=st.none() | st.sampled_from(["beginner", "intermediate", "advanced"]),
            generation_timestamp=st.none() | st.just("2026-11-20T12:00:00Z"),
            unknown_to_us=JSON,
        )
    )
    if new:
        extras |= {"schema": "bachata.blueprint.1", "generation_parameters": {"user_id": owner, "seed": 7}}
    return {
        "task_id": draw(TASK_IDS),
        "audio_path": draw(paths("songs", suffix=".mp3")),
        "moves": danced,
        "output_config": draw(output_configs(owner)),
        **extras,
    }
