"""The scorecard against plans whose faults are known."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.blueprint import Blueprint, parse
from bachata.choreography.brief import understand
from bachata.choreography.planner import plan
from bachata.choreography.scorecard import _ranks, score
from tests.choreography.worlds import make_index, make_library, make_move, make_song

SONG = make_song(tempo=120, seconds=130.0, first_beat=0.0, count_one=0)
MOVES = make_library(90, tempo=120)


def ours(**brief: Any) -> Blueprint:
    return plan(
        SONG, MOVES, understand(brief), task_id="t", user_id="u", song_key="songs/x", index=make_index(MOVES)
    ).blueprint


def drawn(pieces: list[dict[str, Any]], **fields: Any) -> Blueprint:
    config = {"output_path": "output/x.mp4", "frame_rate": 30}
    filled = [{"clip_id": "m", "video_path": "moves/m.mp4", **p} for p in pieces]
    return parse({"task_id": "t", "audio_path": "songs/x", "moves": filled, "output_config": config, **fields})


def test_a_plan_of_ours() -> None:
    card = score(ours(difficulty="intermediate"), SONG, MOVES)
    assert card.m1.p95 <= 1 / 60 + 1e-6
    assert card.m2.rate == 1.0
    assert card.m2.p < 1e-6
    assert abs(card.m3.mean) <= 0.02
    assert card.m3.resultant >= 0.9
    assert card.m5.beyond_10 == 0
    assert card.m6.rho is not None
    assert card.m6.rho >= 0.5
    assert card.m6.p is not None
    assert card.m6.p < 0.01
    assert card.m7.repeats_soon == 0
    assert card.m9.difficulty == card.m9.not_harder == 1.0
    assert card.m9.roles_kept
    json.dumps(card.as_dict(), allow_nan=False)


def test_the_same_plan_has_the_same_card() -> None:
    blueprint = ours()
    assert score(blueprint, SONG, MOVES) == score(blueprint, SONG, MOVES)


@pytest.mark.parametrize("late", [0.0, 0.05, 0.1, 0.2])
def test_cuts_that_are_late_are_measured_so(late: float) -> None:
    pieces = [{"start_time": 0.0, "duration": 4.0 + late}]
    pieces += [{"start_time": 4.0 * i + late, "duration": 4.0} for i in range(1, 10)]
    card = score(drawn(pieces), SONG, [make_move("m", tempo=120)])
    assert card.m1.median == pytest.approx(late, abs=1e-6)
    assert card.m2.rate == (1.0 if late <= 0.07 else 0.0)


def test_cuts_on_every_fourth_beat_hit_the_one_half_the_time() -> None:
    pieces = [{"start_time": 2.0 * i, "duration": 2.0} for i in range(40)]
    card = score(drawn(pieces), SONG, [make_move("m", tempo=120)])
    assert card.m2.rate == pytest.approx(0.5, abs=0.02)
    assert card.m1.maximum == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("shift", [-0.1, 0.0, 0.1])
def test_a_clip_out_of_phase_is_measured_so(shift: float) -> None:
    move = make_move("m", tempo=120, eights=3, pickup=2, rate="60")
    start = move.beats[2] / 60
    pieces = [{"start_time": 4.0 * i, "duration": 4.0, "trim_start": start - shift} for i in range(9)]
    card = score(drawn(pieces), SONG, [move])
    assert card.m3.mean == pytest.approx(shift, abs=1 / 60)
    assert card.m3.resultant == pytest.approx(1.0, abs=0.01)


def test_clips_at_another_tempo_lose_the_phase() -> None:
    pieces = [{"start_time": 4.0 * i, "duration": 4.0} for i in range(9)]
    assert score(drawn(pieces), SONG, [make_move("m", tempo=95, eights=3)]).m3.resultant < 0.5


def test_speeds_beyond_the_bounds_are_counted() -> None:
    speeds = [1.0, 1.05, 0.95, 1.08, 0.92, 1.2, 0.85, 1.1, 0.9, 1.0]
    pieces = [{"start_time": 4.0 * i, "duration": 4.0, "speed": s} for i, s in enumerate(speeds)]
    card = score(drawn(pieces), SONG, [make_move("m", tempo=120)])
    assert (card.m5.beyond_6, card.m5.beyond_10) == (0.6, 0.2)
    assert card.m5.mean == pytest.approx(sum(abs(math.log(s)) for s in speeds) / 10)


def test_repeats_and_levels_are_counted() -> None:
    moves = [
        make_move(c, tempo=120, label=f"label {c}", difficulty="advanced" if c == "b" else "beginner") for c in "abc"
    ]
    pieces = [{"start_time": 4.0 * i, "duration": 4.0, "clip_id": c} for i, c in enumerate("abcabc")]
    card = score(drawn(pieces, difficulty_level="beginner"), SONG, moves)
    assert (card.m7.used, card.m7.repeats_soon, card.m7.bigrams) == (3, 3, 2)
    assert card.m7.gap == pytest.approx(1.0)
    assert card.m9.difficulty == pytest.approx(4 / 6)
    assert card.m7.available == 2


def test_misplaced_intros_are_seen() -> None:
    moves = [make_move("a", tempo=120), make_move("i", tempo=120, label="intros")]
    right = [{"start_time": 4.0 * i, "duration": 4.0, "clip_id": c} for i, c in enumerate("iaaa")]
    wrong = [{"start_time": 4.0 * i, "duration": 4.0, "clip_id": c} for i, c in enumerate("aaia")]
    assert score(drawn(right), SONG, moves).m9.roles_kept
    assert not score(drawn(wrong), SONG, moves).m9.roles_kept


def test_unknown_clips_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="not in the library: m"):
        score(drawn([{"start_time": 0.0, "duration": 4.0}]), SONG, [])


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_ranks_share_ties(values: list[int]) -> None:
    ranks = _ranks(np.array(values, dtype=float))
    assert ranks.sum() == pytest.approx(len(values) * (len(values) - 1) / 2)
    for a, rank in zip(values, ranks, strict=True):
        below, same = sum(b < a for b in values), sum(b == a for b in values)
        assert rank == pytest.approx(below + (same - 1) / 2)


def test_cuts_where_the_song_has_no_beats_are_not_judged() -> None:
    late = make_song(tempo=120, seconds=60.0, first_beat=8.0, count_one=0)
    pieces = [{"start_time": t, "duration": 2.0} for t in (0.0, 3.1, 8.0, 12.0)]
    card = score(drawn(pieces), late, [make_move("m", tempo=120)])
    assert (card.m1.cuts, card.m1.maximum, card.m2.rate) == (2, 0.0, 1.0)


def test_the_gap_before_a_return_is_counted_in_counts_not_seconds() -> None:
    # 64 counts lie between two uses, wherever the tempo went meanwhile.
    bent = make_song(tempo=120, seconds=130.0, first_beat=0.0, count_one=0, drift=0.4)
    beats = bent.beats
    spans = [("a", 0, 16), ("b", 16, 80), ("a", 80, 96)]
    pieces = [{"start_time": beats[i], "duration": beats[j] - beats[i], "clip_id": c} for c, i, j in spans]
    card = score(drawn(pieces), bent, [make_move("a", tempo=120), make_move("b", tempo=120)])
    assert card.m7.gap == pytest.approx(4.0, abs=0.01)
    assert card.m7.repeats_soon == 0
