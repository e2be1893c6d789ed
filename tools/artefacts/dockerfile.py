"""A Dockerfile, read: the instructions of our images, no more of the language than they use."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Instruction:
    """One instruction. `exec_form`: its arguments were a JSON array, so no shell is asked."""

    keyword: str
    arguments: tuple[str, ...]
    exec_form: bool
    line: int


@dataclass(frozen=True)
class Stage:
    """A FROM and what follows it up to the next."""

    base: str
    name: str | None
    instructions: tuple[Instruction, ...]

    def all(self, keyword: str) -> list[Instruction]:
        """Its instructions of this kind, in order."""
        return [i for i in self.instructions if i.keyword == keyword]


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile.

    Raises ValueError for a line that is no instruction, and for one that stands before the first FROM.
    """
    found: list[Stage] = []
    for instruction in _instructions(text):
        if instruction.keyword == "FROM":
            base, *rest = instruction.arguments
            found.append(Stage(base, rest[1] if len(rest) == 2 and rest[0].upper() == "AS" else None, ()))
        elif not found:
            raise ValueError(f"line {instruction.line}: {instruction.keyword} before FROM")
        else:
            last = found[-1]
            found[-1] = Stage(last.base, last.name, (*last.instructions, instruction))
    return found


def _instructions(text: str) -> Iterator[Instruction]:
    waiting, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        start = start if waiting else number
        waiting += line.strip()
        if waiting.endswith("\\"):
            waiting = waiting[:-1]
            continue
        yield _instruction(waiting, start)
        waiting = ""
    if waiting:
        raise ValueError(f"line {start}: the file ends in the middle of an instruction")


def _instruction(text: str, line: int) -> Instruction:
    keyword, _, rest = text.partition(" ")
    if not keyword.isalpha() or not rest.strip():
        raise ValueError(f"line {line}: not an instruction: {text}")
    exec_form = rest.lstrip().startswith("[")
    arguments = json.loads(rest) if exec_form else shlex.split(rest)
    return Instruction(keyword.upper(), tuple(map(str, arguments)), exec_form, line)
