"""Cloud Function `analyze`: a stored song in, its stored Analysis out."""

from __future__ import annotations

from functools import cache
from typing import Any

from bachata import settings
from bachata.http import json_endpoint, read
from bachata.music.service import AnalyzeRequest, answer
from bachata.settings import Settings
from bachata.storage import ObjectStore, open_store


@cache
def _opened() -> tuple[ObjectStore, Settings]:
    """Made at the first request: this module is imported before the server forks."""
    env = settings.load()
    return open_store(env), env


@json_endpoint("analyzing")
def analyze(body: dict[str, Any]) -> dict[str, Any]:
    """POST {song, task_id?, execution?, count_one?, force?}."""
    store, env = _opened()
    return answer(store, env, read(AnalyzeRequest, body))
