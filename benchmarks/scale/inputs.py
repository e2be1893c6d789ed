"""The typed document of every number the simulation and the cost model start from: `inputs.toml`.

No quota, time or price stands in code. Each number says of what kind it is and where it comes from; a measured or a
configured one quotes the line of the repository it was read from, and a test holds the quote against the file.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

INPUTS = Path(__file__).with_name("inputs.toml")

Kind = Literal["documented", "remembered", "reported", "measured", "configured", "assumed"]
"""documented: read on the named page. remembered: of such a page, from memory; check it before relying on it.
reported: by users of the service. measured: by us. configured: our own choice, in the named file. assumed: a guess."""


class InvalidInputs(ValueError):
    """The document is wrong; the message names every fault with its place."""


class Part(BaseModel):
    """Of a document: no key may be misspelt, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(Part):
    """A number, what it counts, and why anybody should believe it."""

    value: float = Field(ge=0, allow_inf_nan=False)
    unit: str
    kind: Kind
    source: str = Field(min_length=1, description="a page, a file of this repository, or the reason for a guess")
    quote: str | None = Field(None, description="the very words of that file")
    derived: str | None = Field(None, description="how the value follows, when the quote does not hold it as it is")
    date: date

    @model_validator(mode="after")
    def _files_are_quoted(self) -> Self:
        if self.kind in {"measured", "configured"} and self.quote is None:
            raise ValueError("a measured or configured number quotes the line it was read from")
        return self

    def __int__(self) -> int:
        return int(self.value)


def _positive(number: Number) -> Number:
    if number.value <= 0:
        raise ValueError("must be more than 0")
    return number


def _share(number: Number) -> Number:
    if number.value > 1:
        raise ValueError("a share is at most 1")
    return number


Positive = Annotated[Number, AfterValidator(_positive)]
Share = Annotated[Number, AfterValidator(_share)]


class Spread(Part):
    """How a time is distributed: always its median, exponential with it, or lognormal through median and p95."""

    shape: Literal["constant", "exponential", "lognormal"]
    median: Positive
    p95: Positive | None = None

    @model_validator(mode="after")
    def _p95_fits_the_shape(self) -> Self:
        if (self.shape == "lognormal") != (self.p95 is not None):
            raise ValueError("a lognormal spread has a p95, the others have none")
        if self.p95 is not None and self.p95.value < self.median.value:
            raise ValueError("p95 is less than the median")
        return self


class Load(Part):
    """What is asked for."""

    known_songs: Share
    songs_to_choose: Share
    directed_by_gemini: Share


class Workflow(Part):
    """The engine: its quotas, its pace, and what workflows/choreography.yaml says about waiting and trying again."""

    executions: Positive
    backlog: Number
    delivery_s: Spread
    step_s: Number
    steps_per_stage: Number
    retries: Number
    first_delay_s: Positive
    delay_multiplier: Positive
    poll_initial_s: Positive
    poll_multiplier: Positive
    poll_most_s: Positive
    connector_retries: Number
    connector_first_delay_s: Positive
    connector_delay_multiplier: Positive


class Function(Part):
    """A function's instances and what a request takes."""

    max_instances: Positive
    min_instances: Number
    concurrency: Positive
    vcpu: Positive
    memory_gib: Positive
    connects: bool = Field(description="whether its instances hold connections to the database")
    cold_start_s: Spread
    work_s: Spread


class Functions(Part):
    """The three of them."""

    analyze: Function
    plan: Function
    finalize: Function
    known_song_s: Spread = Field(description="what analyze takes for a song whose Analysis is stored")


class Job(Part):
    """The assembler."""

    vcpu: Positive
    memory_gib: Positive
    start_s: Spread
    work_s: Spread
    new_song_s: Spread = Field(description="as much more for a song's first video: its sound is encoded")
    fetched_mb: Number
    stored_mb: Number
    mb_per_s: Positive
    billed_least_s: Number = Field(description="a task is billed as if it took so long")
    without_database_s: Number = Field(description="what a render waits for a database it cannot reach")


class Run(Part):
    """Quotas of Cloud Run, a project and region."""

    vcpu: Positive
    executions: Positive
    job_runs_per_minute: Positive
    reads_per_minute: Positive
    idle_s: Positive
    queue_s: Positive
    queue_startups: Positive


class Network(Part):
    """Addresses of the subnet for Direct VPC egress."""

    addresses: Positive
    per_instance: Positive
    kept_after_job_s: Number


class Sql(Part):
    """The database's connections, and the API that must be asked before connecting."""

    connections: Positive
    reserved: Number
    pool: Positive
    admin_calls: Number
    admin_per_minute: Positive
    connect_s: Spread


class Gemini(Part):
    """Quotas and pace of the model, where it is used."""

    requests_per_minute: Positive
    tokens_per_minute: Positive
    tokens: Number
    answer_s: Spread


class Change(Part):
    """One thing to change before the rate it is for: new values of numbers, by their path in this document."""

    name: str
    how: str
    values: dict[str, float]


class Inputs(Part):
    """The document."""

    burst_s: Positive
    load: Load
    workflow: Workflow
    functions: Functions
    job: Job
    run: Run
    network: Network
    sql: Sql
    gemini: Gemini
    changes: list[Change]

    @model_validator(mode="after")
    def _changes_name_numbers(self) -> Self:
        for change in self.changes:
            for path in change.values:
                self.number(path)
        return self

    def number(self, path: str) -> Number:
        """The number at `path`, such as ``run.vcpu``. Raises ValueError when there is none."""
        part: object = self
        for name in path.split("."):
            part = getattr(part, name, None)
        if not isinstance(part, Number):
            raise ValueError(f"{path} names no number of this document")
        return part

    def with_values(self, values: dict[str, float]) -> Inputs:
        """The same with other numbers, each by its path."""
        document = self.model_dump(mode="json")
        for path, value in values.items():
            self.number(path)
            part: Any = document
            for name in path.split("."):
                part = part[name]
            part["value"] = value
        return Inputs.model_validate(document)

    def changed(self) -> Inputs:
        """With all changes made."""
        return self.with_values({path: value for change in self.changes for path, value in change.values.items()})


Document = TypeVar("Document", bound=Part)


def numbers(document: Part) -> dict[str, Number]:
    """Every number by its path, in the order of the document."""
    return dict(_numbers(document, ""))


def _numbers(part: Part, prefix: str) -> list[tuple[str, Number]]:
    found: list[tuple[str, Number]] = []
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Number):
            found.append((prefix + name, value))
        elif isinstance(value, Part):
            found += _numbers(value, f"{prefix}{name}.")
    return found


def load(path: Path = INPUTS) -> Inputs:
    """The simulation's numbers. Raises InvalidInputs."""
    return read(path, Inputs)


def read(path: Path, model: type[Document]) -> Document:
    """Read a document of numbers; one without a date has the document's.

    Raises InvalidInputs naming every fault with its place.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        _date(document, document.pop("date", None))
        return model.model_validate(document)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputs(f"{path.name} is not TOML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'document'}: {e['msg']}" for e in error.errors())
        raise InvalidInputs(f"{path.name}: {faults}") from None


def _date(part: Any, usual: date | None) -> None:
    if isinstance(part, dict):
        if "value" in part and usual is not None:
            part.setdefault("date", usual)
        for inner in part.values():
            _date(inner, usual)
