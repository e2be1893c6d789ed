"""The measured video: whole beats, no gap, near its length whatever the clips."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.assembly.frameplan import plan_frames
from bachata.blueprint import parse
from benchmarks.assembly.montage import HANDLE, Clip, blueprint, montage
from benchmarks.assembly.peers import graph, handles
from benchmarks.assembly.scale import FULL, QUICK


def clip(name: str, frames: int, beat: float, first: int = 0) -> Clip:
    count = int((frames - first - 1) / beat) + 1
    return Clip(
        name, f"moves/{name}.mp4", Path(f"{name}.mp4"), frames, tuple(first + round(i * beat) for i in range(count))
    )


CLIPS = [clip("a", 300, 14.2, 5), clip("b", 400, 16.6, 30), clip("short", 200, 15), clip("c", 320, 13.3, 11)]

some_clips = st.lists(
    st.builds(clip, st.just("x"), st.integers(320, 500), st.floats(11.5, 20), st.integers(0, 12)),
    min_size=1,
    max_size=6,
)


@given(some_clips, st.integers(1, 40))
def test_moves_are_whole_beats_without_gap_and_keep_a_handle(clips: list[Clip], moves: int) -> None:
    cuts = montage(clips, moves, FULL)
    assert len(cuts) == moves
    assert cuts[0].start == 0
    assert all(a.end == b.start for a, b in pairwise(cuts))
    for number, cut in enumerate(cuts, 1):
        assert cut.source in cut.clip.beats
        assert cut.source + cut.frames in cut.clip.beats
        assert cut.source + cut.frames + HANDLE <= cut.clip.frames
        assert 0 < cut.beat <= min(HANDLE, cut.frames)
        assert abs(cut.end - number * FULL.move_frames) <= HANDLE  # lengths do not add up their differences


def test_clips_too_short_are_left_out_and_others_come_back():
    assert [c.clip.clip_id for c in montage(CLIPS, 5, FULL)] == ["a", "b", "c", "a", "b"]
    with pytest.raises(ValueError, match="no clip holds 8 s"):
        montage([CLIPS[2]], 1, FULL)


def test_a_clip_that_comes_back_shows_something_else():
    cuts = montage([clip("a", 300, 15)], 6, QUICK)
    assert len({cut.source for cut in cuts}) == 6


@pytest.mark.parametrize("crossfades", [False, True])
def test_the_blueprint_shows_exactly_these_frames(crossfades: bool):
    cuts = montage(CLIPS, 5, QUICK)
    document = blueprint(cuts, song="songs/s.m4a", scale=QUICK, crossfades=crossfades, task="t", user="u")
    plan = plan_frames(parse(document, task_id="t", user_id="u"))
    assert plan.total == cuts[-1].end
    assert [p.first for p in plan.pieces] == [c.start for c in cuts]
    assert [p.source_start * 30 for p in plan.pieces] == pytest.approx([c.source for c in cuts], abs=1e-3)
    assert [p.crossfade for p in plan.pieces] == ([0, *(c.beat for c in cuts[1:])] if crossfades else [0] * 5)
    assert plan.warnings == ()


def test_the_graph_gives_each_clip_the_handle_the_next_crossfade_needs():
    cuts = montage(CLIPS, 3, QUICK)
    text = graph(cuts, QUICK)
    for cut, handle in zip(cuts, handles(cuts), strict=True):
        assert f"trim=start_frame={cut.source}:end_frame={cut.source + cut.frames + handle}," in text
    assert handles(cuts) == [cuts[1].beat, cuts[2].beat, 0]
    assert f"duration={cuts[2].beat / 30:.6f}:offset={cuts[2].start / 30:.6f}[video]" in text
