"""Google's side of a Cloud SQL instance, as far as its connector looks: real TLS in front of a real PostgreSQL.

Three parts, at addresses of this machine: the metadata server (an access token for whoever runs here), two calls of the
Admin API (connectSettings, generateEphemeralCert), and the instance's port 3307, which admits only the certificate that
the API signed. What is beyond is the server of a test; it trusts the user the connection names.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from tools.artefacts.authority import Authority

INSTANCE = "project:europe-west1:bachata"
PORT = 3307  # the connector knows no other
TOKEN = "a-token-of-this-test"

_METADATA: dict[str, dict[str, object] | str] = {
    "/computeMetadata/v1/universe/universe-domain": "googleapis.com",
    "/computeMetadata/v1/project/project-id": INSTANCE.split(":", maxsplit=1)[0],
}
_ACCOUNT = {"email": "job@project.iam.gserviceaccount.com", "scopes": []}


@dataclass
class CloudSql:
    """A running one. `asked`: the Admin API's calls so far. `refuses`: a status it answers instead, if any."""

    api: str
    database: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    refuses: int | None = None

    def environment(self, user: str) -> dict[str, str]:
        """What a part is told to connect as `user`, and where Google is for it."""
        host = urlsplit(self.api).netloc
        return {
            "INSTANCE_CONNECTION_NAME": INSTANCE,
            "DB_NAME": self.database,
            "DB_USER": user,
            "CLOUD_SQL_API": self.api,
            "GCE_METADATA_HOST": host,
            "GCE_METADATA_IP": host,
        }


@contextmanager
def cloud_sql(url: str, folder: Path) -> Iterator[CloudSql]:
    """Serve the database of `url` (one with a Unix socket) as an instance; `folder` is for certificates."""
    parsed = sa.make_url(url)
    authority = Authority(folder)
    address = _own_address()
    with _instance(address, authority, str(parsed.query["unix_sock"])):
        api = ThreadingHTTPServer(("127.0.0.1", 0), _Google)
        api.daemon_threads = True
        there = CloudSql(f"http://127.0.0.1:{api.server_address[1]}", str(parsed.database))
        api.google = (there, authority, address)  # type: ignore[attr-defined]
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield there
        finally:
            api.shutdown()
            thread.join()
            api.server_close()


def _own_address() -> str:
    """A loopback address of this process: the port is fixed, and several tests may run at once."""
    pid = os.getpid()
    return f"127.{1 + pid // 62_500 % 250}.{1 + pid // 250 % 250}.{1 + pid % 250}"


class _Google(BaseHTTPRequestHandler):
    """The metadata server and the Admin API on one port: their paths differ."""

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        """The token, or how to connect."""
        _, authority, address = self.server.google  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        if path.endswith("/token"):
            self._answer(200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
        elif path.endswith("/connectSettings"):
            self._admin(
                {
                    "region": INSTANCE.split(":")[1],
                    "databaseVersion": "POSTGRES_17",
                    "ipAddresses": [{"type": "PRIVATE", "ipAddress": address}],
                    "serverCaCert": {"cert": authority.certificate},
                }
            )
        else:
            self._answer(200, _METADATA.get(path, _ACCOUNT))

    def do_POST(self) -> None:
        """A certificate for a key."""
        _, authority, _ = self.server.google  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._admin({"ephemeralCert": {"cert": authority.sign(body["public_key"])}}, body)

    def _admin(self, answer: dict[str, object], body: dict[str, str] | None = None) -> None:
        there, _, _ = self.server.google  # type: ignore[attr-defined]
        there.asked.append((urlsplit(self.path).path, body or {}))
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if there.refuses or not known:
            self._answer(there.refuses or 401, {"error": {"message": "not with this account"}})
        else:
            self._answer(200, answer)

    def _answer(self, status: int, body: dict[str, object] | str) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/text" if isinstance(body, str) else "application/json")
        self.send_header("Metadata-Flavor", "Google")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def _instance(address: str, authority: Authority, unix_socket: str) -> Iterator[None]:
    listener = socket.create_server((address, PORT))

    def admit() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=_relay, args=(raw, authority.server_context(), unix_socket), daemon=True).start()

    thread = threading.Thread(target=admit, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _relay(raw: socket.socket, context: ssl.SSLContext, unix_socket: str) -> None:
    with (
        contextlib.suppress(OSError),
        raw,
        context.wrap_socket(raw, server_side=True) as client,
        socket.socket(socket.AF_UNIX) as server,
    ):
        server.connect(unix_socket)
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
