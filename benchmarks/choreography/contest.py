"""One song, one request, one library: every way to dance it, judged by the same functions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bachata.blueprint import Blueprint
from bachata.choreography.baselines import baselines
from bachata.choreography.brief import Brief
from bachata.choreography.director import Direction, Scene
from bachata.choreography.planner import plan
from bachata.choreography.scorecard import Scorecard, score
from bachata.choreography.scorecard.dance import Dance, Floats, nearest
from bachata.moves.library import Library
from benchmarks.choreography.songs import Song

OURS = "ours"
RANDOM_PREFERENCES = "ours, random preferences"
PREFERRED = 3


class RandomPreferences:
    """No director: it prefers candidates blindly, to show that no preference can break a rule."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def direct(self, brief: Brief, scenes: Sequence[Scene], *, title: str | None = None) -> list[Direction]:
        """See `Director`."""
        del brief, title
        return [
            Direction(tuple(m.clip_id for m in self._dice.sample(s.candidates, min(PREFERRED, len(s.candidates)))))
            for s in scenes
        ]


@dataclass(frozen=True)
class Judged:
    """One way to dance: its scorecard, and the distances of its cuts to our beats and to the true ones, seconds."""

    card: Scorecard
    off_ours: Floats
    off_true: Floats


def contest(song: Song, brief: Brief, library: Library, seed: int) -> dict[str, Judged]:
    """By name. Raises NoMoves if the library cannot dance the song at all."""
    plans = {
        OURS: _plan(song, brief, library),
        RANDOM_PREFERENCES: _plan(song, brief, library, RandomPreferences(seed)),
    }
    others = baselines(plans[OURS], song.analysis, library.moves, tracked=song.tracked, seed=seed)
    return {name: _judged(blueprint, song, brief, library) for name, blueprint in {**plans, **others}.items()}


def _plan(song: Song, brief: Brief, library: Library, director: RandomPreferences | None = None) -> Blueprint:
    return plan(
        song.analysis, library.moves, brief, task_id="bench", user_id="bench", song_key="songs/bench",
        index=library.index, director=director, library=library.name,
    ).blueprint  # fmt: skip


def _judged(blueprint: Blueprint, song: Song, brief: Brief, library: Library) -> Judged:
    card = score(blueprint, song.analysis, library.moves, brief=brief, index=library.index, truth=song.truth)
    dance = Dance.of(blueprint, song.analysis, library.moves, brief)
    true = np.array(song.truth.beats)
    return Judged(card, nearest(dance.cuts, dance.beats), nearest(dance.near(true), true))
