"""How a Cloud Function speaks: JSON in, JSON out, every failure as the one error body.

A function's ``main.py`` is a decorated call into a room and nothing else::

    @json_endpoint("finalize")
    def finalize(body: dict[str, Any]) -> dict[str, Any]:
        return service.answer(read(FinalizeRequest, body))
"""

from __future__ import annotations

import functools
import json
import logging
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import flask
from pydantic import BaseModel, ValidationError

from bachata import logs, settings
from bachata.errors import BachataError, InvalidRequest, Unavailable

Handler = Callable[[dict[str, Any]], dict[str, Any]]
Model = TypeVar("Model", bound=BaseModel)

_log = logs.get_logger(__name__)


def json_endpoint(stage: str) -> Callable[[Handler], Callable[[flask.Request], flask.Response]]:
    """Make an HTTP target of a function from JSON object to JSON object.

    Log lines written inside carry task_id, execution, stage and the request's trace. A BachataError answers with its
    own status and body, a database that is away with 503, anything else with 500 `INTERNAL`: the traceback goes to
    the log, never into the answer.
    """

    def decorate(handler: Handler) -> Callable[[flask.Request], flask.Response]:
        @functools.wraps(handler)
        def endpoint(request: flask.Request) -> flask.Response:
            body: Any = request.get_json(silent=True)
            known = body if isinstance(body, dict) else {}
            with logs.bound(
                task_id=_text(known.get("task_id")),
                execution=_text(known.get("execution")),
                stage=stage,
                trace=logs.trace_of(request.headers),
            ):
                try:
                    _configure_logs()
                    answer = _render(handler(_object(request, body)))
                except Exception as error:  # noqa: BLE001 - the outermost frame: nothing may leave as HTML
                    return _failure(error, stage)
                return flask.Response(answer, status=200, mimetype="application/json")

        return endpoint

    return decorate


def read(model: type[Model], body: dict[str, Any]) -> Model:
    """`body` as a `model`.

    Raises InvalidRequest naming every field at fault, with the allowed values where there are some.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        faults = [f"{_place(_untagged(e['loc'], body))}: {_sentence(e)}" for e in error.errors()]
        listed = "; ".join(dict.fromkeys(faults))
        raise InvalidRequest(f"The request cannot be used: {listed}", details=listed) from None


def _object(request: flask.Request, body: Any) -> dict[str, Any]:
    if request.method != "POST":
        raise InvalidRequest(f"Use POST with a JSON object, not {request.method}")
    # Only declared JSON is read: a web page can post text/plain to a loopback server without asking, JSON it cannot.
    if not request.is_json:
        raise InvalidRequest("Send the header Content-Type: application/json and a JSON object as the body")
    if not isinstance(body, dict):
        raise InvalidRequest("The body is not a JSON object", details=f"{len(request.get_data())} bytes received")
    return body


def _failure(error: Exception, stage: str) -> flask.Response:
    known = _as_known(error)
    if known is None:
        _log.error("unexpected failure in %s", stage, exc_info=error)
        known = BachataError(
            "Something went wrong on our side; the log has the particulars", details=type(error).__name__
        )
    else:
        level = logging.WARNING if known.http_status < 500 else logging.ERROR
        _log.log(level, "%s: %s", known.code, known.message, extra={"details": known.details})
    body = {**known.as_dict(), "stage": known.stage or stage}
    return flask.Response(_render(body), status=known.http_status, mimetype="application/json")


def _as_known(error: Exception) -> BachataError | None:
    """The error of our tree this stands for, if any.

    Engines of `bachata.tasks` raise Unavailable by themselves; this catches a pool that ran dry and engines made
    elsewhere. A function without a database never imports SQLAlchemy, hence the look at what is loaded.
    """
    if isinstance(error, BachataError):
        return error
    exc = sys.modules.get("sqlalchemy.exc")
    if exc is not None and isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
        _log.error("the database is away", exc_info=error)
        return Unavailable("The database does not answer; try again", details=type(error).__name__)
    return None


def _render(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, allow_nan=False)


def _text(value: Any) -> str | None:
    return value[:100] if isinstance(value, str) else None


def _untagged(location: tuple[int | str, ...], body: dict[str, Any]) -> tuple[int | str, ...]:
    """Where in the body, without the name of the request's kind that pydantic puts in front for a tagged union."""
    return location[1:] if len(location) > 1 and location[0] not in body else location


def _place(location: tuple[int | str, ...]) -> str:
    return "$" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location)


def _sentence(error: Any) -> str:
    if error["type"] == "missing":
        return "is required"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _configure_logs() -> None:
    if logging.getLogger("bachata").handlers:
        return
    env = settings.load()
    logs.configure(
        level=env.log_level, json_lines=env.log_format == "json", project=env.google_cloud_project, stream=sys.stderr
    )
