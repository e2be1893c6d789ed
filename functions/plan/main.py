"""The plan function: an Analysis and a brief in, a kept blueprint out; or a sentence in, a song out."""

from __future__ import annotations

from functools import cache
from typing import Any

from bachata import settings
from bachata.assembly.estimate import estimate
from bachata.choreography.assistants import Agency
from bachata.choreography.service import Planner, PlanRequest
from bachata.http import json_endpoint, read
from bachata.moves.embedding import Weights
from bachata.moves.library import LibraryCache
from bachata.moves.repository import MoveRepository
from bachata.moves.snapshots import Snapshots
from bachata.moves.wording import text_embedder
from bachata.storage import open_store
from bachata.tasks.engine import open_engine
from bachata.tasks.songs import SongStore
from bachata.tasks.store import TaskStore


@cache
def planner() -> Planner:
    """The planner of this process: connections and loaded libraries outlive a request."""
    env = settings.load()
    engine = open_engine(env)
    objects = open_store(env)
    held = LibraryCache(
        env.move_embeddings_cache_ttl,
        snapshots=Snapshots(objects, env.index_cache_path),
        weights=Weights.of_settings(env),
    )
    return Planner(
        objects=objects,
        tasks=TaskStore(engine),
        songs=SongStore(engine),
        estimate=estimate,
        text=text_embedder(env),
        budget=env.plan_seconds,
        assistants=Agency.of(env).send,
        libraries=lambda name: held.get(MoveRepository(engine, name or env.move_library)),
    )


@json_endpoint("planning")
def plan(body: dict[str, Any]) -> dict[str, Any]:
    """POST {task_id, execution, user_id, song, analysis, brief, library?, output?} or {action: choose_song, …}."""
    return planner().answer(read(PlanRequest, body))
