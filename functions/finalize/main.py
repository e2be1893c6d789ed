"""Cloud Function `finalize`: opens, closes, fails and cancels tasks, and sweeps those that stopped moving."""

from __future__ import annotations

from functools import cache
from typing import Any

from bachata import settings
from bachata.assembly.result import Result
from bachata.http import json_endpoint, read
from bachata.storage import open_store
from bachata.tasks.engine import open_engine
from bachata.tasks.executions import open_executions
from bachata.tasks.finalize import Finalizer
from bachata.tasks.requests import FinalizeRequest
from bachata.tasks.standing import StandingTasks
from bachata.tasks.store import TaskStore
from bachata.tasks.sweep import Patience, sweep


@cache
def _finalizer() -> Finalizer:
    """Made at the first request: this module is imported before the server forks."""
    env = settings.load()
    patience = Patience(env.sweep_after_seconds, env.sweep_limit_seconds)
    engine = open_engine(env)
    return Finalizer(
        TaskStore(engine),
        open_store(env),
        Result.model_validate,
        sweep=lambda: sweep(StandingTasks(engine), open_executions(env).state, patience),
    )


@json_endpoint("finalize")
def finalize(body: dict[str, Any]) -> dict[str, Any]:
    """See `bachata.tasks.requests` for what can be asked."""
    return _finalizer().answer(read(FinalizeRequest, body))
