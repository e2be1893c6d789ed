"""Exact time. Frames are integers, rates are Fractions; float seconds appear only at the edges.

A beat becomes a frame once, from its absolute time; durations are differences of frames. Rounding each length apart
would drift: 400 ms over 60 moves of 8 counts at 125 BPM and 30 fps.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

Number = int | float | Fraction

# NTSC rates are N·1000/1001 and travel through documents as decimals (29.97, 23.976). The widest of them in use, 23.98
# for 24000/1001, is 0.017 % off; neighbouring real rates (24 and 24000/1001) are 0.1 % apart.
_NTSC_TOLERANCE = Fraction(3, 10_000)

TOLERANCE = Fraction(1, 1000)
"""A picture counts as presented up to this early, in seconds: half a tick of a millisecond time base (Matroska, AVI)
and half a millisecond for times that a document rounds to three digits."""

_RATE_TEXT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}|/[0-9]{1,9})?")


def frame_rate(value: Number | str) -> Fraction:
    """The exact frame rate meant by `value`, in frames a second.

    Decimals near an NTSC rate (29.97, 59.94, 23.976) become N·1000/1001; ``"30000/1001"`` is read as written.

    Raises ValueError if it is not a finite number greater than zero.
    """
    # Text comes from documents: Fraction would spend minutes on the exponent of "1e999999999".
    if isinstance(value, str) and not _RATE_TEXT.fullmatch(value):
        raise ValueError(f"{value[:40]!r} is not a frame rate; write it as 30, 29.97 or 30000/1001")
    try:
        exact = Fraction(value) if not isinstance(value, float) else Fraction(str(value))
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{value!r} is not a frame rate") from error
    if exact <= 0:
        raise ValueError(f"a frame rate is greater than zero, not {value!r}")
    if exact.denominator in {1, 1001}:
        return exact
    ntsc = Fraction(round(exact * Fraction(1001, 1000)) * 1000, 1001)
    if ntsc and abs(exact - ntsc) / exact < _NTSC_TOLERANCE:
        return ntsc
    rate = exact.limit_denominator(100_000)
    if not rate:
        raise ValueError(f"{value!r} is too small for a frame rate")
    return rate


def frame_at(seconds: Number, rate: Fraction) -> int:
    """The frame nearest to an absolute time; halves round up so that equal inputs never split.

    Raises ValueError if `seconds` is not finite.
    """
    if isinstance(seconds, float) and not math.isfinite(seconds):
        raise ValueError(f"{seconds!r} is not a time")
    return math.floor(Fraction(seconds) * rate + Fraction(1, 2))


def seconds_at(frame: int, rate: Fraction) -> float:
    """The time of a frame in seconds, for people, logs and foreign formats. Never compute with it."""
    return float(frame / rate)


def frames_of(times: Iterable[Number], rate: Fraction) -> list[int]:
    """Absolute times (seconds) as frames, each rounded on its own so that error never accumulates."""
    return [frame_at(t, rate) for t in times]


def durations(frames: Sequence[int]) -> list[int]:
    """Lengths between neighbouring absolute frames: one fewer than given, and their sum is exact."""
    return [b - a for a, b in pairwise(frames)]
