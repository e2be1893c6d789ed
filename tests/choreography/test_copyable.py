"""Plans over a conformed library can be copied: what the assembler must encode is what a transition changes."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.assembly.copyplan import CopyPlan, Source, plan_copies
from bachata.assembly.frameplan import plan_frames
from bachata.blueprint import Blueprint
from bachata.choreography.brief import Brief, understand
from bachata.choreography.grid import grid
from bachata.choreography.planner import Plan, plan
from bachata.choreography.slots import slots
from bachata.choreography.windows import Windows, timing
from bachata.media.profile import PROFILES, profile_for
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis
from bachata.timeline import TOLERANCE, frame_at
from tests.choreography.test_plan_properties import briefs, songs
from tests.choreography.worlds import make_index, make_library, make_move, make_song

LIBRARIES = {(name, seed): make_library(60, seed=seed, profile=name) for name in PROFILES for seed in (1, 2)}
INDICES = {key: make_index(moves) for key, moves in LIBRARIES.items()}
libraries = st.sampled_from(sorted(LIBRARIES))


def planned(song: Analysis, key: tuple[str, int], brief: Brief, **output: object) -> Plan:
    return plan(
        song, LIBRARIES[key], brief, task_id="t", user_id="ana", song_key="songs/x.wav", index=INDICES[key],
        output=output,
    )  # fmt: skip


def known(key: tuple[str, int]) -> Mapping[str, Move]:
    return {m.clip_id: m for m in LIBRARIES[key]}


def frame_of(time: Fraction, rate: Fraction) -> int:
    """The clip's frame on screen at a source time, as the assembler decides it."""
    return math.floor((time + TOLERANCE) * rate)


def copies(blueprint: Blueprint, clips: Mapping[str, Move]) -> CopyPlan:
    """As the assembler decides it, for clips that are as the catalogue says."""
    frames = plan_frames(blueprint)
    moves = [clips[blueprint.moves[p.index].clip_id] for p in frames.pieces]
    sources = [Source(m.frames, tuple(m.keyframes)) for m in moves]
    return plan_copies(frames, sources, blueprint.output_config.retime)


@pytest.mark.parametrize("name", PROFILES)
def test_the_video_is_made_as_the_library_is(name: str) -> None:
    config = planned(make_song(), (name, 1), understand({})).blueprint.output_config
    assert profile_for(config.size, config.rate, crf=config.crf) == PROFILES[name]
    assert (config.crf, config.video_bitrate, config.retime) == (None, None, "timestamps")


def test_what_is_asked_for_goes_before_what_the_library_is() -> None:
    config = planned(
        make_song(), ("1080p30", 1), understand({}), resolution="640x360", frame_rate=25, retime="resample", crf=18
    ).blueprint.output_config
    assert (config.size, config.rate, config.retime, config.crf) == ((640, 360), 25, "resample", 18)


@pytest.mark.parametrize("odd", [None, "360p"])
def test_a_library_of_no_single_profile_gives_720p30(odd: str | None) -> None:
    moves = sorted([*make_library(30, profile="1080p30"), make_move("odd", profile=odd)], key=lambda m: m.clip_id)
    made = plan(
        make_song(), moves, understand({}), task_id="t", user_id="ana", song_key="songs/x.wav", index=make_index(moves)
    )
    assert made.blueprint.output_config.size == (1280, 720)
    assert made.blueprint.output_config.rate == 30


@given(songs(), libraries, briefs())
def test_every_move_begins_on_a_keyframe_and_whole_frames_fill_it(
    song: Analysis, key: tuple[str, int], brief: Brief
) -> None:
    blueprint = planned(song, key, brief).blueprint
    rate = blueprint.output_config.rate
    for piece in blueprint.moves:
        clip = known(key)[piece.clip_id]
        first = piece.trim_start * float(rate)
        assert first == pytest.approx(round(first), abs=1e-4)
        if piece.count_one is not None:
            assert round(first) in clip.keyframes
        frames = frame_at(piece.start_time + piece.duration, rate) - frame_at(piece.start_time, rate)
        shown = frames * piece.speed
        assert shown == pytest.approx(round(shown), abs=1e-4)
        assert round(first) + round(shown) <= clip.frames


@given(songs(), libraries, briefs())
def test_only_what_a_transition_changes_is_encoded(song: Analysis, key: tuple[str, int], brief: Brief) -> None:
    blueprint = planned(song, key, brief).blueprint
    clips = known(key)
    made = copies(blueprint, clips)
    assert made.encoded == ()
    for segment in made.segments:
        if segment.copied_from is not None:
            continue
        assert segment.piece is not None
        piece = made.plan.pieces[segment.piece]
        clip = clips[blueprint.moves[piece.index].clip_id]
        source = round(piece.source_start * clip.rate)
        if segment.first == 0 and piece.crossfade:
            # Up to the keyframe on the incoming clip's next beat, and not a frame further.
            beats = [b for b in clip.beats if b > source]
            if beats:
                assert segment.end <= beats[0] - source
        elif segment.first == 0 and not piece.fade_in:
            # A lead-in begins wherever the video does; from the clip's next keyframe on it is copied.
            assert blueprint.moves[piece.index].count_one is None
            following = bisect_left(clip.keyframes, source)
            assert segment.end == clip.keyframes[following] - source or segment.end == piece.shown


@given(songs(), libraries, briefs(), st.sampled_from(["timestamps", "resample"]))
def test_no_picture_is_asked_for_that_its_clip_lacks(
    song: Analysis, key: tuple[str, int], brief: Brief, retime: str
) -> None:
    blueprint = planned(song, key, brief, retime=retime).blueprint
    clips = known(key)
    pieces = copies(blueprint, clips).plan.pieces
    for picture in copies(blueprint, clips).plan.pictures():
        for shot in (picture.shot, picture.under):
            if shot is None:
                continue
            clip = clips[blueprint.moves[pieces[shot.piece].index].clip_id]
            assert 0 <= frame_of(shot.time, clip.rate) < clip.frames
            trimmed = Fraction(str(blueprint.moves[pieces[shot.piece].index].trim_end))
            assert shot.time + trimmed < clip.frames / clip.rate + Fraction(1, 1000)


@given(songs(), libraries)
def test_sharp_cuts_copy_all_but_the_lead_in(song: Analysis, key: tuple[str, int]) -> None:
    blueprint = planned(song, key, understand({}, "sharp, snappy cuts")).blueprint
    made = copies(blueprint, known(key))
    beat = 60 / song.tempo * float(blueprint.output_config.rate)
    assert made.frames_encoded <= 1.2 * beat
    assert made.frames_copied + made.frames_encoded == sum(p.shown for p in made.plan.pieces)


@given(st.floats(100.0, 150.0), st.floats(110.0, 140.0), st.floats(0.0, 3.0), st.integers(0, 7), st.floats(-0.03, 0.03))
def test_a_window_between_counts_is_whole_groups_of_pictures(
    clip_tempo: float, tempo: float, first_beat: float, count_one: int, drift: float
) -> None:
    song = make_song(tempo=tempo, seconds=60.0, first_beat=first_beat, count_one=count_one, drift=drift)
    counts = grid(song, Fraction(30))
    move = make_move("m", tempo=clip_tempo, eights=4, profile="720p30")
    keyframes = {*move.keyframes, move.frames}
    windows = Windows([move])
    for slot in slots(song, counts):
        fits = windows.fits(slot, counts)
        for n in range(len(fits)):
            shown = int(fits.source_end[n] - fits.source[n])
            assert fits.speed[n] == pytest.approx(shown / slot.frames)
            if slot.role == "lead-in":
                assert int(fits.source_end[n]) in keyframes
                continue
            assert int(fits.source[n]) in keyframes
            if slot.end == counts.frames[slot.count + slot.counts]:
                assert int(fits.source_end[n]) in keyframes


@given(st.integers(1, 90), st.integers(0, 3), st.floats(100, 150))
def test_rounding_never_takes_a_short_place_further_from_the_clips_own_speed(
    frames: int, counts: int, tempo: float
) -> None:
    from bachata.choreography.slots import Slot

    song = make_song(tempo=126.0, seconds=60.0, first_beat=2.0, count_one=4)
    lead_in = grid(song, Fraction(30))
    move = make_move("m", tempo=tempo, eights=3, pickup=4, profile="720p30")
    slot = Slot(0, frames, 8 - counts, counts, 0, "intro", 0.3, "lead-in")
    period = float(lead_in.times[slot.count + 1] - lead_in.times[slot.count])
    musical = timing(move).period / 30 / period
    for speed in Windows([move]).fits(slot, lead_in).speed:
        assert abs(speed - 1) <= abs(musical - 1) + 1e-9
