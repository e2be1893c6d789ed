"""Stand-ins for what the workflow calls, so that its control flow is tested alone: a server that answers as told.

The functions and the job themselves are tested elsewhere; here only their answers matter, also those that are hard to
get out of the real ones (a 503 twice, then success).
"""

import base64
import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bachata.local.workflows import execute

CHOREOGRAPHY = Path(__file__).parents[2] / "workflows" / "choreography.yaml"
EXECUTION = "5f0c6f1e-0001"

Ok = dict


class Status(tuple):
    """An answer with an HTTP status: Status(404, body). A body of str is sent as text/html."""

    def __new__(cls, code, body=None):
        return super().__new__(cls, (code, body))


class HangUp:
    """The connection is closed without an answer."""


class Scene:
    """Answers by step name, and the requests that were received, in order."""

    def __init__(self):
        self.requests = []
        self.answers = {
            "open": {"claimed": True, "status": "started", "task": {}},
            "choose_song": {"song": "songs/chosen.mp3", "title": "Chosen", "reasons": [], "brief": {}},
            "analyze": {"analysis": "analysis/ab.json", "sha256": "ab", "tempo": 126.0, "cached": False},
            "plan": {
                "blueprint": "blueprints/t.json",
                "sha256": "cd",
                "bytes": 20,
                "blueprint_json": '{"moves": "ñ"}',
                "moves": 9,
                "brief": {"style": "romantic"},
                "relaxed": [],
                "suggestions": ["add a second intro"],
                "summary": "nine moves",
                "scores": {"m2": {"value": 1.0}},
            },
            "run": {
                "name": "projects/p/locations/l/operations/o",
                "done": True,
                "response": {"name": "projects/p/x", "succeededCount": 1},
            },
            "close": {"task": {"status": "completed", "result": {"video_key": "output/user_local/v.mp4"}}},
            "fail": {"task": {"status": "failed"}},
        }
        self._scripts = {}
        scene = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                scene._answer(self, body)

            def do_GET(self):
                scene._answer(self, {})

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def script(self, step, *answers):
        """The next calls of `step` get these answers, the later ones the usual."""
        self._scripts[step] = deque(answers)

    def steps(self):
        return [step for step, _ in self.requests]

    def body(self, step):
        """What the one call of `step` sent."""
        [body] = [body for name, body in self.requests if name == step]
        return body

    def job_env(self):
        """The variables the job was started with."""
        [container] = self.body("run")["overrides"]["containerOverrides"]
        names = [variable["name"] for variable in container["env"]]
        assert len(set(names)) == len(names)
        return {variable["name"]: variable["value"] for variable in container["env"]}

    def _answer(self, handler, body):
        path = handler.path.split("?")[0]
        if path.endswith(":publish"):
            path = "/publish"
        step = "run" if path.endswith(":run") else "poll" if "/operations/" in path else body.get("action", path[1:])
        self.requests.append((step, body))
        script = self._scripts.get(step)
        answer = script.popleft() if script else self.answers[step]
        if isinstance(answer, HangUp):
            handler.close_connection = True
            return
        code, document = answer if isinstance(answer, Status) else (200, answer)
        content = document.encode() if isinstance(document, str) else json.dumps(document).encode()
        handler.send_response(code)
        handler.send_header("Content-Type", "text/html" if isinstance(document, str) else "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


class Clock:
    """Time that passes only by sleeping; `slept` tells how long each sleep was."""

    def __init__(self):
        self.now, self.slept = 0.0, []

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def run(scene, argument, *, clock=None, token_source=None, **env):
    """The workflow's result, run against the scene."""
    variables = {
        "GOOGLE_CLOUD_PROJECT_ID": "p",
        "GOOGLE_CLOUD_LOCATION": "l",
        "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": EXECUTION,
        "ANALYZE_URL": f"{scene.url}/analyze",
        "PLAN_URL": f"{scene.url}/plan",
        "FINALIZE_URL": f"{scene.url}/finalize",
        "ASSEMBLER_JOB": "assembler",
        **env,
    }
    return execute(
        CHOREOGRAPHY,
        argument,
        env=variables,
        endpoints={"run": scene.url, "pubsub": scene.url},
        clock=clock or Clock(),
        token_source=token_source,
    )


def event(data, message_id="77", **extra):
    """A Pub/Sub message as Eventarc hands it to a workflow."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return {
        "specversion": "1.0",
        "id": message_id,
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
        "data": {
            "message": {"data": base64.b64encode(raw).decode(), "messageId": message_id, **extra},
            "subscription": "projects/p/subscriptions/s",
        },
    }
