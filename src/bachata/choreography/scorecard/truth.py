"""Where the beats of a song really are, from somebody who tapped or generated them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bachata.errors import InvalidRequest


@dataclass(frozen=True)
class Truth:
    """`beats`: seconds of the song, two or more, strictly rising; `count_one`: index of one that is a count 1."""

    beats: tuple[float, ...]
    count_one: int


def read_truth(text: str | bytes, name: str) -> Truth:
    """A truth from JSON `{"beats": [seconds, …], "count_one": index}`; other keys are ignored.

    Raises InvalidRequest with every fault; `name` is what it calls the document.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The truth {name} is not JSON: {error}") from None
    beats = document.get("beats") if isinstance(document, dict) else None
    one = document.get("count_one") if isinstance(document, dict) else None
    problems = [fault for fault in (_beats_fault(beats), _one_fault(one, beats)) if fault]
    if problems:
        raise InvalidRequest(f"The truth {name} cannot be used: {'; '.join(problems)}")
    return Truth(tuple(float(beat) for beat in beats or ()), int(one or 0))


def _beats_fault(beats: Any) -> str | None:
    if not isinstance(beats, list) or len(beats) < 2:
        return "beats: give a list of two or more times in seconds"
    if wrong := [i for i, beat in enumerate(beats) if not _is_time(beat)]:
        return f"beats[{wrong[0]}]: {beats[wrong[0]]!r} is not a time in seconds"
    if late := [i for i, (a, b) in enumerate(pairwise(beats), 1) if b <= a]:
        return f"beats[{late[0]}]: beats must rise strictly"
    return None


def _one_fault(one: Any, beats: Any) -> str | None:
    known = len(beats) if isinstance(beats, list) else math.inf
    if isinstance(one, bool) or not isinstance(one, int) or not 0 <= one < known:
        return f"count_one: {one!r} is not the index of a beat that is a count 1"
    return None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
