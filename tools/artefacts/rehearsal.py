"""Each artefact does real work, in the order in which a deployment and a request meet them.

What is missing from an archive, its requirements or its privileges fails here, not in the cloud.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from bachata.tasks.engine import open_url
from tools.artefacts.installed import Installed, as_another
from tools.artefacts.running import run, serving
from tools.artefacts.samples import TEMPO, click_track, grey_clip, stock
from tools.artefacts.theatre import USERS, Theatre

TASK = {"task_id": "artefact-1", "execution": "e1", "user_id": "ci"}
SONG = "songs/click.wav"
ORDER = ("migrate", "finalize", "analyze", "plan", "assembler")

_IMPORT_ALL = """
import importlib, pkgutil, sys, bachata
for module in pkgutil.walk_packages(bachata.__path__, "bachata."):
    if ".migrations." not in module.name:  # Alembic's, which runs them itself
        importlib.import_module(module.name)
try:
    open("written", "w")
except OSError:
    sys.exit(0)
sys.exit("the program may write beside itself")
"""


def import_everything(installed: Installed, there: Theatre) -> None:
    """Its program opens nothing when imported, every module it carries can be, and it may write nothing beside them."""
    quietly = Path(__file__).with_name("import_quietly.py").read_text(encoding="utf-8")
    for script in (quietly, _IMPORT_ALL):
        subprocess.run(
            [str(installed.python), "-c", script], cwd=installed.app, env=there.environment(), check=True,
            **as_another(installed.python),
        )  # fmt: skip


def migrate(installed: Installed, there: Theatre) -> None:
    """Users without privileges get theirs; a second run changes nothing; a user who may not is refused."""
    grantees = json.dumps({user: part for part, user in USERS.items()})
    refused, log = run(installed, there.environment("plan"))
    _require(refused == 1 and "permission denied" in log, log)
    for expected in ('"before": null', '"privileges_changed": 0'):
        code, log = run(installed, there.environment(DB_GRANTEES=grantees))
        _require(code == 0 and expected in log, log)


def finalize(installed: Installed, there: Theatre) -> None:
    """A task is claimed once; an unknown one is a clear 404."""
    with serving(installed, there.environment("finalize")) as function:
        answer, _ = function.first(opening())
        expect(answer, 200, claimed=True)
        expect(function.ask({**opening(), "execution": "e2"}), 200, claimed=False)
        expect(function.ask({"action": "cancel", "task_id": "nobody"}), 404, code="TASK_NOT_FOUND")


def analyze(installed: Installed, there: Theatre) -> None:
    """A real song is analysed, and its progress reported; a missing one is a clear 404."""
    click_track(there.store / SONG, 20)
    with serving(installed, there.environment("analyze")) as function:
        answer, _ = function.first({**TASK, "song": SONG})
        body = expect(answer, 200, cached=False)
        _require(abs(body["tempo"] - TEMPO) < 1, f"heard {body['tempo']} BPM in clicks of {TEMPO}")
        _require(_status(there) == "running", "no progress was reported")
        expect(function.ask({"song": "songs/none.wav"}), 404, code="SONG_NOT_FOUND")


def plan(installed: Installed, there: Theatre) -> None:
    """A dance is planned from the stored analysis and kept; a wrong brief is a clear 400."""
    engine = open_url(there.database)
    stock(engine)
    engine.dispose()
    with serving(installed, there.environment("plan")) as function:
        answer, _ = function.first(planning(there))
        expect(answer, 200)
        expect(function.ask({**planning(there), "brief": {"difficulty": "easy-peasy"}}), 400, code="INVALID_REQUEST")


def assembler(installed: Installed, there: Theatre) -> None:
    """A blueprint becomes a video; without one it exits 1; on SIGTERM it leaves nothing behind and exits 1."""
    grey_clip(there.store / "moves" / "grey.mp4")
    code, log = run(installed, rendering(there))
    _require(code == 0, log)
    result = json.loads((there.store / "output/user_ci/v.result.json").read_text())
    _require(result["frames"] == 120 and (there.store / "output/user_ci/v.mp4").exists(), str(result))
    code, log = run(installed, there.environment("assembler", TASK_ID="artefact-1", USER_ID="ci", EXECUTION_ID="e1"))
    _require(code == 1 and "BLUEPRINT_JSON" in log, log)
    stop = functools.partial(_stop_when_at_work, there)
    code, log = run(installed, rendering(there, pieces=60), watch=stop)
    _require(code == 1 and '"code": "STOPPED"' in log, f"exit {code}: {log}")
    _require(not any(there.scratch.iterdir()), "the job left files in its scratch folder")


def _stop_when_at_work(there: Theatre, pid: int) -> None:
    if any(there.scratch.iterdir()):
        os.kill(pid, signal.SIGTERM)


WORK: dict[str, Callable[[Installed, Theatre], None]] = {
    "migrate": migrate,
    "finalize": finalize,
    "analyze": analyze,
    "plan": plan,
    "assembler": assembler,
}


def opening(task: str = TASK["task_id"]) -> dict[str, Any]:
    """A request that claims a task."""
    return {**TASK, "task_id": task, "action": "open", "request": {}}


def planning(there: Theatre) -> dict[str, Any]:
    """A request for a dance to the analysed song."""
    analysis = next((there.store / "analysis").iterdir())
    return {**TASK, "song": SONG, "analysis": f"analysis/{analysis.name}", "brief": {"difficulty": "beginner"}}


def rendering(there: Theatre, pieces: int = 2) -> dict[str, str]:
    """The job's environment: a video of clips of two seconds with crossfades between."""
    moves = [
        {"clip_id": str(n), "video_path": "moves/grey.mp4", "start_time": 2.0 * n, "duration": 2.0,
         "transition_type": "crossfade" if n else "cut"}
        for n in range(pieces)
    ]  # fmt: skip
    output = {"output_path": "output/user_ci/v.mp4", "resolution": "160x96", "frame_rate": 30}
    blueprint = {
        "task_id": TASK["task_id"], "audio_path": SONG, "total_duration": 2.0 * pieces, "moves": moves,
        "output_config": output,
    }  # fmt: skip
    given = {"TASK_ID": TASK["task_id"], "USER_ID": "ci", "EXECUTION_ID": "e1"}
    return there.environment("assembler", **given, BLUEPRINT_JSON=json.dumps(blueprint))


def expect(answer: requests.Response, status: int, **fields: Any) -> dict[str, Any]:
    """The JSON body of an answer that must have this status and these fields."""
    body: dict[str, Any] = answer.json()
    wrong = {k: body.get(k) for k, v in fields.items() if body.get(k) != v}
    _require(answer.status_code == status and not wrong, f"expected {status} {fields}, got {body}")
    return body


def _status(there: Theatre) -> str:
    engine = open_url(there.database)
    with engine.connect() as connection:
        query = sa.text("SELECT status FROM choreography_tasks WHERE task_id = :task")
        status = str(connection.execute(query, {"task": TASK["task_id"]}).scalar_one())
    engine.dispose()
    return status


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RuntimeError(otherwise)
