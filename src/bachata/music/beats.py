"""Beats as a person would tap them, found by dynamic programming (Ellis 2007) along the tempo curve."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import peak_near
from bachata.music.confidence import pulse
from bachata.music.features import FPS
from bachata.music.onsets import BANDS, Onsets
from bachata.music.tempo import tempo_curve

Array = NDArray[np.float64]

TIGHTNESS: Final = (100.0, 400.0)
"""How dearly a beat pays for leaving the tempo. 100 is Ellis' and librosa's: it follows drift. 400 does not slip in a
break or in the ten seconds of a clip. A song tries both; the beats that repeat themselves better win."""

DOUBTFUL: Final = 0.45
"""A pulse below this makes other tempos and other takes worth a try."""

_BETTER: Final = 0.05  # by which another tempo must win
_RATIOS: Final = (3 / 2, 4 / 3)  # upwards only: a slower grid repeats itself better whatever the truth
_PLAUSIBLE: Final = (85.0, 185.0)  # BPM; reference section 4
_STEPPED: Final = 175.0  # BPM above which nobody steps every beat: halved. Bachata ends at about 170
_CLIP_SECONDS: Final = 30.0  # in less than this no tempo drifts

_SHARP: Final = 16.0  # deviations of a stroke from the next: how precisely it has to be met
_HARD: Final = 9.0  # deviations, of three curves together
_SLIP_COST: Final = 90.0  # deviations struck on the other eighths before a slip is believed: some eight bars
_FAINT: Final = 0.22  # a pulse that decides nothing


@dataclass(frozen=True)
class Tracked:
    """Raw beats in seconds, strictly increasing, and the `pulse` they were chosen for, 0..1.

    `finer`: a finer pulse, such as eighths, that holds the beats; the beats themselves where the tracker knows none.
    `others`: beats it would offer instead, for songs in which these turn out badly.
    """

    beats: Array
    pulse: float
    finer: Array = field(default_factory=lambda: np.zeros(0))
    others: tuple[Tracked, ...] = ()

    def __post_init__(self) -> None:
        """Let the beats stand in for a finer pulse."""
        if self.finer.size == 0:
            object.__setattr__(self, "finer", self.beats)


class BeatTracker(Protocol):
    """Anything that hears beats; the rest of the room regresses, extends and counts them.

    One that wants the samples rather than the onsets is given the file when it is made.
    """

    def track(self, heard: Onsets, *, around: float | None = None) -> Tracked:
        """Beats of a song, near a tempo (BPM) when it is known; empty when there are none."""
        ...


class DynamicTracker:
    """The tracker this project ships: tempo curve by Viterbi, the steadier of two beat sequences."""

    def track(self, heard: Onsets, *, around: float | None = None) -> Tracked:
        """See `BeatTracker`."""
        strength = heard.strength
        if strength.size < 2 * FPS or not strength.any():
            return Tracked(np.zeros(0), 0.0)
        if around is not None:
            return _steadiest(heard, tempo_curve(strength, around=around))
        curve = tempo_curve(strength)
        best = _steadiest(heard, curve)
        if best.pulse < DOUBTFUL:
            # Two against three is how a comb errs, above all when a fast tempo drifts.
            middle = float(np.median(curve))
            for tempo in (middle * ratio for ratio in _RATIOS):
                if _PLAUSIBLE[0] <= tempo <= _PLAUSIBLE[1]:
                    other = _steadiest(heard, tempo_curve(strength, around=tempo))
                    best = other if other.pulse > best.pulse + _BETTER else best
        fastest = 60.0 / float(np.median(np.diff(best.beats))) if best.beats.size > 1 else 0.0
        if fastest > _STEPPED:
            # Nothing in the sound tells a slow drifting song's eighths from a fast song's beats, but dancers do.
            best = _steadiest(heard, tempo_curve(strength, around=fastest / 2))
        return best


def _steadiest(heard: Onsets, curve: Array) -> Tracked:
    """The beats along a tempo curve that repeat themselves best; the others beside them where those do badly."""
    tried = TIGHTNESS if heard.strength.size > _CLIP_SECONDS * FPS else TIGHTNESS[-1:]
    eighths = [follow(heard.strength, 2.0 * curve, tightness=tightness) for tightness in tried]
    takes = [_taken(heard, _beats_of_eighths(heard, taken), taken) for taken in eighths]
    # Where neither repeats itself the firm one invents less.
    sure = max(take.pulse for take in takes) > _FAINT
    best = max(takes, key=lambda take: take.pulse) if sure else takes[-1]
    if best.pulse >= DOUBTFUL or len(tried) == 1:
        return best
    beats = [follow(heard.strength, curve, tightness=tightness) for tightness in tried]
    others = [*(take for take in takes if take is not best), *(_taken(heard, taken, taken) for taken in beats)]
    return replace(best, others=tuple(others))


def _taken(heard: Onsets, beats: Array, finer: Array) -> Tracked:
    return Tracked(beats, max(0.0, pulse(heard, beats)), finer)


def _beats_of_eighths(heard: Onsets, eighths: Array) -> Array:
    """Every second of the eighths (seconds): those on which more is struck, bass and drums above all.

    Where the tracker has slipped by an eighth the others are the beats from there on, if the band says so for long
    enough: the likeliest path of a chain of two states.
    """
    marked = heard.strength + heard.bands[BANDS.index("low")] + heard.bands[BANDS.index("mid")]
    struck = np.minimum(peak_near(marked, FPS, eighths, 0.03), _HARD)
    total = np.zeros((eighths.size + 1, 2))
    came = np.zeros((eighths.size, 2), int)
    for i in range(eighths.size):
        stay, leave = total[i], total[i, ::-1] - _SLIP_COST
        came[i] = np.where(stay >= leave, (0, 1), (1, 0))
        total[i + 1] = np.maximum(stay, leave)
        total[i + 1, i % 2] += struck[i]
    state = int(total[-1].argmax())
    beats = []
    for i in range(eighths.size - 1, -1, -1):
        if i % 2 == state:
            beats.append(eighths[i])
        state = int(came[i, state])
    return np.asarray(beats[::-1], dtype=float)


def follow(strength: Array, curve: Array, *, tightness: float) -> Array:
    """Seconds of the best sequence of strokes; `curve`: how many a minute at each frame, `strength` at `FPS`.

    Followed are eighths, at twice the tempo: a sequence of beats is drawn from beat to off-beat and back by whatever is
    struck harder for a while. To eighths it makes no difference; which of them are the beats is then asked of the whole
    song at once.
    """
    periods = 60.0 * FPS / curve
    score = _smooth(strength, float(np.median(periods)))
    size = score.size
    total = score.copy()
    back = np.full(size, -1)
    logs = np.log(np.arange(1, int(periods.max() * 2) + 3))
    threshold = 0.01 * score.max()
    begun = False
    log_period = np.log(periods)
    for i in range(size):
        period = periods[i]
        nearest, furthest = int(period * 0.5), int(period * 2.0)
        first = max(0, i - furthest)
        last = i - nearest
        if last > first:
            window = total[first:last] - tightness * (logs[i - last : i - first][::-1] - log_period[i]) ** 2
            k = int(window.argmax())
            if begun or score[i] >= threshold:
                total[i] = score[i] + window[k]
                back[i] = first + k
                begun = True
    return _trace(total, back, float(np.median(periods))) / FPS


def _trace(total: Array, back: NDArray[np.int_], period: float) -> Array:
    tail = max(0, total.size - int(period))
    at = tail + int(total[tail:].argmax())
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(back[at])
    return np.asarray(beats[::-1], dtype=float)


def _smooth(strength: Array, period: float) -> Array:
    reach = int(period)
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _SHARP / period) ** 2)
    return np.convolve(strength, window, mode="same")
