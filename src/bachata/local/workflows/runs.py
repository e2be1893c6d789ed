"""One execution behind the REST API: its thread, its state, its description."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .engine import REVISION, Execution
from .errors import WorkflowCancelled, WorkflowFailed
from .model import Workflow
from .stdlib.encoding import encode_json

_log = logging.getLogger("bachata.local.workflows")


def now_text() -> str:
    """The moment, as Google's APIs write it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Run:
    """An execution in its own thread. States: ACTIVE, then SUCCEEDED, FAILED or CANCELLED."""

    def __init__(  # noqa: PLR0917 - made in one place
        self,
        workflow: Workflow,
        parent: str,
        names: Mapping[str, str],
        argument: Any,
        labels: Mapping[str, str],
        env: Mapping[str, str],
        options: Mapping[str, Any],
        at_end: Callable[[], None] | None = None,
    ) -> None:
        """`at_end` is called once, when nothing of the execution is left running."""
        self._at_end = at_end
        self.id = str(uuid.uuid4())
        self.parent = parent
        self.name = f"{parent}/executions/{self.id}"
        self.state = "ACTIVE"
        self._labels = dict(labels)
        self._argument = argument
        self._started = now_text()
        self._ended: str | None = None
        self._outcome: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._execution = Execution(workflow, env=_environment(names, self.id, env), **options)
        self._thread = threading.Thread(target=self._work, name=f"execution-{self.id}", daemon=True)

    def start(self) -> None:
        """Begin to run."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def cancel(self) -> bool:
        """Cancel it; False when it has ended already. The state is CANCELLED at once, as in the cloud."""
        with self._lock:
            if self.state != "ACTIVE":
                return False
            self._end("CANCELLED", {"error": _error("execution was cancelled", "")})
        self._execution.cancel()
        return True

    def _work(self) -> None:
        try:
            self._run()
        finally:
            if self._at_end is not None:
                self._at_end()

    def _run(self) -> None:
        outcome: dict[str, Any]
        try:
            state, outcome = "SUCCEEDED", {"result": encode_json(self._execution.run(self._argument))}
        except WorkflowFailed as failed:
            state, outcome = "FAILED", {"error": _error(failed.payload, failed.context)}
        except WorkflowCancelled:
            return
        except Exception:  # noqa: BLE001
            # A fault of this engine must end the execution visibly, not leave it ACTIVE for ever.
            _log.exception("execution %s: fault of the engine", self.id)
            payload = {"message": "SystemError: internal error", "tags": ["SystemError"]}
            state, outcome = "FAILED", {"error": _error(payload, "")}
        with self._lock:
            if self.state == "ACTIVE":
                self._end(state, outcome)

    def _end(self, state: str, outcome: dict[str, Any]) -> None:
        self.state, self._outcome, self._ended = state, outcome, now_text()
        _log.debug("execution %s: %s", self.id, state)

    def describe(self) -> dict[str, Any]:
        """The Execution resource of the API."""
        with self._lock:
            resource: dict[str, Any] = {
                "name": self.name,
                "startTime": self._started,
                "state": self.state,
                "argument": encode_json(self._argument),
                "workflowRevisionId": REVISION,
                **self._outcome,
            }
            if self._ended is not None:
                resource["endTime"] = self._ended
            if self._labels:
                resource["labels"] = self._labels
            if self._execution.current_step is not None:
                routine, step = self._execution.current_step
                resource["status"] = {"currentSteps": [{"routine": routine, "step": step}]}
            return resource


def _error(payload: Any, context: str) -> dict[str, str]:
    return {"payload": encode_json(payload), "context": context}


def _environment(names: Mapping[str, str], execution: str, env: Mapping[str, str]) -> dict[str, str]:
    return {
        "GOOGLE_CLOUD_PROJECT_ID": names["project"],
        "GOOGLE_CLOUD_LOCATION": names["location"],
        "GOOGLE_CLOUD_WORKFLOW_ID": names["workflow"],
        **env,
        "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": execution,
    }
