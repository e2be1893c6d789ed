"""A JSON API over the standard library's HTTP server, with the errors Google's APIs answer."""

from __future__ import annotations

import json
import logging
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_log = logging.getLogger("bachata.local.workflows")

_LARGEST_BODY = 4 * 1024 * 1024


class ApiError(Exception):
    """An answer `{"error": {code, message, status}}`."""

    def __init__(self, code: int, status: str, message: str) -> None:
        self.code, self.status, self.message = code, status, message
        super().__init__(message)


class ApiServer(ThreadingHTTPServer):
    """A thread for each connection, on 127.0.0.1 only; port 0 takes a free one."""

    daemon_threads = True
    # The standard library's 5 loses connections when many clients start at once.
    request_queue_size = 128

    def __init__(self, port: int, handler: type[ApiHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the signature of the base class
        """A client that hangs up between two requests is no news; what else gets here is a fault of ours."""
        if isinstance(sys.exception(), ConnectionError):
            _log.debug("a client hung up")
        else:
            _log.exception("a connection failed")


class ApiHandler(BaseHTTPRequestHandler):
    """Reads a request, calls `answer`, writes its JSON."""

    protocol_version = "HTTP/1.1"
    # An idle connection must not hold a thread for ever.
    timeout = 60

    def answer(self, method: str, path: str, query: dict[str, str]) -> dict[str, Any]:
        """The body of the answer. Raises ApiError."""
        raise NotImplementedError

    def json_body(self) -> dict[str, Any]:
        """The request's JSON object; an empty body is an empty object."""
        try:
            body = json.loads(self._body or b"{}")
        except ValueError:
            raise ApiError(400, "INVALID_ARGUMENT", "the body is not JSON") from None
        if not isinstance(body, dict):
            raise ApiError(400, "INVALID_ARGUMENT", "the body is not a JSON object")
        return body

    def _refuse_browsers(self) -> None:
        """A web page the user happens to look at must not start work here; browsers name the page in Origin."""
        if self.headers.get("Origin"):
            raise ApiError(403, "PERMISSION_DENIED", "requests from web pages are refused")

    def do_GET(self) -> None:
        """Answer."""
        self._handle("GET")

    def do_POST(self) -> None:
        """Answer."""
        self._handle("POST")

    def do_PUT(self) -> None:
        """Answer."""
        self._handle("PUT")

    def do_DELETE(self) -> None:
        """Answer."""
        self._handle("DELETE")

    def _handle(self, method: str) -> None:
        try:
            self._body = self._read_body()
            self._refuse_browsers()
            parts = urlsplit(self.path)
            code, body = 200, self.answer(method, unquote(parts.path), dict(parse_qsl(parts.query)))
        except ApiError as error:
            code, body = error.code, {"error": {"code": error.code, "message": error.message, "status": error.status}}
        except Exception:  # noqa: BLE001
            # The boundary of the server: the caller gets an answer, the log the reason.
            _log.exception("%s failed", method)
            code, body = 500, {"error": {"code": 500, "message": "internal error", "status": "INTERNAL"}}
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            raise ApiError(413, "INVALID_ARGUMENT", f"a body has a Content-Length of at most {_LARGEST_BODY}")
        return self.rfile.read(int(length))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ARG002 - the signature of the base class
        """Requests go to the log at debug level, without their query."""
        _log.debug("%s %s", self.command, urlsplit(self.path).path)
