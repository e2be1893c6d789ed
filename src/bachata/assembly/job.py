"""The assembler as a container: environment in, video and Result document in storage out, exit code 0 or 1.

A run that fails leaves one error line in the log and an error body in storage (`result.error_key`), which the
workflow's `fail` puts into the task row: only `finalize` changes a task's status. A run that was killed leaves the
pieces it had encoded, and the attempt after it encodes only what is missing.

Several tasks of one execution share the encoding; the last one writes the video and speaks for all (`workshop`).
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Protocol

from bachata import logs, settings
from bachata.assembly.faults import LASTING, Faults
from bachata.assembly.pieces import PieceStore, plan_prefix
from bachata.assembly.rendering import Options, encode_share, render
from bachata.assembly.result import Result, error_key, result_key, share_error_key
from bachata.assembly.workshop import Shard
from bachata.blueprint import Blueprint, parse, storage_key
from bachata.errors import BachataError, InvalidRequest, InvalidSettings, TaskOwnedElsewhere, Unavailable
from bachata.media.files import writing
from bachata.settings import Settings
from bachata.signals import stop_on_signals
from bachata.storage import ObjectStore, open_store

_UPLOAD_TRIES: Final = 3

_log = logs.get_logger(__name__)


class Reporter(Protocol):
    """Where progress goes: `bachata.tasks.progress.ProgressReporter`."""

    lost: bool
    """Whether the task turned out to be somebody else's."""

    def __call__(self, stage: str, fraction: float = 0.0) -> None:
        """Say that `fraction` of `stage` is done."""


def main() -> int:
    """Render the task the environment describes; the exit code."""
    try:
        env = settings.load()
        logs.configure(level=env.log_level, json_lines=env.log_format == "json", project=env.google_cloud_project)
        store = open_store(env)
    except InvalidSettings as error:
        if not _log.hasHandlers():
            logs.configure()
        _log.error(error.message, extra={"code": error.code})
        return 1
    fields = {"task_id": env.task_id, "execution": env.execution_id, "attempt": env.cloud_run_task_attempt}
    with logs.bound(**fields), stop_on_signals() as stop, _reporter(env) as reporter:
        return Job(env, store, stop, reporter).run()


class Job:
    """One attempt at one task. `pause` waits between tries of an upload."""

    def __init__(
        self,
        env: Settings,
        store: ObjectStore,
        stop: threading.Event,
        reporter: Reporter | None = None,
        *,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._env = env
        self._store = store
        self._stop = stop
        self._reporter = reporter
        self._pause = pause or stop.wait
        self._stage = "assemble"
        self._faults = Faults(store, env.execution_id)
        self._kept: PieceStore | None = None
        self._prefix: str | None = None
        self._shard = Shard(env.cloud_run_task_index, env.cloud_run_task_count)
        self._video_key = f"output/user_{env.user_id}/choreography_{env.task_id}.mp4"

    def run(self) -> int:
        """Render, store, and say how it went. Never raises: 0 or 1.

        A task that only shares the work always gives 0: what it has not done the last one does, and Cloud Run would
        take its failure for that of the execution, whose video may be there.
        """
        try:
            self._work()
        except BachataError as error:
            self._fail(self._explained(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the task row must say that the render failed
            _log.exception("the render failed for a reason we did not foresee")
            fault = "The render failed for a reason we did not foresee; try again, and tell us if it happens twice"
            self._fail(BachataError(fault, details=type(error).__name__))
        else:
            return 0
        return 1 if self._shard.stitches else 0

    def _work(self) -> None:
        blueprint = read_blueprint(self._env, self._store)
        self._video_key = storage_key(blueprint.output_config.output_path)
        self._prefix = plan_prefix(blueprint.to_json())
        self._kept = kept = PieceStore(self._store, self._prefix, shared=self._shard.count > 1)
        self._look_back()
        options = Options(
            fetch_workers=self._env.fetch_workers,
            fetch_backoff=self._env.fetch_backoff,
            threads=self._env.encoder_threads,
            workers=self._env.pieces_at_once,
            kept=kept,
            shard=self._shard,
            execution=self._env.execution_id,
            fault=self._fault_of_another,
        )
        if self._shard.stitches:
            self._stitch(blueprint, options, kept)
        else:
            self._share(blueprint, options, kept)

    def _stitch(self, blueprint: Blueprint, options: Options, kept: PieceStore) -> None:
        with writing(), tempfile.TemporaryDirectory(prefix="bachata-job-") as scratch:
            video = Path(scratch) / "video"
            result = render(
                blueprint, store=self._store, output=video, progress=self._report, stop=self._stop, options=options
            )
            result = self._upload(video, result)
        kept.clear()
        self._report("cleanup", 1.0)
        _log.info(
            "rendered",
            extra={
                "frames": result.frames,
                "frames_copied": result.frames_copied,
                "frames_encoded": result.frames_encoded,
                "frames_reused": result.frames_reused,
                "tasks": self._shard.count,
                "warnings": len(result.warnings),
                "seconds": result.processing_s,
                "peak_rss": result.peak_rss_bytes,
            },
        )
        if whole := result.encoded_moves:
            _log.warning(
                "moves were encoded whole",
                extra={"moves": len(whole), "reasons": sorted({move.reason for move in whole})[:5]},
            )

    def _share(self, blueprint: Blueprint, options: Options, kept: PieceStore) -> None:
        """Encode this task's share for the one that stitches."""
        frames = encode_share(blueprint, store=self._store, options=options, over=self._is_over, stop=self._stop)
        if self._is_over():  # what was kept after the other cleared it away
            kept.clear()
        _log.info("encoded a share", extra={"frames": frames, "task": self._shard.index})

    def _is_over(self) -> bool:
        """Whether the task that stitches needs nothing more: this execution's video is there, or will never be."""
        return self._faults.is_over(result_key(self._video_key), error_key(self._video_key))

    def _fault_of_another(self) -> BachataError | None:
        """The lasting fault that a task sharing the work has met, if any."""
        assert self._prefix is not None
        keys = (share_error_key(self._prefix, index) for index in range(self._shard.count - 1))
        return next((said for key in keys if (said := self._faults.lasting(key))), None)

    def _upload(self, video: Path, result: Result) -> Result:
        self._report("uploading", 0.0)
        began = time.monotonic()
        try:
            self._retried(lambda: self._put(video, result))
            seconds = round(time.monotonic() - began, 3)
            result = result.model_copy(
                update={
                    "processing_s": round(result.processing_s + seconds, 3),
                    "stage_seconds": {**result.stage_seconds, "uploading": seconds},
                }
            )
            document = result.model_dump_json(by_alias=True).encode()
            self._retried(lambda: self._store.put_bytes(result_key(result.video_key), document))
        except BaseException:  # a video without its Result is rubbish nobody would ever find
            self._quietly(lambda: self._store.delete(result.video_key))
            raise
        self._report("uploading", 1.0)
        return result

    def _put(self, video: Path, result: Result) -> None:
        stored = self._store.put_file(result.video_key, video, move=True)
        if stored.size != result.file_size:
            raise Unavailable(f"Storage holds {stored.size} bytes of the video instead of {result.file_size}")

    def _retried(self, act: Callable[[], object]) -> None:
        for attempt in range(1, _UPLOAD_TRIES + 1):
            try:
                act()
                return
            except Unavailable as error:
                _log.warning("upload failed", extra={"attempt": attempt, "reason": error.message})
                if attempt == _UPLOAD_TRIES or self._stop.is_set():
                    raise
            self._pause(self._env.fetch_backoff * 2 ** (attempt - 1))

    def _report(self, stage: str, fraction: float) -> None:
        if stage != self._stage:
            _log.info(stage)
            self._stage = stage
        if self._reporter is not None:
            self._reporter(stage, fraction)
            if self._reporter.lost:
                self._stop.set()

    def _explained(self, error: BachataError) -> BachataError:
        if self._reporter is not None and self._reporter.lost:
            return TaskOwnedElsewhere("The task was cancelled, or another execution took it over; nothing was stored")
        return error

    def _fail(self, error: BachataError) -> None:
        error.stage = error.stage or self._stage
        body = error.as_dict()
        stitches = self._shard.stitches
        if self._kept is not None and stitches and body["code"] in LASTING:
            self._kept.clear()  # no attempt will come that could use them
        _log.log(
            logging.ERROR if stitches else logging.WARNING,
            error.message,
            extra={k: v for k, v in body.items() if k != "error"},
        )
        if self._prefix is None and not stitches:
            return  # no blueprint, so nowhere to say it; the one that stitches meets the same
        lost = isinstance(error, TaskOwnedElsewhere)  # then words that lie there are another execution's
        if lost and self._shard.count == 1:
            return
        self._quietly(lambda: self._faults.tell(self._error_key, body, only_if_none=lost))

    def _look_back(self) -> None:
        """What an earlier attempt said: a fault that stays is not tried again, anything else is forgotten.

        Forgotten, because it must not be taken for this attempt's words, should this one be killed.
        """
        if self._env.cloud_run_task_attempt and (said := self._faults.lasting(self._error_key)):
            raise said
        self._quietly(lambda: self._store.delete(self._error_key))

    @property
    def _error_key(self) -> str:
        """Where this task says why it failed: the one that stitches speaks for the execution."""
        if self._shard.stitches:
            return error_key(self._video_key)
        assert self._prefix is not None
        return share_error_key(self._prefix, self._shard.index)

    @staticmethod
    def _quietly(act: Callable[[], object]) -> None:
        """Do what the outcome does not depend on."""
        try:
            act()
        except (BachataError, OSError) as error:
            _log.warning("storage refused", extra={"reason": str(error)})


def read_blueprint(env: Settings, store: ObjectStore) -> Blueprint:
    """The blueprint of this run, from the environment or from storage, held against every rule.

    Raises InvalidBlueprint with all problems, InvalidRequest when the stored one is not the one that was planned.
    """
    if env.blueprint_json:
        source: str | bytes = env.blueprint_json
    elif env.blueprint_uri and env.blueprint_sha256:
        key = store.key_of(env.blueprint_uri)
        source = store.read_bytes(key)
        if hashlib.sha256(source).hexdigest() != env.blueprint_sha256.lower():
            raise InvalidRequest(
                f"The blueprint stored under {key!r} is not the one this run was started for: plan again"
            )
    else:
        raise InvalidSettings("Set BLUEPRINT_JSON, or BLUEPRINT_URI and BLUEPRINT_SHA256")
    return parse(source, task_id=env.task_id, user_id=env.user_id)


@contextmanager
def _reporter(env: Settings) -> Iterator[Reporter | None]:
    """Progress of the task that stitches into the task row, when there is one. The SQL driver is loaded only then."""
    stitches = Shard(env.cloud_run_task_index, env.cloud_run_task_count).stitches
    if not (stitches and env.has_database and env.task_id and env.execution_id):
        yield None
        return
    from bachata.tasks.progress import ProgressReporter

    with closing(ProgressReporter.connect(env, env.task_id, env.execution_id)) as reporter:
        if env.cloud_run_execution:
            reporter.rendered_by(env.cloud_run_execution)
        yield reporter
