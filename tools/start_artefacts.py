"""Start every artefact as the platform would: unpacked, in a clean environment holding only its own requirements.

Each one does real work here: every module it carries is imported, the functions answer over HTTP served by
functions-framework, the job renders a video. What is missing from an archive or its requirements fails here, not in
the cloud.
"""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import time
import venv
import wave
import zipfile
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from bachata.local.postgres import Postgres
from tools.package import ARTEFACTS, Artefact, build

_IMPORT_ALL = """
import importlib, pkgutil, bachata
names = [m.name for m in pkgutil.walk_packages(bachata.__path__, "bachata.")]
for name in names:
    importlib.import_module(name)
print(len(names), "modules")
"""


def environment(artefact: Artefact, root: Path) -> Path:
    """A clean virtual environment with the artefact's requirements; returns its interpreter."""
    venv.create(root / "venv", with_pip=False)
    python = root / "venv" / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    lock = root / "app" / "requirements.txt"
    command = [str(uv), "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(lock)]
    if subprocess.run(command, check=False).returncode:  # uv cannot reach the index pip is set up for
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(lock)], check=True)
    del artefact
    return python


def clean_env(store: Path, database: str, **more: str) -> dict[str, str]:
    """What the platform would set, and nothing of ours."""
    kept = {k: os.environ[k] for k in ("PATH", "TMPDIR", "LANG") if k in os.environ}
    return {**kept, "LOCAL_STORAGE_PATH": str(store), "DATABASE_URL": database, "PYTHONDONTWRITEBYTECODE": "1", **more}


def click_track(path: Path, seconds: int = 20, tempo: float = 125.0) -> None:
    """A mono click on every beat: enough of a song to be analysed."""
    rate = 22_050
    samples = array("h", bytes(2 * rate * seconds))
    for beat in range(int(seconds * tempo / 60)):
        start = int(beat * 60 / tempo * rate)
        for i in range(min(400, len(samples) - start)):
            samples[start + i] = int(20_000 * math.exp(-i / 80) * math.sin(i * (0.9 if beat % 4 else 0.4)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def colour_clip(path: Path, seconds: int = 4, rate: int = 30) -> None:
    """A small clip of changing grey."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for index in range(seconds * rate):
            frame = av.VideoFrame(160, 96, "yuv420p")
            for plane, value in zip(frame.planes, (index % 200 + 20, 128, 128), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def free_port() -> int:
    """A loopback port nobody listens on now; functions-framework must be told its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(python: Path, app: Path, target: str, env: dict[str, str], ask: Callable[[str], None]) -> float:
    """Serve `target` with functions-framework and call `ask` with its URL; returns the seconds until it was ready."""
    port = free_port()
    command = [str(python), "-m", "functions_framework", "--source", "main.py", "--target", target]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--port", str(port), "--host", "127.0.0.1"], cwd=app, env=env)
    url = f"http://127.0.0.1:{port}/"
    try:
        deadline = started + 60
        while True:
            try:
                requests.get(url, timeout=30)
                break
            except requests.ConnectionError:
                if process.poll() is not None or time.perf_counter() > deadline:
                    raise RuntimeError(f"{target} did not start") from None
                time.sleep(0.05)
        ready = time.perf_counter() - started
        ask(url)
        return ready
    finally:
        process.terminate()
        process.wait(30)


def expect(answer: requests.Response, status: int, **fields: Any) -> dict[str, Any]:
    """The JSON body of an answer that must have this status and these fields."""
    body: dict[str, Any] = answer.json()
    wrong = {k: body.get(k) for k, v in fields.items() if body.get(k) != v}
    if answer.status_code != status or wrong:
        raise RuntimeError(f"expected {status} {fields}, got {answer.status_code} {body}")
    return body


def try_analyze(url: str, store: Path) -> None:
    """A real song is analysed; a missing one is a clear 404."""
    (store / "songs").mkdir(parents=True, exist_ok=True)
    click_track(store / "songs" / "click.wav")
    body = expect(requests.post(url, json={"song": "songs/click.wav"}, timeout=120), 200, cached=False)
    if abs(body["tempo"] - 125) > 1:
        raise RuntimeError(f"heard {body['tempo']} BPM in a click track of 125")
    expect(requests.post(url, json={"song": "songs/none.wav"}, timeout=60), 404, code="SONG_NOT_FOUND")


def try_finalize(url: str, _store: Path) -> None:
    """A task is claimed once; an unknown one is a clear 404."""
    claim = {"action": "open", "task_id": "artefact-1", "user_id": "ci", "execution": "e1", "request": {}}
    expect(requests.post(url, json=claim, timeout=60), 200, claimed=True)
    expect(requests.post(url, json={**claim, "execution": "e2"}, timeout=60), 200, claimed=False)
    cancel = {"action": "cancel", "task_id": "nobody"}
    expect(requests.post(url, json=cancel, timeout=60), 404, code="TASK_NOT_FOUND")


def try_plan(url: str, store: Path) -> None:
    """An empty library is a clear error, found after the song's analysis was read."""
    analysis = next((store / "analysis").iterdir())
    request = {
        "task_id": "artefact-1", "execution": "e1", "user_id": "ci", "song": "songs/click.wav",
        "analysis": f"analysis/{analysis.name}", "brief": {"difficulty": "beginner"},
    }  # fmt: skip
    expect(requests.post(url, json=request, timeout=60), 422, code="NO_MOVES")
    wrong = {**request, "brief": {"difficulty": "easy-peasy"}}
    expect(requests.post(url, json=wrong, timeout=60), 400, code="INVALID_REQUEST")


def try_job(python: Path, app: Path, env: dict[str, str], store: Path) -> None:
    """A blueprint becomes a video; an environment without one is a failure."""
    (store / "moves").mkdir(parents=True, exist_ok=True)
    colour_clip(store / "moves" / "grey.mp4")
    blueprint = {
        "task_id": "artefact-1", "audio_path": "songs/click.wav", "total_duration": 4.0,
        "moves": [
            {"clip_id": "a", "video_path": "moves/grey.mp4", "start_time": 0.0, "duration": 2.0},
            {"clip_id": "b", "video_path": "moves/grey.mp4", "start_time": 2.0, "duration": 2.0,
             "transition_type": "crossfade"},
        ],
        "output_config": {"output_path": "output/user_ci/v.mp4", "resolution": "160x96", "frame_rate": 30},
    }  # fmt: skip
    job = {**env, "TASK_ID": "artefact-1", "USER_ID": "ci", "EXECUTION_ID": "e1"}
    given = {**job, "BLUEPRINT_JSON": json.dumps(blueprint)}
    subprocess.run([str(python), "main.py"], cwd=app, env=given, check=True)
    result = json.loads((store / "output/user_ci/v.result.json").read_text())
    if result["frames"] != 120 or not (store / "output/user_ci/v.mp4").exists():
        raise RuntimeError(f"the job wrote {result}")
    without = subprocess.run([str(python), "main.py"], cwd=app, env=job, check=False, capture_output=True)
    if without.returncode != 1:
        raise RuntimeError("the job must exit 1 without a blueprint")


def main() -> None:
    """Start and try them all, in the order in which a request meets them."""
    from bachata.settings import Settings
    from bachata.tasks.engine import open_engine
    from bachata.tasks.migrate import upgrade

    trials = {"analyze": try_analyze, "finalize": try_finalize, "plan": try_plan}
    with tempfile.TemporaryDirectory() as scratch, Postgres(Path(scratch) / "postgres") as database:
        upgrade(open_engine(Settings(database_url=database)))
        store = Path(scratch) / "store"
        for artefact in sorted(ARTEFACTS, key=lambda a: ["analyze", "finalize", "plan", "assembler"].index(a.name)):
            root = Path(scratch) / artefact.name
            with zipfile.ZipFile(build(artefact)) as archive:
                archive.extractall(root / "app")
            python = environment(artefact, root)
            env = clean_env(store, database)
            subprocess.run(
                [str(python), "-c", _IMPORT_ALL], cwd=root / "app", env=env, check=True, stdout=subprocess.DEVNULL
            )
            if artefact.name in trials:
                ready = serve(
                    python, root / "app", artefact.name, env, lambda url, a=artefact: trials[a.name](url, store)
                )
                print(f"{artefact.name}: ready after {ready:.2f} s, answers as it should")
            else:
                try_job(python, root / "app", env, store)
                print(f"{artefact.name}: renders as it should")


if __name__ == "__main__":
    main()
