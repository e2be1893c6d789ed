"""What people say of their clips: `bachata.annotations.1`, read tolerantly, every fault reported together.

Tolerant means: numbers may be text, case and spaces around words do not matter, low/medium/high serve as difficulty,
unknown keys are ignored. It never means guessing: a value that is not allowed is a fault with its place.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bachata.blueprint import path_fault
from bachata.errors import InvalidRequest, Problem
from bachata.moves.catalogue import Difficulty, Energy, Style

SCHEMA = "bachata.annotations.1"
MAX_BEATS = 2000

_CLIP_ID = re.compile(r"^[\w][\w.-]{0,149}$")
_AS_DIFFICULTY = {"low": "beginner", "medium": "intermediate", "high": "advanced"}  # decision D11


def _word(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _difficulty(value: Any) -> Any:
    word = _word(value)
    return _AS_DIFFICULTY.get(word, word) if isinstance(word, str) else word


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _clip_id(value: str) -> str:
    if not _CLIP_ID.match(value):
        raise ValueError("use letters, digits, '-', '_' and '.', at most 150")
    return value


def _relative(value: str) -> str:
    fault = path_fault(value)
    if fault:
        raise ValueError(f"the path {fault}")
    return value


def _rising(value: list[float]) -> list[float]:
    if any(b <= a for a, b in pairwise(value)):
        raise ValueError("beats must rise strictly")
    return value


Second = Annotated[float, BeforeValidator(_number), Field(ge=0, allow_inf_nan=False)]


class Annotation(BaseModel):
    """What is said of one clip. `beats` are seconds in the clip, `count_one` is the index of a count 1 among them."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    clip_id: Annotated[str, AfterValidator(_clip_id)]
    video_path: Annotated[str, AfterValidator(_relative)]
    move_label: str = Field(min_length=1, max_length=100)
    difficulty: Annotated[Difficulty, BeforeValidator(_difficulty)]
    energy_level: Annotated[Energy, BeforeValidator(_word)]
    style: Annotated[Style, BeforeValidator(_word)] | None = None
    name: str | None = Field(None, max_length=200)
    annotated_tempo: Annotated[float, BeforeValidator(_number), Field(gt=0, le=400)] | None = None
    beats: Annotated[list[Second], Field(min_length=2, max_length=MAX_BEATS), AfterValidator(_rising)] | None = None
    count_one: Annotated[int, BeforeValidator(_number), Field(ge=0)] | None = None


def read(path: Path) -> tuple[list[tuple[str, Annotation]], list[Problem]]:
    """The annotations of a file, each with its JSON path, and everything that is wrong with the others.

    Raises InvalidRequest if the file cannot be read as a document of this kind at all.
    """
    clips = _clips(path)
    problems: list[Problem] = []
    good: list[tuple[str, Annotation]] = []
    seen: dict[str, str] = {}
    for number, clip in enumerate(clips):
        place = f"$.clips[{number}]"
        identity = clip.get("clip_id") if isinstance(clip, dict) else None
        if isinstance(identity, str) and identity:
            if identity in seen:
                problems.append(Problem(f"{place}.clip_id", f"{identity!r} is used already by {seen[identity]}"))
            seen.setdefault(identity, place)
        try:
            annotation = Annotation.model_validate(clip)
        except ValidationError as error:
            problems.extend(problems_of(error, place))
            continue
        if fault := _count_fault(annotation):
            problems.append(Problem(f"{place}.count_one", fault))
        good.append((place, annotation))
    return good, problems


def problems_of(error: ValidationError, place: str) -> list[Problem]:
    """Everything that is wrong with an annotation that lies at `place`, in plain sentences."""
    return [Problem(_place(place, e["loc"]), _sentence(e)) for e in error.errors()]


def _clips(path: Path) -> list[Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidRequest(f"The annotations {path.name} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The annotations {path.name} are not JSON: {error}") from None
    clips = document.get("clips") if isinstance(document, dict) else document
    if isinstance(document, dict) and document.get("schema", SCHEMA) != SCHEMA:
        raise InvalidRequest(f"The annotations {path.name} are {document['schema']!r}; this reads {SCHEMA!r}")
    if not isinstance(clips, list) or not clips:
        raise InvalidRequest(f"The annotations {path.name} hold no list of clips under 'clips'")
    return clips


def _count_fault(annotation: Annotation) -> str | None:
    if annotation.beats is None:
        return (
            "names a beat, but there are no beats: give both or neither" if annotation.count_one is not None else None
        )
    if annotation.count_one is None:
        return "is required with beats: the index of a beat that is a count 1"
    if annotation.count_one >= len(annotation.beats):
        return f"is {annotation.count_one}, but there are {len(annotation.beats)} beats"
    return None


def _place(place: str, location: tuple[int | str, ...]) -> str:
    return place + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location)


def _sentence(error: Any) -> str:
    if error["type"] == "missing":
        return "is required"
    message = str(error["msg"]).removeprefix("Value error, ")
    given = error.get("input")
    shown = f" (is {given!r})" if isinstance(given, str | int | float | None) and len(repr(given)) < 60 else ""
    return message[:1].lower() + message[1:] + shown
