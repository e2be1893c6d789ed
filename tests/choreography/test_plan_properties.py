"""What holds of every plan, whatever the song, the library and the wish (correctness properties of the pipeline)."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bachata.blueprint import Blueprint, parse
from bachata.choreography.brief import Brief, understand
from bachata.choreography.grid import COUNTS, grid
from bachata.choreography.planner import Plan, plan
from bachata.choreography.vocabulary import DIFFICULTIES, ENERGIES, STYLES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of
from bachata.moves.index import MoveIndex
from bachata.music.document import Analysis
from bachata.timeline import frame_at, frame_rate, frames_of
from tests.choreography.worlds import make_index, make_library, make_song

RATES = ("24", "25", "30000/1001", "30", "60")
LIBRARIES = {
    (count, seed): make_library(count, seed=seed, measured=seed == 2) for count in (12, 40, 90) for seed in (1, 2)
}
INDICES = {key: make_index(moves) for key, moves in LIBRARIES.items()}


@st.composite
def songs(draw: st.DrawFn) -> Analysis:
    return make_song(
        tempo=draw(st.floats(121.0, 131.0)),
        seconds=draw(st.floats(20.0, 260.0)),
        first_beat=draw(st.floats(0.0, 2.5)),
        count_one=draw(st.integers(0, 7)),
        drift=draw(st.floats(-0.03, 0.03)),
        sections=draw(
            st.sampled_from(
                [("intro", "verse", "chorus", "bridge", "outro"), ("verse",), ("verse", "chorus", "verse", "chorus")]
            )
        ),
        grooves=draw(st.sampled_from([(), ("derecho", "majao", "mambo", "majao"), (None, "majao", None, "majao")])),
    )


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    return understand(
        {
            "difficulty": draw(st.sampled_from(DIFFICULTIES)),
            "energy": draw(st.sampled_from(ENERGIES)),
            "style": draw(st.sampled_from(STYLES)),
            "duration": draw(st.none() | st.floats(10.0, 300.0)),
            "seed": draw(st.integers(0, 5)),
        },
        draw(st.none() | st.just("smooth transitions, no spins please")),
    )


def permuted(key: tuple[int, int], dice: random.Random) -> tuple[list[Move], MoveIndex]:
    order = dice.sample(range(len(LIBRARIES[key])), len(LIBRARIES[key]))
    moves = [LIBRARIES[key][i] for i in order]
    return moves, INDICES[key].only(np.array(order))


libraries = st.sampled_from(sorted(LIBRARIES))


def planned(song: Analysis, key: tuple[int, int], brief: Brief, rate: str = "30") -> Plan:
    return plan(
        song,
        LIBRARIES[key],
        brief,
        task_id="task-1",
        user_id="ana",
        song_key="songs/x.wav",
        index=INDICES[key],
        output={"frame_rate": rate},
    )


def frames(blueprint: Blueprint) -> list[tuple[int, int]]:
    """Each piece as first frame and frame after its last, as the assembler reads them."""
    rate = blueprint.output_config.rate
    return [(frame_at(m.start_time, rate), frame_at(m.start_time + m.duration, rate)) for m in blueprint.moves]


@given(songs(), libraries, briefs(), st.sampled_from(RATES))
def test_moves_tile_the_video_without_gap_or_overlap(
    song: Analysis, key: tuple[int, int], brief: Brief, rate: str
) -> None:
    blueprint = planned(song, key, brief, rate).blueprint
    pieces = frames(blueprint)
    assert pieces[0][0] == 0
    assert all(a[1] == b[0] for a, b in itertools.pairwise(pieces))
    assert pieces[-1][1] == frame_at(blueprint.seconds, blueprint.output_config.rate)
    assert blueprint.seconds <= song.duration


@given(songs(), libraries, briefs(), st.sampled_from(RATES))
def test_every_move_but_a_lead_in_starts_on_a_count_one(
    song: Analysis, key: tuple[int, int], brief: Brief, rate: str
) -> None:
    blueprint = planned(song, key, brief, rate).blueprint
    exact = blueprint.output_config.rate
    beats = frames_of(song.beats, exact)
    lead_ins = [m for m in blueprint.moves if m.count_one is None]
    first_one = next(i for i in range(song.count_one % COUNTS, len(beats), COUNTS))
    assert all(frame_at(m.start_time, exact) < beats[first_one] for m in lead_ins)
    for move in blueprint.moves:
        if move.count_one is not None:
            assert (move.count_one - song.count_one) % COUNTS == 0
            assert frame_at(move.start_time, exact) == max(0, beats[move.count_one])


@given(songs(), libraries, briefs(), st.sampled_from(RATES))
def test_what_is_shown_lies_inside_the_clip_and_starts_on_its_own_count_one(
    song: Analysis, key: tuple[int, int], brief: Brief, rate: str
) -> None:
    blueprint = planned(song, key, brief, rate).blueprint
    known: dict[str, Move] = {m.clip_id: m for m in LIBRARIES[key]}
    for piece in blueprint.moves:
        clip = known[piece.clip_id]
        ones = set(clip.beats[clip.count_one :: COUNTS])
        if piece.count_one is not None:
            assert frame_at(piece.trim_start, clip.rate) in ones
        shown = piece.trim_start + piece.duration * piece.speed
        whole = float(clip.frames / clip.rate)
        assert shown <= whole + 1.01 / float(clip.rate)
        assert shown <= whole - piece.trim_end + 1.01 / float(clip.rate)


@given(songs(), libraries, briefs())
def test_speed_stays_within_ten_percent(song: Analysis, key: tuple[int, int], brief: Brief) -> None:
    made = planned(song, key, brief)
    if not any("25 %" in told for told in made.relaxed):
        assert all(0.9 - 1e-6 <= m.speed <= 1.1 + 1e-6 for m in made.blueprint.moves)


@given(songs(), libraries, briefs(), st.sampled_from(RATES))
def test_same_input_same_bytes_and_a_lossless_round_trip(
    song: Analysis, key: tuple[int, int], brief: Brief, rate: str
) -> None:
    once, again = planned(song, key, brief, rate), planned(song, key, brief, rate)
    assert once.blueprint_json == again.blueprint_json
    assert parse(once.blueprint_json, task_id="task-1", user_id="ana").to_json() == once.blueprint_json


@given(songs(), libraries, briefs(), st.randoms(use_true_random=False))
def test_the_order_of_the_library_changes_no_byte(
    song: Analysis, key: tuple[int, int], brief: Brief, dice: random.Random
) -> None:
    moves, index = permuted(key, dice)
    made = plan(
        song, moves, brief, task_id="task-1", user_id="ana", song_key="songs/x.wav", index=index,
        output={"frame_rate": "30"},
    )  # fmt: skip
    assert made.blueprint_json == planned(song, key, brief).blueprint_json


@given(songs(), libraries, briefs())
def test_nothing_ruled_out_is_danced_unless_told(song: Analysis, key: tuple[int, int], brief: Brief) -> None:
    made = planned(song, key, brief)
    if not any("not wanted" in told or "25 %" in told for told in made.relaxed):
        assert not {m.label for m in made.moves} & set(brief.unwanted)


@given(songs(), libraries, briefs())
def test_requested_length_is_kept_to_half_an_eight_count(song: Analysis, key: tuple[int, int], brief: Brief) -> None:
    made = planned(song, key, brief).blueprint
    wished = brief.duration.value
    eight = 8 * 60 / (song.tempo * 0.97)
    if wished is None:
        assert 0 <= song.duration - made.seconds <= 1 / 30 + 1e-6
    elif wished <= song.duration - eight:
        assert abs(made.seconds - wished) <= eight / 2 + 1 / 30


@given(songs(), libraries, briefs())
def test_nobody_gets_harder_moves_unless_told(song: Analysis, key: tuple[int, int], brief: Brief) -> None:
    made = planned(song, key, brief)
    known = {m.clip_id: m for m in LIBRARIES[key]}
    wished = DIFFICULTIES.index(brief.difficulty.value)
    harder = [m for m in made.blueprint.moves if DIFFICULTIES.index(known[m.clip_id].difficulty) > wished]
    assert not harder or made.relaxed
    if not any("any difficulty" in told for told in made.relaxed):
        assert all(DIFFICULTIES.index(known[m.clip_id].difficulty) <= wished + 1 for m in harder)


@given(songs(), libraries, briefs())
def test_starts_open_and_ends_close(song: Analysis, key: tuple[int, int], brief: Brief) -> None:
    pieces = planned(song, key, brief).blueprint.moves
    known = {m.clip_id: m for m in LIBRARIES[key]}
    roles = [role_of(known[p.clip_id].label) for p in pieces]
    opening = 2 if pieces[0].count_one is None else 1
    assert all(role != "intro" for role in roles[opening:])
    assert all(role != "outro" for role in roles[:-1])


@given(songs(), briefs())
def test_a_large_pool_repeats_nothing_within_four_phrases_and_no_label_in_a_row(song: Analysis, brief: Brief) -> None:
    key = (90, 1)
    pieces = planned(song, key, brief).blueprint.moves
    known = {m.clip_id: m for m in LIBRARIES[key]}
    ended: dict[str, float] = {}
    phrase = 16 * 60 / (song.tempo * 1.031)
    for before, piece in zip([None, *pieces], pieces, strict=False):
        goes_on = before is not None and before.count_one is None and before.clip_id == piece.clip_id
        if piece.clip_id in ended and not goes_on:
            assert piece.start_time - ended[piece.clip_id] >= 4 * phrase - 0.1
        if before is not None and not goes_on:
            assert known[before.clip_id].label != known[piece.clip_id].label
        ended[piece.clip_id] = piece.start_time + piece.duration


@given(
    st.floats(60.0, 200.0),
    st.floats(0.0, 5.0),
    st.integers(0, 40),
    st.floats(0.5, 90.0),
    st.sampled_from(RATES),
)
def test_the_grid_rounds_each_beat_once_and_counts_in_eights(
    tempo: float, first: float, count_one: int, seconds: float, rate: str
) -> None:
    exact = frame_rate(rate)
    song = make_song(tempo=tempo, seconds=seconds + first + 2.1, first_beat=first, count_one=0)
    song = song.model_copy(update={"count_one": min(count_one, len(song.beats) - 1)})
    counts = grid(song, exact)
    rounded = frames_of(song.beats, exact)
    assert counts.frames[0] <= 0 <= counts.frames[COUNTS]
    assert counts.frames[-1] >= counts.end_frame
    assert (len(counts.frames) - 1) % COUNTS == 0
    for index, frame in enumerate(counts.frames):
        beat = counts.beat_index(index)
        if beat is not None:
            assert frame == rounded[beat]
            assert (index % COUNTS == 0) == ((beat - song.count_one) % COUNTS == 0)
    assert Fraction(counts.end_frame) / exact <= Fraction(song.duration)
