"""Run by an artefact's own interpreter in its folder: import main, and exit 1 naming what that reached for.

A function is imported before its server forks, a job before it is asked to do anything: what is opened then is shared,
or in vain. Reading modules is fine; anything else is not (audit events: docs.python.org/3/library/audit_events.html).
"""

# ruff: noqa: PTH100, PTH109, PTH120 (audit events speak of paths as text)
import os
import sys

_CODE = (sys.prefix, sys.base_prefix, os.getcwd(), os.path.dirname(os.__file__))
_NEVER = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.fork", "os.mkdir", "os.remove"}
_found: list[str] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if event in _NEVER:
        _found.append(f"{event} {arguments[1:2]}")
    elif event == "open":
        path, mode = str(arguments[0]), str(arguments[1] or "r")
        if not os.path.abspath(path).startswith(_CODE) or set(mode) & set("wax+"):
            _found.append(f"open {path} {mode}")


sys.path.insert(0, "")
sys.addaudithook(_listen)
import main  # noqa: E402, F401

sys.exit("\n".join(_found) or 0)
