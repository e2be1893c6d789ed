"""The order of the dance: against exhaustive search where that is possible, and rule by rule."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from statistics import fmean

import pytest

from bachata.choreography.brief import Brief, understand
from bachata.choreography.costs import Weights
from bachata.choreography.director import Direction
from bachata.choreography.echoes import echoes
from bachata.choreography.grid import grid
from bachata.choreography.retrieval import Candidates, Retrieval
from bachata.choreography.seams import seam
from bachata.choreography.sequence import BEAM, sequence
from bachata.choreography.slots import slots
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis
from tests.choreography.worlds import make_index, make_library, make_move, make_song, stance


def scenes_of(moves: list[Move], song: Analysis, brief: Brief) -> list[Candidates]:
    counts = grid(song, Fraction(30))
    retrieval = Retrieval(moves, make_index(moves), brief, song.tempo)
    return [retrieval.candidates(s, counts) for s in slots(song, counts)]


def names(scenes: list[Candidates], chosen: list[int], moves: list[Move]) -> list[str]:
    return [moves[int(s.fits.move[c])].clip_id for s, c in zip(scenes, chosen, strict=True)]


BRIEF = understand({"difficulty": "intermediate"})
SHORT = make_song(tempo=120, seconds=20.0, first_beat=0.0, count_one=0, sections=("bridge",))


@pytest.mark.parametrize("seed", range(6))
def test_the_beam_finds_what_exhaustive_search_finds(seed: int) -> None:
    brief = understand({"difficulty": "intermediate", "seed": seed})
    moves = [
        make_move(f"m{i}", label=f"label{i % 3}", tempo=118.0 + i, energy=("low", "medium", "high")[i % 3])
        for i in range(5)
    ]
    scenes = scenes_of(moves, SHORT, brief)
    paths = 1
    for scene in scenes:
        paths *= len(scene.fits)
    assert paths > 1000  # more than the beam holds
    assert sequence(scenes, moves, brief) == sequence(scenes, moves, brief, beam=paths)


def test_the_order_of_the_library_does_not_matter() -> None:
    moves = make_library(24)
    song = make_song(seconds=60.0)
    orders = []
    for arranged in (moves, moves[::-1]):
        scenes = scenes_of(arranged, song, BRIEF)
        orders.append(names(scenes, sequence(scenes, arranged, BRIEF), arranged))
    assert orders[0] == orders[1]


def test_two_moves_take_turns_rather_than_repeat() -> None:
    moves = [make_move(c, label=c, tempo=120.0) for c in ("alpha", "beta")]
    scenes = scenes_of(moves, SHORT, BRIEF)
    order = names(scenes, sequence(scenes, moves, BRIEF), moves)
    assert all(a != b for a, b in itertools.pairwise(order))


def test_a_label_is_not_danced_twice_in_a_row() -> None:
    moves = [make_move(f"{label}{i}", label=label, tempo=120.0) for label in ("spin", "basic") for i in range(5)]
    moves.sort(key=lambda m: m.clip_id)
    scenes = scenes_of(moves, SHORT, BRIEF)
    order = names(scenes, sequence(scenes, moves, BRIEF), moves)
    assert all(a[:4] != b[:4] for a, b in itertools.pairwise(order))


def test_a_clip_leads_in_and_dances_on_without_a_seam() -> None:
    song = make_song(tempo=120, seconds=40.0, first_beat=0.3, count_one=1, sections=("verse",))
    moves = make_library(40, tempo=120.0)
    scenes = scenes_of(moves, song, BRIEF)
    chosen = sequence(scenes, moves, BRIEF)
    assert scenes[0].slot.role == "lead-in"
    first, second = names(scenes, chosen, moves)[:2]
    assert first == second
    assert scenes[0].fits.source_end[chosen[0]] == pytest.approx(scenes[1].fits.source[chosen[1]], abs=1)


def test_a_director_tips_the_scale_but_not_over_a_rule() -> None:
    moves = [make_move(f"m{i}", label=f"label{i}", tempo=120.0) for i in range(12)]
    scenes = scenes_of(moves, SHORT, BRIEF)
    plain = names(scenes, sequence(scenes, moves, BRIEF), moves)
    wish = next(m.clip_id for m in moves if m.clip_id not in plain)
    directed = names(scenes, sequence(scenes, moves, BRIEF, [Direction((wish,))] * len(scenes)), moves)
    assert directed.count(wish) == 1  # wanted everywhere, it still may not return within four phrases


def test_each_weight_pulls_its_way() -> None:
    moves = make_library(90)
    song = make_song(seconds=100.0)
    scenes = scenes_of(moves, song, BRIEF)

    def stretch(w: Weights) -> float:
        chosen = sequence(scenes, moves, BRIEF, weights=w)
        return sum(abs(float(s.fits.speed[c]) - 1) for s, c in zip(scenes, chosen, strict=True))

    assert stretch(Weights(stretch=50.0)) < stretch(Weights(stretch=0.0, strained=0.0))


def leaps(scenes: list[Candidates], chosen: list[int], moves: list[Move]) -> list[float]:
    """Distances of the poses at every seam."""
    shown = [
        (moves[int(s.fits.move[c])], int(s.fits.source[c]), int(s.fits.source_end[c]))
        for s, c in zip(scenes, chosen, strict=True)
    ]
    found = [seam(a[0], a[2], b[0], b[1]) for a, b in itertools.pairwise(shown)]
    return [distance for distance in found if distance is not None]


@pytest.mark.parametrize("seed", range(3))
def test_seams_are_closer_than_in_any_of_a_hundred_random_orders(seed: int) -> None:
    moves = make_library(60, tempo=120.0, measured=True, seed=seed)
    scenes = scenes_of(moves, make_song(tempo=120, seconds=120.0), BRIEF)
    chosen = sequence(scenes, moves, BRIEF)
    dice = random.Random(seed)
    rolled = [leaps(scenes, [dice.randrange(len(s.fits)) for s in scenes], moves) for _ in range(100)]
    assert len(leaps(scenes, chosen, moves)) == len(scenes) - 1
    assert fmean(leaps(scenes, chosen, moves)) < min(map(fmean, rolled))


def test_the_window_that_goes_on_from_where_the_last_clip_ended_is_taken() -> None:
    left, right = stance(-0.4), stance(0.4)
    first = make_move("first", label="a", tempo=120.0, eights=1, pickup=0, poses=[right], rate="60")
    # Its first eight begins on the left, its second on the right.
    halves = [left] * 8 + [right] * 8
    second = make_move("second", label="b", tempo=120.0, eights=2, pickup=0, poses=halves, rate="60")
    moves = [first, second]
    song = make_song(tempo=120, seconds=12.0, first_beat=0.0, count_one=0, sections=("bridge",))
    scenes = scenes_of(moves, song, BRIEF)
    wish = [Direction((clip_id,)) for clip_id in ("first", "second", "first")]
    chosen = sequence(scenes, moves, BRIEF, wish)
    assert names(scenes, chosen, moves) == ["first", "second", "first"]
    assert scenes[1].fits.number[chosen[1]] == 1
    blind = sequence(scenes, moves, BRIEF, wish, weights=Weights(seam=0.0))
    assert scenes[1].fits.number[blind[1]] == 0


def test_moves_without_poses_change_nothing_and_break_nothing() -> None:
    moves = make_library(40, measured=True)
    bare = [m.model_copy(update={"poses": []}) for m in moves]
    half = [b if i % 2 else m for i, (b, m) in enumerate(zip(bare, moves, strict=True))]
    song = make_song(seconds=60.0)
    for library in (bare, half):
        scenes = scenes_of(library, song, BRIEF)
        assert len(sequence(scenes, library, BRIEF)) == len(scenes)
    scenes = scenes_of(bare, song, BRIEF)
    assert sequence(scenes, bare, BRIEF) == sequence(scenes, bare, BRIEF, weights=Weights(seam=99.0))


def test_a_chorus_that_comes_back_is_danced_as_before() -> None:
    moves = make_library(120, tempo=120.0)
    song = make_song(
        tempo=120, seconds=180.0, first_beat=0.0, count_one=0, sections=("chorus", "verse", "bridge", "chorus", "verse")
    )
    scenes = scenes_of(moves, song, BRIEF)
    twins = echoes([s.slot for s in scenes])

    def repeated(w: Weights) -> float:
        order = names(scenes, sequence(scenes, moves, BRIEF, weights=w), moves)
        pairs = [(order[i], order[t]) for i, t in enumerate(twins) if t is not None]
        return sum(a == b for a, b in pairs) / len(pairs)

    assert repeated(Weights()) > 0.7
    # The same music asks for the same moves anyway; where chance has a say, the memory of the first chorus decides.
    assert repeated(Weights(jitter=3.0)) > repeated(Weights(jitter=3.0, echo=0.0)) + 0.2


def test_no_echo_brings_a_move_back_within_four_phrases() -> None:
    moves = make_library(120, tempo=120.0)
    song = make_song(tempo=120, seconds=200.0, first_beat=0.0, count_one=0, sections=("chorus", "verse") * 5)
    scenes = scenes_of(moves, song, BRIEF)
    order = names(scenes, sequence(scenes, moves, BRIEF, weights=Weights(echo=20.0)), moves)
    ended: dict[str, int] = {}
    for scene, clip_id in zip(scenes, order, strict=True):
        assert scene.slot.count - ended.get(clip_id, -99) >= 64
        ended[clip_id] = scene.slot.count + scene.slot.counts


def test_each_wanted_move_is_danced_at_least_once() -> None:
    brief = understand({"difficulty": "intermediate"}, "footwork, hip rolls and a hammerlock, please")
    moves = make_library(90, tempo=120.0)
    scenes = scenes_of(moves, make_song(tempo=120, seconds=40.0), brief)
    order = names(scenes, sequence(scenes, moves, brief), moves)
    assert {"footwork", "hiprolls", "hammerlock"} <= {clip_id.split("__")[0] for clip_id in order}


def test_the_same_section_in_a_mambo_brings_feet_and_in_a_majao_bodies() -> None:
    moves = make_library(120, tempo=120.0)

    def share(groove: str, labels: set[str]) -> float:
        song = make_song(tempo=120, seconds=90.0, sections=("verse",), grooves=(groove,))
        scenes = scenes_of(moves, song, BRIEF)
        order = names(scenes, sequence(scenes, moves, BRIEF), moves)
        return sum(clip_id.split("__")[0] in labels for clip_id in order) / len(order)

    feet, body = {"footwork", "golpes"}, {"bodywaves", "hiprolls", "headrolls", "shadow", "style", "arm_styling"}
    assert share("mambo", feet) > share("majao", feet)
    assert share("majao", body) > share("mambo", body)


class _Clock:
    """Time that passes by `step` seconds whenever it is asked for."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class TestBudget:
    moves = make_library(60, measured=True)
    scenes = scenes_of(moves, make_song(seconds=60.0), BRIEF)

    def found(self, **options: object) -> list[int]:
        return sequence(self.scenes, self.moves, BRIEF, **options)  # type: ignore[arg-type]

    def test_without_time_the_narrowest_beam_answers(self) -> None:
        assert self.found(budget=0.001, clock=_Clock(5.0)) == self.found(beam=16)

    def test_with_time_to_spare_the_widest_is_reached(self) -> None:
        clock = _Clock(1e-6)
        found = self.found(budget=1000.0, clock=clock)
        widths = [16 * 2**i for i in range(5)]
        assert widths[-1] == BEAM
        assert found in [self.found(beam=w) for w in widths]

    def test_a_budget_is_not_overspent(self) -> None:
        # A search lasts one tick of this clock: 16, then 32 as one and twice one make three, and no more.
        clock = _Clock(1.0)
        self.found(budget=9.0, clock=clock)
        assert clock.now <= 1.0 + 9.0

    def test_no_budget_never_looks_at_the_clock(self) -> None:
        clock = _Clock(1.0)
        assert self.found(clock=clock) == self.found()
        assert clock.now == 0.0


def test_a_wider_beam_is_at_least_as_good_on_poses_it_can_exhaust() -> None:
    moves = [
        make_move(f"m{i}", label=f"label{i % 3}", tempo=118.0 + i, eights=1, poses=[stance(i / 10), stance(-i / 10)])
        for i in range(5)
    ]
    scenes = scenes_of(moves, SHORT, BRIEF)
    paths = 1
    for scene in scenes:
        paths *= len(scene.fits)
    assert paths > BEAM
    assert sequence(scenes, moves, BRIEF) == sequence(scenes, moves, BRIEF, beam=paths)
