"""The choreography benchmark measures what it says."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import understand
from bachata.choreography.director import Scene
from bachata.choreography.grid import grid
from bachata.choreography.scorecard.truth import Truth
from bachata.choreography.slots import slots
from bachata.moves.keyframes import counts_of
from bachata.moves.library import Library
from bachata.music.version import ANALYSER
from benchmarks.choreography import songs as set_of_songs
from benchmarks.choreography.bars import bars, time_bars
from benchmarks.choreography.briefs import REQUESTS
from benchmarks.choreography.contest import OURS, RANDOM_PREFERENCES, Judged, RandomPreferences, contest
from benchmarks.choreography.libraries import again
from benchmarks.choreography.page import Circumstances, Part, page, whole
from benchmarks.choreography.songs import SEED, TEMPI, Song
from benchmarks.choreography.speed import Times
from benchmarks.choreography.summary import lines
from benchmarks.choreography.vectors import Told, by_words, discrimination
from benchmarks.music import songs as bands
from benchmarks.music import thirdband
from tests.choreography.worlds import make_index, make_library, make_song

MOVES = make_library(90)
LIBRARY = Library("test", tuple(MOVES), make_index(MOVES))
HEARD = make_song(seconds=90.0)
SONG = Song("song", HEARD, Truth(tuple(HEARD.beats), HEARD.count_one), tuple(b + 0.024 for b in HEARD.beats))
BRIEF = understand({"difficulty": "intermediate"})


@pytest.fixture(scope="module")
def judged() -> dict[str, Judged]:
    return contest(SONG, BRIEF, LIBRARY, seed=3)


def test_every_way_to_dance_is_judged(judged: dict[str, Judged]) -> None:
    assert list(judged) == [OURS, RANDOM_PREFERENCES, "random order", "whole clips", "every 4th beat"]
    assert judged[OURS].card.m2.value == 1.0
    assert judged["whole clips"].card.m2.value < 0.5
    assert len(judged[OURS].off_ours) == judged[OURS].card.m1.cuts


def test_no_preference_breaks_a_rule(judged: dict[str, Judged]) -> None:
    blind = judged[RANDOM_PREFERENCES].card
    for metric in (blind.m1, blind.m2, blind.m3, blind.m5, blind.m9):
        assert metric.holds is True, metric
    assert blind.m6.value != judged[OURS].card.m6.value  # and it is heard


def test_random_preferences_are_candidates_and_the_same_for_a_seed() -> None:
    scenes = [Scene(slot, tuple(MOVES[:5])) for slot in slots(HEARD, grid(HEARD, Fraction(30)))]
    first, again_, other = (RandomPreferences(seed).direct(BRIEF, scenes) for seed in (1, 1, 2))
    assert first == again_ != other
    assert all(set(d.preferred) <= {m.clip_id for m in MOVES[:5]} and len(d.preferred) == 3 for d in first)
    few = [Scene(scenes[0].slot, tuple(MOVES[:1]))]
    assert RandomPreferences(0).direct(BRIEF, few)[0].preferred == (MOVES[0].clip_id,)


def test_lines_tell_mean_worst_and_how_many_hold(judged: dict[str, Judged]) -> None:
    both = [judged[OURS], judged["whole clips"]]
    found = {line.metric.key: line for line in lines(both)}
    values = [j.card.m2.value for j in both]
    assert found["m2"].mean == pytest.approx(sum(values) / 2)
    assert (found["m2"].worst, found["m2"].share) == (min(values), "1 of 2")
    assert found["m1"].worst == max(j.card.m1.value for j in both)
    assert (found["m4"].mean, found["m4"].share) == (None, "–")


def test_bars_hold_for_ours_and_not_for_whole_clips(judged: dict[str, Judged]) -> None:
    held = {bar.what.split()[0]: bar.holds for bar in bars([judged[OURS]] * 8)}
    assert held["M2"] is held["M9"] is held["M5"] is True
    assert (held["M4"], held["M8"]) == (None, None)
    broken = bars([judged["whole clips"]] * 8)
    assert [broken[number].holds for number in (0, 1, 2, 4)] == [False] * 4  # their mean phase is anything


def test_bars_pool_the_cuts_of_all_plans(judged: dict[str, Judged]) -> None:
    good, bad = judged[OURS], Judged(judged[OURS].card, np.full(3, 0.2), np.full(3, 0.2))
    assert bars([good] * 9 + [bad])[0].holds is True
    assert bars([bad] * 9 + [good])[0].holds is False


def test_the_page_says_what_holds(judged: dict[str, Judged]) -> None:
    many = {name: [one] for name, one in judged.items()}
    part = Part("Drawn clips", 90, many, ["song 3, request 1: no"], discrimination(LIBRARY), by_words(LIBRARY))
    times = Times(0.1, 3.0, 240.0, 60, 150, 41)
    text = page([part], times, Circumstances(date(2026, 11, 26), "2 cores", 1, 6, "test"))
    assert "| M2 cuts on a true count 1, mean | ≥ 0.9 | 1.000 (worst 1.000) | yes |" in text
    assert "| the same in a cold process | ≤ 2.5 s | 3.00 s | **no** |" in text
    assert "not danced: song 3" in text
    assert [bar.holds for bar in time_bars(times)] == [True, False]
    rows = [line for line in text.splitlines() if line.startswith("| M10")]
    assert len(rows) == 1


def test_the_promises_are_about_all_libraries_together(judged: dict[str, Judged]) -> None:
    good, bad = judged[OURS], judged["whole clips"]
    parts = [
        Part(title, 90, {**{name: [one] for name, one in judged.items()}, OURS: ours}, [], [], by_words(LIBRARY))
        for title, ours in (("Kind", [good] * 19), ("Cruel", [bad]))
    ]
    counts = {bar.what.split()[0]: (bar.holds, bar.measured.split()[0]) for bar in whole(parts)}
    assert counts["M2"] == (True, f"{(19 + bad.card.m2.value) / 20:.3f}")
    assert parts[1].bars()[2].holds is False
    text = page(parts, Times(0.1, 1.0, 240.0, 60, 150, 41), Circumstances(date(2026, 11, 26), "2 cores", 1, 6, "test"))
    assert text.index("All libraries together") < text.index("## Kind") < text.index("## Cruel")


def test_vectors_that_know_their_labels_are_told_from_such_that_do_not() -> None:
    told = {t.part: t for t in discrimination(LIBRARY)}
    assert told["text"].retrieval > 2 * told["text"].chance
    assert told["text"].p < 0.01
    dice = np.random.default_rng(1)
    noise = dice.normal(size=LIBRARY.index.vectors.shape)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    blind = SimpleNamespace(moves=LIBRARY.moves, index=SimpleNamespace(vectors=noise.astype(np.float32)))
    noisy = {t.part: t for t in discrimination(blind)}["all"]
    assert noisy.p > 0.01
    assert abs(noisy.cosine) < 0.05
    assert told["body"] == Told("body", 0)  # nobody saw these clips
    words = by_words(LIBRARY)
    assert words.found > 0.8 * words.queries
    assert words.chance < 0.2


@given(st.integers(1, 12), st.integers(0, 89))
def test_a_move_again_is_another_that_can_be_danced(turn: int, number: int) -> None:
    move = MOVES[number]
    other = again(move, turn)
    assert other.clip_id != move.clip_id
    assert len(other.beats) == len(move.beats)
    assert all(b > a for a, b in pairwise(other.beats))
    assert other.beats[-1] < other.frames
    assert 0.005 < abs(other.tempo / move.tempo - 1) < 0.045
    spacing = counts_of(other.beats, other.frames, rate=other.rate, tempo=other.tempo).period
    assert float(60 * other.rate) / spacing == pytest.approx(other.tempo, rel=0.05)


def test_requests_cover_what_people_ask() -> None:
    briefs = [request.understood() for request in REQUESTS]
    assert len(briefs) == 6
    assert {b.difficulty.value for b in briefs} == {"beginner", "intermediate", "advanced"}
    assert {b.energy.value for b in briefs} >= {"low", "high"}
    assert any(b.duration.value is None for b in briefs)
    assert any(b.wanted for b in briefs)
    assert any(b.unwanted for b in briefs)
    assert not any(b.notes for b in briefs)


def test_songs_are_new_and_of_a_tempo_people_dance() -> None:
    used = {*bands.SEEDS.values(), *(seed for seeds in bands.TUNE.values() for seed in seeds), 501}
    assert SEED not in used
    takes = [take for take, _ in zip(set_of_songs._takes(), range(20), strict=False)]
    assert len(set(takes)) == 20
    assert sum(band == "sample" for band, _ in takes) == 4
    tempo_of = {
        "main": lambda n: bands.recipe(n, SEED).tempo,
        "third": lambda n: thirdband.recipe(n, SEED).tempo,
        "sample": lambda n: bands.other_tempo(n, SEED),
    }
    for band, number in takes:
        assert TEMPI[0] <= tempo_of[band](number) <= TEMPI[1]


def test_the_sample_band_plays_the_tempo_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Played(Exception):
        pass

    def play(path: Path, *, tempo: float, **how: object) -> None:
        raise Played(tempo)

    monkeypatch.setattr(bands, "make_song", play)
    with pytest.raises(Played) as caught:
        bands.other_band(4, SEED, tmp_path)
    assert caught.value.args == (bands.other_tempo(4, SEED),)


def test_a_song_heard_is_not_made_again(tmp_path: Path) -> None:
    heard = HEARD.model_copy(update={"analyser": ANALYSER})
    document = {
        "analysis": heard.model_dump(mode="json", by_alias=True),
        "truth": {"beats": list(SONG.truth.beats), "count_one": 2},
        "tracked": [1.0, 2.0],
    }
    (tmp_path / "main 9.json").write_text(json.dumps(document))
    song = set_of_songs._kept("main 9", tmp_path, lambda: pytest.fail("it is there"))
    assert (song.truth.count_one, song.tracked, song.analysis) == (2, (1.0, 2.0), heard)
