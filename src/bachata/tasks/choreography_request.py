"""What may be asked for: the request that a Pub/Sub message, an execution's argument and `bachata submit` carry alike.

`open` refuses what is not one, before anything is claimed; what a sentence means is for planning to read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from bachata.blueprint import TASK_ID, Difficulty, Key, Name, TaskId, storage_key
from bachata.tasks.names import USER_ID, UserId

SCHEMA = "bachata.request.1"

QUERY_LENGTH = (10, 1000)
"""Characters, runs of white space counted as one."""
DURATION = (10.0, 600.0)
"""Seconds a video may be asked to last."""

Energy = Literal["low", "medium", "high"]
Style = Literal["traditional", "modern", "romantic", "sensual", "energetic", "playful"]


def _folded(value: Any) -> Any:
    """As a form gives it: an empty field is no field, and capitals do not matter."""
    return value.strip().lower() or None if isinstance(value, str) else value


def _filled(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20 else value


def _described(value: str | None) -> str | None:
    low, high = QUERY_LENGTH
    if value is not None and not low <= len(" ".join(value.split())) <= high:
        raise ValueError(f"{low} to {high} characters describe a dance, this has {len(' '.join(value.split()))}")
    return value


def _lasting(value: Any) -> Any:
    """Seconds are checked here; words are for planning to read."""
    low, high = DURATION
    if isinstance(value, str):
        return value if value.strip() else None
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high
    ):
        raise ValueError(f'{value!r} is not {low:g} to {high:g} seconds, nor words such as "1:30" or "45 seconds"')
    return value


class ChoreographyRequest(BaseModel):
    """A song, a sentence, or both, and how the dance shall be. Empty fields count as not given."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"anyOf": [{"required": ["song"]}, {"required": ["query"]}]},
    )

    task_id: TaskId | None = Field(
        None,
        description="name of the task: of equal ones, one video is made; default: made of the message's id",
        json_schema_extra={"pattern": TASK_ID},
    )
    user_id: UserId | None = Field(
        None,
        description="whose video it is: names its folder; default: local",
        json_schema_extra={"pattern": USER_ID},
    )
    song: Annotated[Key, AfterValidator(storage_key), Field(max_length=500)] | None = Field(
        None, description="storage key of the music, such as songs/amor.mp3; default: one that fits the query"
    )
    query: Annotated[str | None, BeforeValidator(_filled), AfterValidator(_described)] = Field(
        None,
        description="what to dance in words, English or Spanish, 10 to 1000 characters",
        json_schema_extra={"minLength": QUERY_LENGTH[0]},
    )
    difficulty: Annotated[Difficulty | None, BeforeValidator(_folded)] = None
    energy: Annotated[Energy | None, BeforeValidator(_folded)] = None
    style: Annotated[Style | None, BeforeValidator(_folded)] = None
    duration: Annotated[float | str | None, BeforeValidator(_lasting)] = Field(
        None,
        description='seconds, or words such as "1:30" or "45 seconds"; default: the whole song',
        json_schema_extra={"minimum": DURATION[0], "maximum": DURATION[1]},
    )
    seed: Annotated[Annotated[int, Field(ge=0, lt=2**63)] | None, BeforeValidator(_number)] = Field(
        None, description="another seed, another dance"
    )
    library: Name | None = Field(None, description="move library; default: MOVE_LIBRARY")
    output: dict[str, Any] | None = Field(
        None, description="overrides of the blueprint's output_config, but for output_path"
    )

    @field_validator("output")
    @classmethod
    def _place_is_ours(cls, output: dict[str, Any] | None) -> dict[str, Any] | None:
        if output and "output_path" in output:
            raise ValueError("output_path follows from user and task and cannot be chosen")
        return output

    @model_validator(mode="after")
    def _asks_for_something(self) -> ChoreographyRequest:
        if self.song is None and self.query is None:
            raise ValueError("give a song, a query, or both")
        return self
