"""gcp-storage-emulator, mended: generation preconditions are enforced, and one idle connection does not block it.

The emulator ignores ifGenerationMatch silently (8 racing creates gave 8 winners), so every handler of its table is
wrapped: the condition of the query is compared with the stored object, and 412 answered where Cloud Storage would. For
a resumable upload the condition given when it was opened is checked again at every piece. Requests run one at a time
under a lock, which makes check and write one step; connections are served by threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

from gcp_storage_emulator import server as emulator
from gcp_storage_emulator.exceptions import NotFound
from gcp_storage_emulator.handlers import buckets
from gcp_storage_emulator.storage import Storage
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

Handler = Callable[[Any, Any, Any], None]
BUCKET = "bachata-test"


class Emulator:
    """A running emulator with one bucket."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.failures: list[HTTPStatus] = []
        """Statuses the next requests for objects get instead of an answer."""
        self.requests: list[str] = []
        """METHOD path of every request for objects."""

    def client(self) -> storage.Client:
        return storage.Client(
            project="test", credentials=AnonymousCredentials(), client_options={"api_endpoint": self.url}
        )


class _Preconditions:
    """Wraps handlers; remembers the conditions of resumable uploads."""

    def __init__(self) -> None:
        self._uploads: dict[str, tuple[str, str]] = {}  # upload id -> object, ifGenerationMatch

    def wrap(self, handler: Handler) -> Handler:
        def checked(request: Any, response: Any, stored: Any) -> None:
            upload = request.query.get("upload_id", [""])[0]
            name, wanted = self._uploads.get(upload) or (
                self._object_of(request),
                request.query.get("ifGenerationMatch", [""])[0],
            )
            if wanted and not self._holds(request, stored, name, int(wanted)):
                response.status = HTTPStatus.PRECONDITION_FAILED
                response.json({"error": {"code": 412, "message": "conditionNotMet"}})
                return
            handler(request, response, stored)
            opened = parse_qs(urlparse(response._headers.get("Location", "")).query).get("upload_id", [""])[0]
            if wanted and opened:
                self._uploads[opened] = (name, wanted)

        return checked

    @staticmethod
    def _object_of(request: Any) -> str:
        if "object_id" in request.params:
            return str(request.params["object_id"])
        if "name" in request.query:
            return str(request.query["name"][0])
        data = request.data if request.method == "POST" else None
        meta = data.get("meta", data) if isinstance(data, dict) else {}
        return str(meta.get("name", ""))

    @staticmethod
    def _holds(request: Any, stored: Any, name: str, wanted: int) -> bool:
        try:
            found = int(stored.get_file_obj(request.params["bucket_name"], name)["generation"])
        except NotFound:
            # Reading or deleting what is not there is a 404, which the handler itself answers.
            return wanted == 0 or request.method in {"GET", "DELETE"}
        return found == wanted


@contextmanager
def running() -> Iterator[Emulator]:
    """An emulator on a loopback port of the system's choice, in memory."""
    stored = Storage(use_memory_fs=True)
    buckets.create_bucket(BUCKET, stored)
    one_at_a_time = threading.Lock()
    running = Emulator("")

    class RequestHandler(emulator.RequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)  # waits here without the lock
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            # Of itself the client asks for the bucket's metadata, once, in a thread: not what a test counts or fails.
            about_objects = "/o" in urlparse(self.path).path.partition(f"/b/{BUCKET}")[2]
            with one_at_a_time:
                if about_objects:
                    running.requests.append(f"{self.command} {self.path}")
                if about_objects and running.failures:
                    self._fail(running.failures.pop(0))
                else:
                    getattr(self, f"do_{self.command}")()
            self.wfile.flush()

        def _fail(self, status: HTTPStatus) -> None:
            emulator._read_raw_data(self)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    conditions = _Preconditions()
    original = emulator.HANDLERS
    emulator.HANDLERS = tuple((regex, {m: conditions.wrap(h) for m, h in table.items()}) for regex, table in original)
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(RequestHandler, stored))
    running.url = f"http://127.0.0.1:{httpd.server_address[1]}"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()
        emulator.HANDLERS = original
