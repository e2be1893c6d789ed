"""A song's counts as frames of the video: every absolute beat time is rounded once, here, and never again."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import median

from bachata.errors import InvalidRequest
from bachata.music.document import Analysis
from bachata.timeline import frames_of

COUNTS = 8
_NEAR = 0.07  # seconds within which a beat is at a time: the window of mir_eval's F-measure
_PERIOD_BEATS = 17  # beats whose median spacing extends the grid beyond a song's first and last beat


@dataclass(frozen=True)
class Grid:
    """Counts of a song on a frame grid; index 0 is a count 1 at or before the first frame.

    `times` (seconds) and `frames` run over the same counts; those before `first` and from `last` on were extrapolated
    because the song has no beat there. `shift` turns an index of this grid into one of the Analysis's beats.
    """

    rate: Fraction
    times: tuple[float, ...]
    frames: tuple[int, ...]
    first: int
    last: int
    shift: int
    end_frame: int

    def beat_index(self, index: int) -> int | None:
        """The Analysis's beat at grid index `index`, None where the grid was extrapolated."""
        return index - self.shift if self.first <= index < self.last else None

    def index_at(self, frame: int) -> int:
        """The first grid index at or after `frame`."""
        return bisect_left(self.frames, frame)


def tempi(analysis: Analysis, begin: float, end: float) -> tuple[float, float]:
    """Beats a minute of the slowest and of the quickest eight counts from `begin` to `end`, seconds of the song; the
    song's tempo twice where it has no eight counts there."""
    beats = [b for b in analysis.beats if begin - _NEAR <= b <= end + _NEAR]
    eights = [b - a for a, b in zip(beats, beats[COUNTS:], strict=False)]
    if not eights:
        return analysis.tempo, analysis.tempo
    return 60 * COUNTS / max(eights), 60 * COUNTS / min(eights)


def grid(analysis: Analysis, rate: Fraction) -> Grid:
    """The grid of a song, from a count 1 at or before frame 0 to the first count 1 at or after its end.

    Raises InvalidRequest if the Analysis holds fewer than two beats.
    """
    beats = list(analysis.beats)
    if len(beats) < 2:
        raise InvalidRequest(
            "No beat was found in this song, so no step can land on a count: give a song with a steady rhythm"
        )
    head = _period(beats[:_PERIOD_BEATS])
    tail = _period(beats[-_PERIOD_BEATS:])
    before = max(0, math.ceil(beats[0] / head - 1e-9))
    # Counts run in eights from the marked count 1 in both directions; one is needed at or before the first frame.
    phase = (analysis.count_one + before) % COUNTS
    before += (COUNTS - phase) % COUNTS
    end_frame = math.floor(Fraction(analysis.duration) * rate)
    times = [beats[0] - head * i for i in range(before, 0, -1)] + beats
    while times[-1] < analysis.duration or (len(times) - 1) % COUNTS:
        times.append(times[-1] + tail)
    frames = frames_of(times, rate)
    skip = max(i for i in range(0, len(times), COUNTS) if frames[i] <= 0 or i == 0)
    return Grid(
        rate=rate,
        times=tuple(times[skip:]),
        frames=tuple(frames[skip:]),
        first=max(0, before - skip),
        last=before + len(beats) - skip,
        shift=before - skip,
        end_frame=end_frame,
    )


def _period(beats: list[float]) -> float:
    return median(b - a for a, b in pairwise(beats))
