"""What the workflow's definition says about the world around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from bachata.local.workflows.loader import load_yaml

_VARIABLE = re.compile(r'sys\.get_env\("(?!GOOGLE_)([A-Z_]+)"')
_ASSIGNED = re.compile(r'\$\{sys\.get_env\("([A-Z_]+)"\)\}')
_NAME = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Definition:
    """`text` is the YAML of ``workflows/choreography.yaml``."""

    text: str

    @property
    def variables(self) -> set[str]:
        """Variables of its own that it reads."""
        return set(_VARIABLE.findall(self.text))

    @property
    def connectors(self) -> set[str]:
        """Calls that are somebody's API or the log: each needs a role."""
        return {call["call"] for call in self._calls() if call["call"].startswith(("googleapis.", "sys.log"))}

    def patience(self) -> dict[str, int]:
        """Of each variable that holds a function's address, the most seconds a call of it may take."""
        addresses = {
            name: match[1]
            for step in self._maps()
            for assigned in step.get("assign", ())
            for name, value in assigned.items()
            if isinstance(value, str) and (match := _ASSIGNED.fullmatch(value))
        }
        longest: dict[str, int] = {}
        for call in self._calls():
            named = _NAME.fullmatch(str(call.get("args", {}).get("url", "")))
            if call["call"] == "post" and named and named[1] in addresses:
                seconds = call["args"]["timeout"]
                if isinstance(seconds, int):
                    variable = addresses[named[1]]
                    longest[variable] = max(seconds, longest.get(variable, 0))
        return longest

    def requests(self) -> list[dict[str, Any]]:
        """Arguments of every HTTP request."""
        return [call["args"] for call in self._calls() if call["call"].startswith("http.")]

    def render(self) -> dict[str, Any]:
        """Arguments of the call that runs the job."""
        [call] = [call for call in self._calls() if call["call"].endswith("jobs.run")]
        arguments: dict[str, Any] = call["args"]
        return arguments

    def logged(self) -> list[set[str]]:
        """Fields of each line it writes to the log."""
        return [set(call["args"]["json"]) for call in self._calls() if call["call"] == "sys.log"]

    def _calls(self) -> Iterator[dict[str, Any]]:
        return (part for part in self._maps() if isinstance(part.get("call"), str))

    def _maps(self) -> Iterator[dict[str, Any]]:
        waiting: list[Any] = [_document(self.text)]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                yield part
                waiting.extend(part.values())
            elif isinstance(part, list):
                waiting.extend(part)


@cache
def _document(text: str) -> Any:
    return load_yaml(text)[0]
