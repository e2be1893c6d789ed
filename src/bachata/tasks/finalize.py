"""The beginning and the end of a task: what the `finalize` function does with a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from bachata.errors import Conflict, MediaUnreadable, ObjectMissing, Unavailable
from bachata.tasks.requests import Cancel, Close, Fail, FinalizeRequest, Open, Sweep
from bachata.tasks.store import TaskStore
from bachata.tasks.sweep import Swept
from bachata.tasks.task import ACTIVE


class RenderResult(Protocol):
    """What `close` looks at in a Result; the document itself belongs to the room that makes it."""

    @property
    def task_id(self) -> str:
        """The task it was rendered for."""

    @property
    def video_key(self) -> str:
        """Storage key of the video."""

    @property
    def file_size(self) -> int:
        """Size of the video in bytes."""


class StoredObject(Protocol):
    """What `close` looks at in a stored object."""

    @property
    def size(self) -> int:
        """Bytes."""


class Objects(Protocol):
    """What `close` needs of a `bachata.storage.ObjectStore`; the two rooms do not know each other."""

    def key_of(self, uri_or_key: str) -> str:
        """The key of an address."""

    def read_bytes(self, key: str) -> bytes:
        """The object whole. Raises ObjectMissing."""

    def info(self, key: str) -> StoredObject | None:
        """What is stored under a key."""


class Finalizer:
    """Answers finalize requests.

    `parse_result` makes a Result of a decoded document and raises ValueError for one that is not; `sweep` looks after
    tasks that stopped moving.
    """

    def __init__(
        self,
        tasks: TaskStore,
        objects: Objects,
        parse_result: Callable[[dict[str, Any]], RenderResult],
        sweep: Callable[[], Swept],
    ) -> None:
        self._sweep = sweep
        self._tasks = tasks
        self._objects = objects
        self._parse_result = parse_result

    def answer(self, request: FinalizeRequest) -> dict[str, Any]:
        """Do what is asked, once, however often it is asked."""
        match request.root:
            case Open() as wanted:
                return self._open(wanted)
            case Close() as wanted:
                return {"task": self._close(wanted)}
            case Fail() as wanted:
                stage, error = self._failure(wanted)
                return {"task": self._tasks.fail(wanted.task_id, wanted.execution, stage=stage, error=error).as_dict()}
            case Cancel() as wanted:
                return {"task": self._tasks.cancel(wanted.task_id).as_dict()}
            case Sweep():
                return self._sweep().as_dict()

    def _failure(self, wanted: Fail) -> tuple[str, dict[str, Any]]:
        """Stage and error to record. What a render itself reported says more than that its process failed."""
        if wanted.report is None:
            return wanted.stage, wanted.error
        try:
            reported = json.loads(self._objects.read_bytes(wanted.report))
        except (ObjectMissing, Unavailable, ValueError):  # killed before it could speak; the failure counts anyway
            return wanted.stage, wanted.error
        if not isinstance(reported, dict) or not isinstance(reported.get("error"), str):
            return wanted.stage, wanted.error
        if reported.pop("execution_id", wanted.execution) != wanted.execution:  # of another render of the task
            return wanted.stage, wanted.error
        stage = reported.get("stage")
        return stage if isinstance(stage, str) and stage else wanted.stage, {**wanted.error, **reported}

    def _open(self, wanted: Open) -> dict[str, Any]:
        claim = self._tasks.open(
            wanted.task_id,
            user_id=wanted.user_id,
            execution=wanted.execution,
            request=wanted.request,
            song_key=wanted.song,
        )
        return {"claimed": claim.claimed, "status": claim.task.status, "task": claim.task.as_dict()}

    def _close(self, wanted: Close) -> dict[str, Any]:
        task = self._tasks.get(wanted.task_id)
        if task.workflow_execution == wanted.execution and task.status in ACTIVE:
            document = self._verified(wanted)
        else:
            document = {}  # no longer ours to verify: the store answers with the first result, or says why not
        return self._tasks.complete(wanted.task_id, wanted.execution, document).as_dict()

    def _verified(self, wanted: Close) -> dict[str, Any]:
        """The Result document, after everything it claims about the stored video was found to hold."""
        key = self._objects.key_of(wanted.result)
        try:
            data = self._objects.read_bytes(key)
        except ObjectMissing:
            raise Conflict(f"The job left no Result under {key}: render it again") from None
        document = _decode(key, data)
        try:
            result = self._parse_result(document)
        except ValueError as error:
            raise MediaUnreadable(f"{key} is not a Result document of this version", details=str(error)) from None
        if result.task_id != wanted.task_id:
            raise Conflict(f"The Result in {key} is of task {result.task_id}, not {wanted.task_id}")
        video = self._objects.info(result.video_key)
        if video is None:
            raise Conflict(f"The Result names the video {result.video_key}, but nothing is stored there")
        if video.size != result.file_size:
            raise Conflict(
                f"The stored video {result.video_key} is not the one the Result describes: render it again",
                details=f"{video.size} bytes stored, {result.file_size} in the Result",
            )
        return document if wanted.scores is None else {**document, "scores": wanted.scores}


def _decode(key: str, data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise MediaUnreadable(f"The Result document {key} is not JSON", details=str(error)) from None
    if not isinstance(document, dict):
        raise MediaUnreadable(f"The Result document {key} is not a JSON object")
    return document
