"""A pipeline of constant times, small enough to reckon by hand; tests change what they are about."""

from __future__ import annotations

from typing import Any

from benchmarks.scale.inputs import Inputs, load


def constant(document: Any) -> Any:
    """The same document with every spread constant at its median."""
    if isinstance(document, dict):
        if "shape" in document:
            return {"shape": "constant", "median": document["median"]}
        return {key: constant(value) for key, value in document.items()}
    return document


def small(**values: float) -> Inputs:
    """Every duration a second or none, everything plentiful; `values` by path, with __ for a dot."""
    document = constant(load().model_dump(mode="json"))
    document["changes"] = []
    base = Inputs.model_validate(document)
    plenty = {
        "burst_s": 60,
        "load.known_songs": 1,
        "load.songs_to_choose": 0,
        "load.directed_by_gemini": 0,
        "workflow.step_s": 0,
        "workflow.delivery_s.median": 1,
        "network.addresses": 10_000,
        "network.kept_after_job_s": 100,
        "sql.connections": 1000,
        "sql.admin_per_minute": 60_000,
        "sql.connect_s.median": 1,
        "run.vcpu": 10_000,
        "run.job_runs_per_minute": 60_000,
        "run.reads_per_minute": 60_000,
        "job.start_s.median": 1,
        "job.work_s.median": 1,
        "job.new_song_s.median": 1,
        "job.fetched_mb": 0,
        "job.stored_mb": 0,
        "gemini.answer_s.median": 1,
        "functions.known_song_s.median": 1,
        **{f"functions.{f}.{t}.median": 1 for f in ("analyze", "plan", "finalize") for t in ("cold_start_s", "work_s")},
        **{f"functions.{f}.max_instances": 100 for f in ("analyze", "plan", "finalize")},
    }
    return base.with_values(plenty | {path.replace("__", "."): value for path, value in values.items()})
