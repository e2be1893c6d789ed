"""The contract between planning and assembly: `bachata.blueprint.1`.

A blueprint says which source frames are shown at which time of the song. The shape is the flat one the old render job
read, and it is read tolerantly: a document without ``schema`` and without optional fields is accepted. Unknown keys
survive a round trip. `parse` reports *all* faults of a document at once, each with its JSON path.

Meaning of the times, in seconds from the start of the video, which is song time ``audio_start``:

- a move is on screen from ``start_time`` for ``duration``; nothing shortens that;
- its pictures come from the clip from ``trim_start`` on, advancing ``speed`` source seconds per output second;
  ``trim_end`` seconds at the clip's end are never shown;
- ``transition_type`` is the transition *into* the move.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bachata.errors import InvalidBlueprint, Problem
from bachata.timeline import frame_rate as exact_rate

SCHEMA = "bachata.blueprint.1"
MAX_MOVES = 2000  # 2,000 moves of one 4-count bar are more than an hour of dancing
MAX_SECONDS = 3600.0
INLINE_BYTES = 32_000
"""A blueprint up to this many UTF-8 bytes travels in the job's environment (Cloud Run: 32,768 a variable)."""

TransitionType = Literal["cut", "crossfade", "fade_black", "fade_white"]
Difficulty = Literal["beginner", "intermediate", "advanced"]
VIDEO_CODECS = ("libx264", "libx265", "libsvtav1", "libvpx-vp9")
AUDIO_CODECS = ("aac", "libmp3lame", "libopus", "flac")

_LEGACY_PREFIXES = ("data/", "media/")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_BITRATE = re.compile(r"^[1-9][0-9]*(\.[0-9]+)?[kKmM]?$")
_RESOLUTION = re.compile(r"^([1-9][0-9]{1,4})x([1-9][0-9]{1,4})$")
TASK_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"
_TASK_ID = re.compile(TASK_ID)


def path_fault(path: str) -> str | None:
    """Why `path` may not be used as a storage key, or None.

    A key is relative, below the root, and cannot be read as a URL, an FFmpeg protocol or an option.
    """
    faults = {
        "is empty": not path.strip(),
        "contains a NUL byte": "\x00" in path,
        "contains a backslash": "\\" in path,
        "is absolute; give a key relative to the store": path.startswith(("/", "~")),
        "names a URL or FFmpeg protocol; give a storage key": bool(_SCHEME.match(path)),
        "leaves the store with '..'": ".." in path.split("/"),
        "has an empty part": bool(path.strip()) and "" in path.strip("/").split("/"),
        "ends with a slash": path.endswith("/"),
        "has a '.' part": "." in path.split("/"),
        "starts with '-'": path.startswith("-"),
        "contains a control character": any(ord(c) < 32 for c in path if c != "\x00"),
    }
    return next((why for why, broken in faults.items() if broken), None)


def storage_key(path: str) -> str:
    """The canonical key of a path: the old system wrote some with ``data/`` or ``media/`` in front."""
    for prefix in _LEGACY_PREFIXES:
        if path.startswith(prefix):
            return path.removeprefix(prefix)
    return path


def _key(value: str) -> str:
    fault = path_fault(value)
    if fault:
        raise ValueError(f"the path {fault}")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _task_id(value: str) -> str:
    if not _TASK_ID.fullmatch(_not_blank(value)):
        raise ValueError("use letters, digits, '-', '_' and '.', at most 100")
    return value


def _bitrate(value: str) -> str:
    if not _BITRATE.fullmatch(value):
        raise ValueError("write a bitrate as '2M', '128k' or bits a second")
    return value


def _resolution(value: str) -> str:
    match = _RESOLUTION.fullmatch(value)
    if not match:
        raise ValueError("write a resolution as WIDTHxHEIGHT, for example 1280x720")
    width, height = int(match[1]), int(match[2])
    if width % 2 or height % 2 or not (16 <= width <= 7680 and 16 <= height <= 4320):
        raise ValueError("width and height are even, 16x16 to 7680x4320")
    return value


def _rate(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("write a frame rate as a number such as 30, or as '30000/1001'")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number")
    rate = exact_rate(value)
    if not Fraction(1) <= rate <= Fraction(240):
        raise ValueError("must lie between 1 and 240 frames a second")
    return value


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return check


Key = Annotated[str, AfterValidator(_key)]
Name = Annotated[str, AfterValidator(_not_blank)]
TaskId = Annotated[str, AfterValidator(_task_id)]
Bitrate = Annotated[str, AfterValidator(_bitrate)]
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0, le=MAX_SECONDS, allow_inf_nan=False)]


class Document(BaseModel):
    """Base of the project's documents: numbers are numbers (no bool, no text), unknown keys are kept."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, populate_by_name=True, serialize_by_alias=True)


class Move(Document):
    """One piece of one clip at one place of the video."""

    clip_id: Name
    video_path: Key
    start_time: Seconds = Field(description="when it appears, seconds of the video")
    duration: PositiveSeconds = Field(description="how long it is on screen, seconds")
    transition_type: TransitionType = Field("cut", description="transition into this move")
    transition_duration: Seconds | None = Field(None, description="its length; default: the output config's")
    original_duration: PositiveSeconds | None = Field(None, description="length of the whole clip, seconds")
    trim_start: Seconds = Field(0.0, description="first source second shown")
    trim_end: Seconds = Field(0.0, description="seconds at the clip's end that are never shown")
    speed: float = Field(1.0, ge=0.25, le=4.0, allow_inf_nan=False, description="source seconds per output second")
    volume_adjustment: float = Field(
        1.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="gain of the clip's own sound, if it has any: conformed clips have none",
    )
    count_one: int | None = Field(None, ge=0, description="index into the song's beats of the count 1 it starts on")
    section: str | None = Field(None, description="label of the song's section")
    reason: str | None = Field(None, description="why this move was chosen, for people")


class OutputConfig(Document):
    """How the video is written."""

    output_path: Key
    output_format: Literal["mp4", "mov", "mkv"] = "mp4"
    video_codec: Annotated[str, AfterValidator(_one_of(VIDEO_CODECS))] = "libx264"
    audio_codec: Annotated[str, AfterValidator(_one_of(AUDIO_CODECS))] = "aac"
    video_bitrate: Bitrate | None = Field(None, description="target bitrate; exclusive with crf")
    audio_bitrate: Bitrate = "128k"
    crf: float | None = Field(None, ge=0, le=63, allow_inf_nan=False, description="constant quality; exclusive")
    frame_rate: Annotated[float | str, BeforeValidator(_rate)] = 30.0
    resolution: Annotated[str, AfterValidator(_resolution)] | None = Field(None, description="default 1280x720")
    transition_duration: Seconds = Field(0.5, description="length of a crossfade")
    fade_duration: Seconds = Field(0.3, description="length of each half of a fade through black or white")
    add_audio_overlay: bool = Field(True, description="true: the song; false: the clips' own sound")
    normalize_audio: bool = Field(True, description="bring the sound to -14 LUFS")
    retime: Literal["timestamps", "resample", "off"] = Field(
        "timestamps",
        description="how speed is realised: by timestamps alone, so that a conformed clip is copied, or on a "
        "strictly constant frame rate; `off` ignores it",
    )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = (self.resolution or "1280x720").split("x")
        return int(width), int(height)

    @property
    def rate(self) -> Fraction:
        """Exact frame rate."""
        return exact_rate(self.frame_rate)


class AudioLoudness(Document):
    """EBU R 128 measurements of the whole song, as its Analysis gives them."""

    integrated_lufs: float = Field(allow_inf_nan=False)
    true_peak_dbtp: float = Field(allow_inf_nan=False)


class Blueprint(Document):
    """A whole video. Build one from untrusted input with `parse` only."""

    schema_: Literal["bachata.blueprint.1"] | None = Field(None, alias="schema")
    task_id: TaskId
    audio_path: Key
    audio_tempo: float | None = Field(None, gt=0, allow_inf_nan=False, description="beats a minute")
    audio_start: Seconds = Field(0.0, description="song time of the video's first frame, seconds")
    audio_loudness: AudioLoudness | None = Field(None, description="of the song; measured when absent")
    moves: list[Move] = Field(min_length=1, max_length=MAX_MOVES)
    total_duration: PositiveSeconds | None = Field(None, description="default: the end of the last move")
    difficulty_level: Difficulty | None = None
    generation_timestamp: str | None = None
    generation_parameters: dict[str, Any] = Field(default_factory=dict)
    output_config: OutputConfig

    @property
    def seconds(self) -> float:
        """Length of the video."""
        return self.total_duration or max(m.start_time + m.duration for m in self.moves)

    def to_json(self) -> str:
        """Canonical JSON: the same blueprint is the same bytes; what was not given is not invented."""
        document = self.model_dump(mode="json", exclude_unset=True)
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parse(source: str | bytes | dict[str, Any], *, task_id: str | None = None, user_id: str | None = None) -> Blueprint:
    """Read a blueprint and hold it against every rule.

    `task_id` and `user_id` are those of the run, when known: the document must be theirs.

    Raises InvalidBlueprint with all faults.
    """
    document = _decode(source)
    problems: list[Problem] = []
    blueprint: Blueprint | None = None
    try:
        blueprint = Blueprint.model_validate(document)
    except ValidationError as error:
        problems.extend(Problem(_json_path(e["loc"]), _sentence(e)) for e in error.errors())
    problems.extend(_relations(document, task_id, user_id))
    named = {problem.path for problem in problems}
    problems.extend(problem for problem in _strangers("$", document) if problem.path not in named)
    if problems or blueprint is None:
        raise InvalidBlueprint(problems)
    return blueprint


def json_schema() -> dict[str, Any]:
    """The published JSON Schema, from the model itself."""
    schema = Blueprint.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **schema}


def _decode(source: str | bytes | dict[str, Any]) -> dict[str, Any]:
    if isinstance(source, dict):
        return source
    try:
        document = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise InvalidBlueprint([Problem("$", f"not JSON: {error}")]) from None
    if not isinstance(document, dict):
        raise InvalidBlueprint([Problem("$", "a blueprint is a JSON object")])
    return document


def _json_path(location: tuple[int | str, ...]) -> str:
    # pydantic names the branch of a union as a last part ("float", "str"); that is not a place in the document.
    parts = [p for p in location if not (isinstance(p, str) and p in {"float", "str", "function-before[_rate()]"})]
    return "$" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts)


def _sentence(error: Any) -> str:
    if error["type"] == "missing":
        return "is required"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON integers have no limit
        return None
    return number if math.isfinite(number) else None


def _strangers(path: str, value: Any) -> Iterator[Problem]:
    """Values JSON cannot carry, wherever they are: the model does not look into the keys it does not know."""
    if isinstance(value, float) and not math.isfinite(value):
        yield Problem(path, "must be a finite number")
    elif isinstance(value, str) and not _is_unicode(value):
        yield Problem(path, "is not valid Unicode")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strangers(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strangers(f"{path}[{index}]", inner)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _relations(document: dict[str, Any], task_id: str | None, user_id: str | None) -> Iterator[Problem]:
    """Rules that span fields; they run on the raw document, so that one wrong field hides no other fault."""
    yield from _ownership(document, task_id, user_id)
    config = document.get("output_config")
    config = config if isinstance(config, dict) else {}
    if config.get("crf") is not None and config.get("video_bitrate") is not None:
        yield Problem("$.output_config.crf", "give crf or video_bitrate, not both")
    moves = document.get("moves")
    if isinstance(moves, list):
        yield from _order([m if isinstance(m, dict) else {} for m in moves], document, config)


def _ownership(document: dict[str, Any], task_id: str | None, user_id: str | None) -> Iterator[Problem]:
    given = document.get("task_id")
    if task_id is not None and isinstance(given, str) and given != task_id:
        yield Problem("$.task_id", f"is {given!r}, but this run renders task {task_id!r}")
    config = document.get("output_config")
    path = config.get("output_path") if isinstance(config, dict) else None
    if not isinstance(path, str) or path_fault(path):
        return
    key = storage_key(path)
    parameters = document.get("generation_parameters")
    named = parameters.get("user_id") if isinstance(parameters, dict) else None
    owner = user_id if user_id is not None else named
    if not key.startswith("output/"):
        yield Problem("$.output_config.output_path", "must lie under output/")
    elif "schema" in document and owner is not None and not key.startswith(f"output/user_{owner}/"):
        yield Problem("$.output_config.output_path", f"must lie under output/user_{owner}/, its owner's folder")


def _order(moves: list[dict[str, Any]], document: dict[str, Any], config: dict[str, Any]) -> Iterator[Problem]:
    try:
        half_frame = float(1 / exact_rate(config.get("frame_rate", 30))) / 2
    except (ValueError, TypeError):
        half_frame = 1 / 60
    previous_end: float | None = None
    for index, move in enumerate(moves):
        start, duration = _number(move.get("start_time")), _number(move.get("duration"))
        if start is None or duration is None:
            previous_end = None
            continue
        if previous_end is not None and start < previous_end - half_frame:
            overlap = previous_end - start
            yield Problem(f"$.moves[{index}].start_time", f"overlaps the move before by {overlap:.3f} s")
        previous_end = start + duration
        yield from _trims(index, move)
    total = _number(document.get("total_duration"))
    if total is not None and previous_end is not None and previous_end > total + half_frame:
        yield Problem("$.total_duration", f"is {total:g} s, but the last move ends at {previous_end:g} s")


def _trims(index: int, move: dict[str, Any]) -> Iterator[Problem]:
    whole = _number(move.get("original_duration"))
    start, end = _number(move.get("trim_start", 0.0)), _number(move.get("trim_end", 0.0))
    if whole is not None and start is not None and end is not None and whole > 0 and start + end >= whole:
        yield Problem(f"$.moves[{index}].trim_start", f"trims leave nothing of a clip of {whole:g} s")


def storage_candidates(path: str) -> tuple[str, ...]:
    """Keys under which a document's path may be stored: as written, then canonical."""
    return tuple(dict.fromkeys((path, storage_key(path)))) if PurePosixPath(path).parts else ()
