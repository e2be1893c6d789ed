"""A server on this machine that speaks as much of the Gemini API as we use, and misbehaves as it is told.

It checks what it is asked as the API does: path, method, key, JSON. `tests/gemini/test_contract.py` holds it against
what the real client library sends and makes of its answers.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import SecretStr

from bachata.gemini import Access, GeminiClient
from bachata.gemini.retry import Patience

KEY = "AIza-test-key-that-must-never-be-seen"
MODEL = "gemini-test"
EMBEDDING_MODEL = "gemini-embedding-001"
IMPATIENT = Patience(seconds=20.0, attempts=3, first_pause=0.001, share=0.9)

_PATH = re.compile(
    r"/(?P<version>v1|v1beta|v1beta1)/"
    r"(?P<place>projects/[^/]+/locations/[^/]+/publishers/google/)?"
    r"models/(?P<model>[\w.-]+):(?P<method>generateContent|batchEmbedContents|embedContent)"
)


@dataclass(frozen=True)
class Reply:
    """One answer: what is sent, and how. `hangs` never answers, `resets` tears the connection, `drips` sends slowly."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    resets: bool = False
    drips: float = 0.0
    """Seconds between single bytes."""


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    place: str | None
    version: str
    model: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def instruction(self) -> str:
        """The system instruction."""
        return str(self.body["systemInstruction"]["parts"][0]["text"])

    @property
    def data(self) -> dict[str, Any]:
        """The content, which is always a JSON document of ours."""
        document: dict[str, Any] = json.loads(self.body["contents"][0]["parts"][0]["text"])
        return document


def says(answer: Any, *, finish: str = "STOP") -> Reply:
    """The model's answer: a JSON value, or text as it is."""
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish, "index": 0}
    return sends({"candidates": [candidate], "modelVersion": MODEL, "usageMetadata": {"totalTokenCount": 9}})


def sends(document: Any, **how: Any) -> Reply:
    """Any JSON document as the whole body."""
    return Reply(json.dumps(document).encode(), **how)


def fails(
    status: int, *, words: str = "no", headers: dict[str, str] | None = None, details: Sequence[Any] = ()
) -> Reply:
    """An error as the API reports one; it quotes the key, as a careless proxy might."""
    error = {"code": status, "message": f"{words} {KEY}", "status": "FAILED", "details": list(details)}
    return sends({"error": error}, status=status, headers=headers or {})


def embeds(vectors: Sequence[Sequence[float]]) -> Reply:
    """Vectors, as batchEmbedContents answers."""
    return sends({"embeddings": [{"values": list(v)} for v in vectors]})


class Double:
    """The server: replies in order, the last one for ever; a reply may be a function of what was asked."""

    def __init__(self, *replies: Reply | Callable[[Asked], Reply]) -> None:
        self.replies = list(replies)
        self.asked: list[Asked] = []
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Double:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reset(self, *replies: Reply | Callable[[Asked], Reply]) -> None:
        """Other replies from now on, and nothing asked yet."""
        with self._lock:
            self.replies, self.asked = list(replies), []

    @contextmanager
    def client(self, *, patience: Patience = IMPATIENT, **changes: Any) -> Iterator[GeminiClient]:
        """Our client, speaking to this server."""
        known = {"api_key": SecretStr(KEY), "base_url": self.url, "embedding_model": EMBEDDING_MODEL}
        client = GeminiClient(Access(model=MODEL, timeout=20.0, **{**known, **changes}), patience=patience)
        try:
            yield client
        finally:
            client.close()

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply if isinstance(reply, Reply) else reply(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                _send(self, double, _refused(self, body) or double.answer(_parsed(self, body)))

            def do_GET(self) -> None:
                _send(self, double, fails(404, words="unknown method"))

            def log_message(self, *_: Any) -> None:
                """Tests read what they want to know from `asked`."""

        return Handler


def _refused(handler: BaseHTTPRequestHandler, body: bytes) -> Reply | None:
    """What the API refuses before it looks at the question."""
    match = _PATH.fullmatch(handler.path)
    if match is None:
        return fails(404, words="no such method")
    if handler.headers.get("Content-Type") != "application/json":
        return fails(400, words="not JSON")
    if match["place"]:
        if not (handler.headers.get("Authorization") or "").startswith("Bearer "):
            return fails(401, words="no token")
    elif handler.headers.get("x-goog-api-key") != KEY:
        return fails(400, words="API key not valid", details=[{"reason": "API_KEY_INVALID"}])
    try:
        document = json.loads(body)
    except ValueError:
        return fails(400, words="invalid JSON")
    return None if isinstance(document, dict) else fails(400, words="invalid JSON")


def _parsed(handler: BaseHTTPRequestHandler, body: bytes) -> Asked:
    match = _PATH.fullmatch(handler.path)
    assert match is not None
    headers = {name.lower(): value for name, value in handler.headers.items()}
    return Asked(match["method"], match["place"], match["version"], match["model"], headers, json.loads(body))


def _send(handler: BaseHTTPRequestHandler, double: Double, reply: Reply) -> None:
    if reply.hangs:
        double.released.wait(30)
        handler.close_connection = True
        return
    if reply.resets:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()
        return
    try:
        handler.send_response(reply.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body)), **reply.headers}
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        pieces = [reply.body[i : i + 1] for i in range(len(reply.body))] if reply.drips else [reply.body]
        for piece in pieces:
            handler.wfile.write(piece)
            if reply.drips and double.released.wait(reply.drips):
                break
    except OSError:  # whoever asked has hung up
        pass
    handler.close_connection = handler.close_connection or len(reply.body) != int(headers["Content-Length"])
