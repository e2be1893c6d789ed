"""Beats carried on, bar by bar, from where the music is steady to where it ends.

A beat tracker slips where little is struck: it comes out of a break on the off-beat, and in a beatless intro it taps on
regardless. So only its longest steady run is believed. From there each next bar is predicted from the beats heard
last, moved as a whole to where its attacks fit best, and its beats are put on the attacks near them. Where nothing is
struck, harmony's turns are the landmarks (`turns`), and where there are none either, the tempo goes on as it went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from bachata.music.attacks import Attacks
from bachata.music.turns import Harmonies

Array = NDArray[np.float64]
Second = TypeVar("Second", float, Array)

_BAR: Final = 4
_LOOK: Final = 8  # beats that decide together where the next bar lies
_MEMORY: Final = 24  # heard beats from which the next are predicted
_FADING: Final = 16.0  # beats after which a change of tempo has stopped going on
_ASTRAY: Final = 2.0  # times or parts of its usual length: what a beat never becomes
_CHANGE: Final = 0.04  # of a beat: the most a tempo is expected to go on changing
_CERTAIN: Final = 0.008  # seconds a prediction may be off where the last beat was heard
_DOUBT: Final = 0.0015  # seconds, times the unheard beats to the power 1.5: 12 ms after a bar, 96 ms after two eights
_SWING: Final = 0.3  # of a beat a bar may be moved at most: beyond lies the off-beat
_ON_BEAT: Final = 1.1  # times what is struck all over a bar must be struck on its beats
_AS_USUAL: Final = 0.3  # of what is usually struck on beats; pads reach a tenth
TURN_WEIGHT: Final = 0.3
"""Weight of a beat known by a turn of harmony."""
_LATE: Final = (0.08, 0.05)  # seconds a turn comes after its beat: usual, and its deviation
_TURN_REACH: Final = 0.25  # of a beat
_TURN_NOISE: Final = 0.025  # seconds by which turns scatter around their lateness
_LIVELY: Final = 0.02  # relative wandering of the tempo for which `_DOUBT` holds
_STEADY: Final = 0.15  # of that doubt is left for a machine's tempo
TAP_WEIGHT: Final = 0.15
"""Weight of a beat known by a tracker's tap."""

_TAP_REACH: Final = 0.15  # of a beat
_TAPPED: Final = 0.015  # seconds a tap is off
_TOGETHER: Final = 1.3  # beats from tap to tap at most for an eighth between them to be known
_SPAN: Final = 16  # beats over which a tempo is measured
FAINT: Final = 0.01
"""Weight of a beat that was only predicted."""


@dataclass(frozen=True)
class Walked:
    """Consecutive beats: `times` in seconds; `weight` 0..1, how clearly each was heard, `FAINT` where it was not;
    `struck`: whether it was heard by an attack; `doubt`: seconds (a deviation) by which it may be off."""

    times: Array
    weight: Array
    struck: NDArray[np.bool_]
    doubt: Array

    @classmethod
    def begun(cls, times: Array, weight: Array) -> Walked:
        """Beats to begin with; a weight of 0 means that one was not heard."""
        return cls(times, np.maximum(weight, FAINT), weight > 0, np.full(times.size, _CERTAIN))

    def mirrored(self, length: float) -> Walked:
        """The same beats seen from the end of a song of `length` seconds."""
        return Walked(length - self.times[::-1], self.weight[::-1], self.struck[::-1], self.doubt[::-1])


@dataclass(frozen=True)
class Clues:
    """What tells where beats lie. `tapped`: a tracker's raw beats or a finer pulse that holds them, seconds."""

    attacks: Attacks
    harmonies: Harmonies
    tapped: Array


def walk(begun: Walked, clues: Clues, first: float, last: float) -> Walked:
    """`begun`, carried on so that no beat is missing from second `first` to `last`."""
    forward = _Walk(begun, clues, backward=None).until(last)
    length = clues.attacks.length
    return _Walk(forward.mirrored(length), clues, backward=length).until(length - first).mirrored(length)


class _Walk:
    """Beats so far, growing at their end. `backward`: the song's length when its time is run from its end."""

    def __init__(self, begun: Walked, clues: Clues, *, backward: float | None) -> None:
        self.times, self.weight = list(begun.times), list(begun.weight)
        self.struck, self.doubt = list(begun.struck), list(begun.doubt)
        self.attacks, self.harmonies, self.backward = clues.attacks, clues.harmonies, backward
        self.tapped = np.sort(self._in_song(clues.tapped))
        self.usual_strength = float(np.median(self.attacks.strength(self._in_song(begun.times))))
        self.usual_beat = float(np.median(np.diff(begun.times)))
        self.unsteady = _unsteadiness(begun)
        self.lateness: tuple[float, float] | None = None  # of turns, and its deviation, seconds; from the first met

    def until(self, end: float) -> Walked:
        """All beats up to `end` seconds."""
        while self.times[-1] < end:
            size = len(self.times)
            self._bar()
            beat = (self.times[-1] - self.times[size - 1]) / _BAR
            if not self.usual_beat / _ASTRAY < beat < self.usual_beat * _ASTRAY:
                # The prediction broke down: better to stop than to run back, or to count ever smaller beats.
                for known in (self.times, self.weight, self.struck, self.doubt):
                    del known[size:]
                break
        keep = len(self.times)
        while keep > 1 and self.times[keep - 1] > end:
            keep -= 1
        return Walked(*(np.array(known[:keep]) for known in (self.times, self.weight, self.struck, self.doubt)))

    def _bar(self) -> None:
        predicted, beat = self._predicted(_LOOK)
        doubt = self._doubt(len(self.times))
        moved = self._tapped((predicted + self._moved(predicted, doubt, beat))[:_BAR], beat)
        if self._is_struck(moved, beat):
            found, weight = self.attacks.near(self._in_song(moved))
            self._add(np.where(weight > 0, self._in_song(found), moved), weight, np.full(_BAR, _CERTAIN))
            return
        first = len(self.times)
        doubts = np.array([self._doubt(first + k) for k in range(_BAR)])
        self._add(predicted[:_BAR], np.zeros(_BAR), doubts)
        self._turns(first, beat)
        self._taps(first, beat)

    def _add(self, times: Array, weight: Array, doubt: Array) -> None:
        self.times.extend(times.tolist())
        self.weight.extend(np.maximum(weight, FAINT).tolist())
        self.struck.extend((weight > 0).tolist())
        self.doubt.extend(doubt.tolist())

    def _doubt(self, beat: int) -> float:
        """Seconds by which the prediction of a beat may be off, as the tempo of this song has wandered so far."""
        known = min(beat, len(self.weight))
        heard = next((k for k in range(known - 1, 0, -1) if self.weight[k] > 2 * FAINT), 0)
        return float(np.hypot(self.doubt[heard], self.unsteady * _DOUBT * (beat - 1 - heard) ** 1.5))

    def _predicted(self, count: int) -> tuple[Array, float]:
        """(the next `count` beats, length of a beat), in seconds."""
        weight = np.array(self.weight[-4 * _MEMORY :])
        known = np.flatnonzero(weight > 2 * FAINT)[-_MEMORY:]
        if known.size < _BAR:
            known = np.arange(weight.size)[-_MEMORY:]
        times = np.array(self.times[-weight.size :])
        at = known - known[-1]
        degree = 2 if known.size >= _MEMORY // 2 else 1
        curve = np.polyfit(at, times[known], degree, w=np.sqrt(weight[known]))
        bend, beat, here = curve if degree == 2 else (0.0, *curve)
        unheard = weight.size - 1 - int(known[-1])
        k = np.arange(unheard + 1, unheard + 1 + count)
        # A tempo that was changing goes on changing for a while, then stays.
        change = 2 * bend * _FADING * (k - _FADING * (1 - np.exp(-k / _FADING)))
        change = np.clip(change, -_CHANGE * beat * k, _CHANGE * beat * k)
        return here + beat * k + change, beat

    def _moved(self, ahead: Array, doubt: float, beat: float) -> float:
        """Seconds by which the attacks want the bar moved, against how certain the prediction was."""
        reach = min(_SWING * beat, 4.0 * doubt)
        shifts = np.arange(-reach, reach + 1e-9, 0.003)
        heard = self.attacks.strength(self._in_song(ahead[:, None] + shifts)).sum(axis=0)
        return float(shifts[(heard - 0.5 * (shifts / doubt) ** 2).argmax()]) if heard.any() else 0.0

    def _is_struck(self, bar: Array, beat: float) -> bool:
        """Whether the beats of a bar are struck as elsewhere in the song, and more than what lies between them: what
        swells does so everywhere."""
        everywhere = np.arange(bar[0] - beat / 2, bar[-1] + beat / 2, 0.005)
        on, all_over = (float(self.attacks.strength(self._in_song(times)).mean()) for times in (bar, everywhere))
        return on > _ON_BEAT * all_over and on > _AS_USUAL * self.usual_strength

    def _turns(self, first: int, beat: float) -> None:
        """Draw the beats from `first` on to where harmony turns, once it is known how late its turns are."""
        for i in range(first, len(self.times)):
            at, doubt = self._in_song(self.times[i]), self._doubt(i)
            turn = self.harmonies.turn(at, beat)
            if turn is None:
                continue
            if self.lateness is None:
                usual, spread = _LATE
                precision = np.array([spread, doubt]) ** -2.0
                late = float(np.average([usual, turn - at], weights=precision))
                self.lateness = late, float(precision.sum() ** -0.5)
            late, unsure = self.lateness
            if abs(turn - at - late) < _TURN_REACH * beat:
                noise = float(np.hypot(_TURN_NOISE, unsure))
                gain = doubt**2 / (doubt**2 + noise**2)
                self.times[i] = self._in_song(at + gain * (turn - at - late))
                self.weight[i], self.doubt[i] = TURN_WEIGHT, float(np.sqrt(gain)) * noise

    def _taps(self, first: int, beat: float) -> None:
        """Put beats that are known by nothing else where the tracker tapped them."""
        tapped = self._tapped(np.array(self.times[first:]), beat)
        for i, time in enumerate(tapped.tolist(), first):
            if self.weight[i] <= FAINT and time != self.times[i]:
                self.times[i], self.weight[i], self.doubt[i] = time, TAP_WEIGHT, _TAPPED

    def _tapped(self, bar: Array, beat: float) -> Array:
        """Each beat of a bar where the tracker tapped it or an eighth near it; where it did not, as it was."""
        if self.tapped.size < 2:
            return bar
        after = np.clip(np.searchsorted(self.tapped, bar), 1, self.tapped.size - 1)
        left, right = self.tapped[after - 1], self.tapped[after]
        near = np.stack([left, right, np.where(right - left < _TOGETHER * beat, (left + right) / 2, np.inf)])
        nearest = near[np.abs(near - bar).argmin(axis=0), np.arange(bar.size)]
        return np.where(np.abs(nearest - bar) < _TAP_REACH * beat, nearest, bar)

    def _in_song(self, second: Second) -> Second:
        return second if self.backward is None else self.backward - second


def _unsteadiness(begun: Walked) -> float:
    """How much the tempo wanders from one pair of eights to another, as a share of `_LIVELY`, from `_STEADY` to 1."""
    if begun.times.size < 4 * _SPAN:
        return 1.0
    length = begun.times[_SPAN:] - begun.times[:-_SPAN]
    return float(np.clip(np.ptp(length) / length.mean() / 2 / _LIVELY, _STEADY, 1.0))
