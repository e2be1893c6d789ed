"""The http module: one request, its answer as a value or as a catchable error. Nothing is retried here.

https://cloud.google.com/workflows/docs/http-requests
"""

from __future__ import annotations

import ipaddress
import logging
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from . import limits
from .arguments import AUTH_ENTRIES, METHODS
from .context import Context
from .errors import WorkflowError, limit_error, system_error, type_error, value_error
from .stdlib.encoding import decode_json, encode_json
from .stdlib.registry import function, want_map, want_number, want_string
from .values import Value, is_number, type_name

_log = logging.getLogger("bachata.local.workflows")

_OPTIONAL: dict[str, Value] = {"timeout": None, "body": None, "headers": None, "query": None, "auth": None}
_CHUNK_BYTES = 64 * 1024


def _method_function(method: str) -> None:
    @function(f"http.{method.lower()}", "url", blocking=True, needs_context=True, **_OPTIONAL)
    def run(context: Context, url: Value, *options: Value) -> Value:
        return _request(context, method, url, options)


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    _method_function(_method)


@function("http.request", "method", "url", blocking=True, needs_context=True, **_OPTIONAL)
def request(context: Context, method: Value, url: Value, *options: Value) -> Value:
    """Any method."""
    name = want_string(method, "http.request method")
    if name not in METHODS:
        raise value_error(f"unknown method {name}; one of {', '.join(sorted(METHODS))}")
    return _request(context, name, url, options)


def _request(context: Context, method: str, url: Value, options: tuple[Value, ...]) -> Value:
    timeout, body, headers, query, auth = options
    seconds = want_number(limits.HTTP_TIMEOUT_SECONDS if timeout is None else timeout, "timeout")
    if not 0 < seconds <= limits.HTTP_TIMEOUT_MAXIMUM_SECONDS:
        raise value_error(f"timeout is above 0 and at most {limits.HTTP_TIMEOUT_MAXIMUM_SECONDS} seconds")
    return send(context, method, _checked_url(url), seconds, body=body, headers=headers, query=query, auth=auth)


def send(
    context: Context,
    method: str,
    url: str,
    seconds: float,
    *,
    body: Value = None,
    headers: Value = None,
    query: Value = None,
    auth: Value = None,
) -> dict[str, Value]:
    """Send one request: `{body, code, headers}`, or an HttpError, ConnectionError or TimeoutError of the workflow."""
    sent_headers = {name: _header(name, value) for name, value in want_map(headers or {}, "headers").items()}
    data = _encode_body(body, sent_headers)
    token = _token(context, auth, url)
    if token is not None:
        sent_headers["Authorization"] = f"Bearer {token}"
    parameters = {name: _query(name, value) for name, value in want_map(query or {}, "query").items()}

    def exchange() -> tuple[int, dict[str, str], bytes]:
        with requests.Session() as session:
            # No proxy and no .netrc of the user may come between two processes of one machine.
            session.trust_env = not is_loopback(url)
            answer = session.request(
                method, url, params=parameters, data=data, headers=sent_headers, timeout=seconds, stream=True
            )
            return answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, _read(answer)

    _log.debug("%s %s", method, _without_query(url))
    try:
        code, answer_headers, content = context.interruptible(exchange, seconds)
    except (requests.Timeout, TimeoutError):
        raise system_error("TimeoutError", f"no answer within {seconds} seconds", "OSError") from None
    except requests.ConnectionError as error:
        raise _connection_error(error) from None
    except requests.RequestException as error:
        raise value_error(f"the request cannot be sent: {type(error).__name__}") from None
    _log.debug("%s %s -> %d", method, _without_query(url), code)
    if code >= 400:
        raise _http_error(code, answer_headers, content)
    return {"body": _decode_body(answer_headers, content), "code": code, "headers": answer_headers}


def _read(answer: requests.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_content(_CHUNK_BYTES):
        size += len(part)
        if size > limits.RESPONSE_BYTES:
            raise limit_error(f"the response exceeds {limits.RESPONSE_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


def _checked_url(url: Value) -> str:
    text = want_string(url, "url")
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise value_error("url must begin with http:// or https:// and name a host")
    return text


def _header(name: str, value: Value) -> str:
    if isinstance(value, bool) or not (isinstance(value, str) or is_number(value)):
        raise type_error(f"the header {name} must be a string, not {type_name(value)}")
    text = str(value)
    if "\n" in text or "\r" in text:
        raise value_error(f"the header {name} holds a line break")
    return text


def _query(name: str, value: Value) -> Any:
    if isinstance(value, list):
        return [_query(name, item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) or is_number(value):
        return str(value)
    raise type_error(f"the query parameter {name} must be a string, not {type_name(value)}")


def _encode_body(body: Value, headers: dict[str, str]) -> bytes | None:
    """The bytes to send; anything but null is sent. Sets the Content-Type when the workflow did not."""
    if body is None:
        return None
    given = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    if isinstance(body, bytes):
        if given is None:
            headers["Content-Type"] = "application/octet-stream"
        return body
    kind = (given or "application/json").partition(";")[0].strip().lower()
    if given is None:
        headers["Content-Type"] = "application/json; charset=utf-8"
    if kind == "application/x-www-form-urlencoded" and isinstance(body, dict):
        return requests.models.RequestEncodingMixin._encode_params(  # type: ignore[attr-defined,no-any-return]
            {name: _query(name, value) for name, value in body.items()}
        ).encode()
    if isinstance(body, str) and not _is_json(kind):
        return body.encode()
    return encode_json(body).encode()


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _decode_body(headers: dict[str, str], content: bytes) -> Value:
    """JSON as a value, text as a string, anything else as bytes."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if _is_json(kind):
        if not content:
            return None
        try:
            return decode_json(content)
        except ValueError:
            raise value_error("the response says it is JSON but is not") from None
    if kind.startswith("text/") or not content or kind in {"application/xml", "application/x-www-form-urlencoded"}:
        return content.decode("utf-8", "replace")
    return content


def _http_error(code: int, headers: dict[str, str], content: bytes) -> WorkflowError:
    try:
        body = _decode_body(headers, content)
    except WorkflowError:
        body = content.decode("utf-8", "replace")
    fields = {"message": f"HTTP server responded with error code {code}", "tags": ["HttpError"]}
    return WorkflowError({**fields, "code": code, "headers": headers, "body": body})


def _connection_error(error: requests.ConnectionError) -> WorkflowError:
    """ConnectionFailedError when no connection came about (so nothing was sent), ConnectionError when it was lost."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError):
        return system_error("ConnectionFailedError", "the connection could not be established", "ConnectionError")
    return system_error("ConnectionError", "the connection was lost before the answer was complete")


def _token(context: Context, auth: Value, url: str) -> str | None:
    """The bearer token the workflow asks for. Without a token source only this machine may be called, without one."""
    if auth is None:
        return None
    options = want_map(auth, "auth")
    kind = options.get("type")
    if kind not in {"OIDC", "OAuth2"}:
        raise value_error("auth.type is OIDC or OAuth2")
    if unknown := sorted(set(options) - AUTH_ENTRIES):
        raise value_error(f"unknown entry of auth: {', '.join(unknown)}")
    audience = options.get("audience")
    if audience is not None:
        want_string(audience, "auth.audience")
    if context.token_source is not None:
        return context.token_source(kind, audience or (url if kind == "OIDC" else None))
    if not is_loopback(url):
        raise system_error("AuthError", "no credentials for a service outside this machine; give a token source")
    return None


def is_loopback(url: str) -> bool:
    """Whether the URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
