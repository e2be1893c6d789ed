"""How many steps of an execution are billed: counted while the real workflow file runs on the laptop's engine.

After https://cloud.google.com/workflows/pricing: every call is a step, and every assignment, however many stand in one
step of the file. Of a switch's branches the one with most assignments is counted, so the figure errs high.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bachata.local.workflows.engine import Execution, load
from bachata.local.workflows.model import Action, Assign, Step, Switch

CHOREOGRAPHY = Path(__file__).parents[2] / "workflows" / "choreography.yaml"

_ANSWERS = {
    "open": {"claimed": True, "status": "started", "task": {}},
    "analyze": {"analysis": "analysis/a.json"},
    "plan": {"blueprint": "blueprints/t.json", "sha256": "a", "blueprint_json": "{}"},
    "run": {"name": "projects/p/locations/l/operations/o", "done": True, "response": {"name": "e"}},
    "close": {"task": {"status": "completed", "result": {"video_key": "output/user_local/v.mp4"}}},
}
"""What the functions and Cloud Run say when all is well, as far as the workflow reads it."""


def billed_steps(file: Path = CHOREOGRAPHY) -> int:
    """Of a video of a given song that needs no poll, no retry and no choice of a song."""
    workflow = load(file)
    billed = {step.line: _billed(step.action) for routine in workflow.routines.values() for step in _steps(routine)}
    counted: list[int] = []
    with _Services() as url:
        env = {f"{name}_URL": f"{url}/{name.lower()}" for name in ("ANALYZE", "PLAN", "FINALIZE")}
        Execution(
            workflow,
            env={**env, "ASSEMBLER_JOB": "assembler", "DEAD_LETTER_TOPIC": ""},
            endpoints={"run": url},
            on_step=lambda _name, *, routine, line: counted.append(billed[line]),  # noqa: ARG005
        ).run({"song": "songs/a.mp3", "difficulty": "beginner"})
    return sum(counted)


def _billed(action: Action) -> int:
    if isinstance(action, Assign):
        return len(action.assignments)
    if isinstance(action, Switch):
        return 1 + max(_billed(c.action) if isinstance(c.action, Assign) else 0 for c in action.cases)
    return 1


def _steps(part: Any) -> Iterator[Step]:
    """All steps inside a part of the workflow's model."""
    if isinstance(part, Step):
        yield part
    if dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from _steps(getattr(part, field.name))
    elif isinstance(part, tuple | list):
        for inner in part:
            yield from _steps(inner)


class _Services:
    """A server that answers like the functions and the Jobs API."""

    def __enter__(self) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                step = "run" if self.path.endswith(":run") else body.get("action", self.path[1:])
                content = json.dumps(_ANSWERS[step]).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
