"""The typed document of every number the simulation and the cost model start from: `inputs.toml`.

No quota, time or price stands in code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from benchmarks.scale.numbers import Number, Part, Positive, Share, Spread, read

INPUTS = Path(__file__).with_name("inputs.toml")


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


def load(path: Path = INPUTS) -> Inputs:
    """The simulation's numbers. Raises InvalidInputs."""
    return read(path, Inputs)
