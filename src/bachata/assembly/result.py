"""The Result document, `bachata.result.1`: what the assembler made, measured on the finished file. Pure data."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Final, Literal

from pydantic import Field

from bachata.assembly.estimate import Estimate
from bachata.blueprint import Document

SCHEMA: Final = "bachata.result.1"


class EncodedMove(Document):
    """A move that could not be copied."""

    move: int = Field(ge=0, description="index of the move in the blueprint")
    reason: str


class Spent(Document):
    """What making the video really took."""

    cpu_s: float = Field(
        description="CPU-seconds of the task that wrote it, and those that other tasks or an earlier attempt took for "
        "what they encoded; not what starting these took"
    )
    bytes: int = Field(description="of the finished file")
    cost_usd: float = Field(
        description="of those, of storage operations and of keeping the video for a month, at list prices"
    )


class Result(Document):
    """Written to storage beside the video as the last act of a render; `close` verifies it."""

    schema_: Literal["bachata.result.1"] = Field(SCHEMA, alias="schema")
    task_id: str
    video_key: str = Field(description="storage key of the video")
    video_uri: str = Field(description="gs:// or file: address; signed URLs are made when someone asks")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the video's bytes")
    file_size: int = Field(gt=0, description="bytes")
    duration_s: float = Field(gt=0, description="from the finished file")
    frames: int = Field(
        gt=0, description="pictures in the file; when moves are retimed by timestamps not duration times rate"
    )
    frame_rate: str = Field(description="exact, for example 30000/1001")
    width: int
    height: int
    video_codec: str
    audio_codec: str | None
    moves_count: int
    cut_frames: list[int] = Field(description="frame of the constant frame_rate on which each move begins")
    processing_s: float
    stage_seconds: dict[str, float] = Field(default_factory=dict, description="wall time of each stage")
    peak_rss_bytes: int | None = None
    loudness_gain_db: float | None = Field(None, description="gain applied by normalize_audio")
    frames_copied: int | None = Field(None, description="pictures whose packets were copied from their clips")
    frames_encoded: int | None = Field(None, description="pictures that were encoded, now or by who came before")
    frames_reused: int = Field(0, description="of those, the ones an earlier attempt or another task had encoded")
    encoded_moves: list[EncodedMove] = Field(default_factory=list, description="moves encoded whole, and why")
    estimate: Estimate | None = Field(None, description="what it was expected to take")
    spent: Spent | None = None
    execution_id: str | None = Field(None, description="workflow execution it was made for")
    warnings: list[str] = Field(default_factory=list, description="what was bent to make it work, for people")
    parameters: dict[str, Any] = Field(default_factory=dict, description="generation_parameters of the blueprint")
    scores: dict[str, Any] | None = Field(None, description="of the plan; `close` puts them into the task")


def result_key(video_key: str) -> str:
    """Where the Result of a video is stored: beside it."""
    return f"{_stem(video_key)}.result.json"


def error_key(video_key: str) -> str:
    """Where a render that failed says why, for the workflow's `fail`: an error body as HTTP answers carry it."""
    return f"{_stem(video_key)}.error.json"


def share_error_key(prefix: str, index: int) -> str:
    """Where task `index` of several, which does not write the video, says why it failed: beside the plan's pieces."""
    return f"{prefix}task-{index}.error.json"


def _stem(video_key: str) -> str:
    return str(PurePosixPath(video_key).with_suffix(""))
