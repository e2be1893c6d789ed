"""The laptop cloud put together: database, functions, jobs and the workflow, up as long as somebody needs them.

>>> with LocalCloud(Home.default()) as cloud:          # doctest: +SKIP
...     result = cloud.run({"query": "romantic bachata"}, on_progress=print)

Everything binds loopback ports the kernel chooses or sockets in the home's directory; several processes may use one
home at the same time, each with functions and jobs of its own, all with the one database.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bachata.errors import InvalidSettings
from bachata.local.workflows import Workflow, WorkflowInvalid, load
from bachata.storage.directory import DirectoryStore

from .functions import FunctionHost
from .home import Home, project_root
from .interrupted import fail_interrupted
from .jobs import JobDefinition, JobsServer
from .names import DEAD_LETTERS, JOB, LOCATION, PROJECT, WORKFLOW
from .planning import planning_environment
from .postgres import Postgres
from .pubsub import Emulator, TopicsServer, dead_letters
from .run import PipelineFailed, Progress, Run, Watcher
from .scratch import scratch
from .tokens import new_token
from .up import cancel_execution, find, serve

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bachata.tasks.task import Task

JOB_TIMEOUT = 3600.0  # the workflow overrides it with the same number; this holds for jobs started by hand
LOG_FOLDERS = 30
FUNCTION_GRACE = 3.0  # seconds a request under way may take at the end: whoever asked is gone by then
JOB_GRACE = 10.0  # seconds between SIGTERM and SIGKILL, as on Cloud Run

__all__ = ["LocalCloud", "PipelineFailed", "Progress", "cancel", "find", "serve"]


class LocalCloud:
    """Everything of one home, from `start` (or `with`) to `stop`, whatever happened in between."""

    def __init__(self, home: Home, *, root: Path | None = None, env: Mapping[str, str] | None = None) -> None:
        """`root` is the checkout, default the one at hand; `env` adds settings for functions and jobs.

        Raises InvalidSettings when there is no checkout.
        """
        self.home = home
        self.root = root or project_root()
        self.workflow_file = self.root / "workflows" / f"{WORKFLOW}.yaml"
        self.workflow: Workflow
        self.store = DirectoryStore(home.storage)
        self.logs = home.logs
        self.database_url = ""
        self.functions_url = ""
        self.engine: sa.Engine
        self.jobs: JobsServer
        self.topics: TopicsServer
        self.emulator = Emulator.of_environment()
        self.token = new_token()
        self._extra = dict(env or {})
        self._parts = ExitStack()

    def __enter__(self) -> LocalCloud:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> LocalCloud:
        """Start the parts, side by side where they do not need each other.

        Raises Unavailable when one of them does not come up, InvalidSettings when the workflow has problems; nothing is
        left running then.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop everything, the last started first; what still runs is cancelled. May be called again."""
        self._parts.close()

    def run(
        self,
        request: Mapping[str, Any],
        *,
        on_progress: Watcher | None = None,
        stop: threading.Event | None = None,
    ) -> dict[str, Any]:
        """Carry one request through the workflow; its result, as choreography.yaml returns it.

        `on_progress` is called in this thread whenever something changed; `stop`, once set, cancels the task. Many may
        run at once, each in a thread of its own. Raises PipelineFailed with the error of the step that failed, Stopped
        when the task was cancelled, here or by anybody else.
        """
        return Run(self, request).wait(on_progress, stop)

    @property
    def workflow_env(self) -> dict[str, str]:
        """What the workflow reads with sys.get_env; an execution adds its id."""
        return {
            "GOOGLE_CLOUD_PROJECT_ID": PROJECT,
            "GOOGLE_CLOUD_LOCATION": LOCATION,
            "GOOGLE_CLOUD_WORKFLOW_ID": WORKFLOW,
            "ANALYZE_URL": f"{self.functions_url}/analyze",
            "PLAN_URL": f"{self.functions_url}/plan",
            "FINALIZE_URL": f"{self.functions_url}/finalize",
            "ASSEMBLER_JOB": JOB,
            "DEAD_LETTER_TOPIC": DEAD_LETTERS,
        }

    @property
    def endpoints(self) -> dict[str, str]:
        """Where the workflow's connectors find their API."""
        return {"run": self.jobs.url, "pubsub": self.topics.url}

    def token_source(self, kind: str, audience: str | None) -> str:  # noqa: ARG002 - the engine's signature
        """What the workflow shows to functions and jobs: both ask for the same token here."""
        return self.token

    def settings(self) -> dict[str, str]:
        """The environment of functions and jobs (see `bachata.settings`)."""
        return {
            "STORAGE_BACKEND": "local",
            "LOCAL_STORAGE_PATH": str(self.home.storage),
            "DATABASE_URL": self.database_url,
            **self._extra,
        }

    def _start(self) -> None:
        self.workflow = _load(self.workflow_file)
        self.home.storage.mkdir(parents=True, exist_ok=True)
        self.logs = _log_folder(self.home.logs)
        temporary = self._parts.enter_context(scratch(self.home.scratch))
        self.database_url = self._parts.enter_context(Postgres(self.home.postgres))
        env = planning_environment() | self.settings() | {"TMPDIR": str(temporary)}
        functions = FunctionHost(self.root, env=env, log=self.logs / "functions.log", token=self.token)
        self._parts.callback(functions.stop, FUNCTION_GRACE)
        with ThreadPoolExecutor(1) as pool:
            serving = pool.submit(functions.start)
            self._prepare_database()
            serving.result()
        self.functions_url = functions.url
        assembler = JobDefinition(
            JOB,
            (sys.executable, "main.py"),
            cwd=self.root / "jobs" / JOB,
            env=self.settings(),
            timeout=JOB_TIMEOUT,
        )
        server = JobsServer([assembler], logs=self.logs, scratch=temporary, grace=JOB_GRACE, token=self.token)
        self.jobs = self._parts.enter_context(server)
        publish = dead_letters(DEAD_LETTERS, self.home.dead, self.emulator)
        self.topics = self._parts.enter_context(TopicsServer(publish, token=self.token))

    def _prepare_database(self) -> None:
        from bachata.tasks.engine import open_url
        from bachata.tasks.migrate import upgrade

        self.engine = open_url(self.database_url)
        self._parts.callback(self.engine.dispose)
        upgrade(self.engine)
        fail_interrupted(self.home, self.engine)


def cancel(home: Home, engine: sa.Engine, task_id: str) -> Task:
    """Cancel a task from anywhere on this machine; the row as it is then.

    Whoever runs it notices: a `LocalCloud.run` and the job by the row, the cloud that is up by being told.
    Raises TaskMissing, or Conflict when the task is finished.
    """
    from bachata.tasks.store import TaskStore

    task = TaskStore(engine).cancel(task_id)
    if task.workflow_execution:
        cancel_execution(home, task.workflow_execution)
    return task


def _load(file: Path) -> Workflow:
    try:
        return load(file)
    except (OSError, WorkflowInvalid) as error:
        raise InvalidSettings(f"{file.name} cannot be run: {error}") from None


def _log_folder(logs: Path) -> Path:
    """A new folder for the logs of this cloud; only the newest folders are kept."""
    logs.mkdir(parents=True, exist_ok=True)
    folder = logs / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder.mkdir(exist_ok=True)
    for old in sorted(path for path in logs.iterdir() if path.is_dir())[:-LOG_FOLDERS]:
        shutil.rmtree(old, ignore_errors=True)
    return folder
