"""What is drawn: every beat, count, section and move, in seconds of the video."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.music.document import Waveform
from bachata.report import timeline
from tests.report.example import LEAD_IN, Example, analysis, example


def drawn(run: Example) -> dict[str, object]:
    shown = timeline.moves(run.blueprint, run.analysis, run.result, run.moves)
    return timeline.data(run.blueprint, run.analysis, run.result, shown)


def test_every_beat_section_and_move_is_there() -> None:
    run = example()
    data = drawn(run)
    assert data["beats"] == pytest.approx(run.analysis.beats, abs=1e-4)
    assert data["energy"] == pytest.approx(run.analysis.energy, abs=1e-3)
    assert [(s["label"], s["start"], s["end"]) for s in data["sections"]] == [  # type: ignore[index, attr-defined]
        (s.label, pytest.approx(s.start, abs=1e-4), pytest.approx(s.end, abs=1e-4)) for s in run.analysis.sections
    ]
    shown = timeline.moves(run.blueprint, run.analysis, run.result, run.moves)
    assert [m.clip_id for m in shown] == [m.clip_id for m in run.blueprint.moves]
    assert [m.reason for m in shown] == [m.reason for m in run.blueprint.moves]
    assert [m.speed for m in shown] == [f"{m.speed:.3f}×" for m in run.blueprint.moves]
    assert [m.name for m in shown] == [run.moves[m.clip_id].name for m in run.blueprint.moves]


@given(count_one=st.integers(0, 7), beat=st.integers(0, 500))
@settings(max_examples=200)
def test_counts_run_from_1_to_8_and_every_count_one_is_a_1(count_one: int, beat: int) -> None:
    song = analysis().model_copy(update={"count_one": count_one})
    assert timeline.count_of(count_one, song) == 1
    assert timeline.count_of(beat, song) in range(1, 9)
    assert timeline.count_of(beat + 1, song) == timeline.count_of(beat, song) % 8 + 1


@given(start=st.floats(0, 40), count_one=st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_a_video_from_the_middle_of_a_song_shows_the_song_shifted(start: float, count_one: int) -> None:
    run = example(moves=3)
    song = run.analysis.model_copy(update={"count_one": count_one})
    blueprint = run.blueprint.model_copy(update={"audio_start": start})
    shown = timeline.moves(blueprint, song, run.result, run.moves)
    data = timeline.data(blueprint, song, run.result, shown)
    assert [b + start for b in data["beats"]] == pytest.approx(song.beats, abs=1e-3)
    for move in shown:
        nearest = min(range(len(song.beats)), key=lambda i: abs(song.beats[i] - (move.start + start)))
        assert abs(move.off_ms or 0) == pytest.approx(1000 * abs(song.beats[nearest] - (move.start + start)), abs=0.2)
    wave = data["wave"]
    assert -1 / song.waveform.rate <= wave["start"] <= 1e-4
    heard = len(wave["peaks"]) / wave["rate"]
    assert heard >= min(run.result.duration_s, song.duration - start) - 2 / song.waveform.rate


def test_moves_stand_where_the_finished_file_cuts() -> None:
    run = example()
    frames = [frame + 3 for frame in run.result.cut_frames]
    moved = run.result.model_copy(update={"cut_frames": frames, "frame_rate": "30000/1001"})
    shown = timeline.moves(run.blueprint, run.analysis, moved)
    assert [m.start for m in shown] == pytest.approx([f * 1001 / 30000 for f in frames], abs=1e-4)
    unknown = run.result.model_copy(update={"cut_frames": []})
    shown = timeline.moves(run.blueprint, run.analysis, unknown)
    assert [m.start for m in shown] == pytest.approx([m.start_time for m in run.blueprint.moves], abs=1e-4)


def test_moves_never_overlap_and_show_what_part_of_the_clip_was_used() -> None:
    run = example()
    shown = timeline.moves(run.blueprint, run.analysis, run.result, run.moves)
    for before, after in pairwise(shown):
        assert before.start < before.end <= after.start + 1e-9
    for move, planned in zip(shown, run.blueprint.moves, strict=True):
        assert move.source_in == pytest.approx(planned.trim_start)
        assert move.source_out - move.source_in == pytest.approx(planned.duration * planned.speed, abs=2e-4)


def test_colours_follow_labels_and_are_stable() -> None:
    shown = timeline.moves(*_documents(example()))
    by_label = {m.label: m.colour for m in shown}
    assert all(by_label[m.label] == m.colour for m in shown)
    assert len(set(by_label.values())) == len(by_label)
    assert all(0 <= m.colour < timeline.COLOURS for m in shown)


def test_a_transition_says_how_long_it_takes_in_the_move_it_leads_into() -> None:
    run = example()
    config = run.blueprint.output_config.model_copy(update={"transition_duration": 0.7, "fade_duration": 0.25})
    kinds = ("crossfade", "crossfade", "crossfade", "fade_black", "cut")
    lengths = (None, None, 0.4, None, 0.9)
    planned = [
        move.model_copy(update={"transition_type": kind, "transition_duration": length})
        for move, kind, length in zip(run.blueprint.moves[:5], kinds, lengths, strict=True)
    ]
    blueprint = run.blueprint.model_copy(update={"moves": planned, "output_config": config})
    shown = timeline.moves(blueprint, run.analysis, run.result)
    assert [(m.transition, m.transition_s) for m in shown] == [
        ("cut", 0.0),  # nothing comes before the first frame
        ("crossfade", 0.7),
        ("crossfade", 0.4),
        ("fade_black", 0.25),
        ("cut", 0.0),
    ]
    assert [m.entrance for m in shown[:2]] == ["", "crossfade, 0.70 s"]
    faded = blueprint.model_copy(update={"moves": [planned[3].model_copy(update={"start_time": 0.0})]})
    (opening,) = timeline.moves(faded, run.analysis, run.result)
    assert opening.entrance == "from black, 0.25 s"


def test_a_song_without_beats_is_shown_without_counts() -> None:
    run = example(moves=1)
    silent = run.analysis.model_copy(
        update={"beats": [], "downbeats": [], "energy": [], "tempo": 0.0, "confidence": 0.0}
    )
    shown = timeline.moves(run.blueprint, silent, run.result)
    assert (shown[0].count, shown[0].off_ms) == (None, None)
    assert timeline.data(run.blueprint, silent, run.result, shown)["beats"] == []


@given(st.lists(st.floats(0, 1), max_size=400), st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_the_waveform_keeps_its_highest_peaks_and_stays_small(peaks: list[float], times: int) -> None:
    run = example(moves=1)
    many = peaks * times
    rate = max(len(many), 1) / run.result.duration_s
    song = run.analysis.model_copy(update={"waveform": Waveform(rate=rate, peaks=many)})
    wave = timeline.data(run.blueprint, song, run.result, [])["wave"]
    assert len(wave["peaks"]) <= timeline.MAX_PEAKS
    assert all(isinstance(p, int) and 0 <= p <= 255 for p in wave["peaks"])
    assert max(wave["peaks"], default=0) == (255 if max(many, default=0) > 0 else 0)
    assert len(wave["peaks"]) / wave["rate"] == pytest.approx(len(many) / rate, abs=math.ceil(len(many) / 6000) / rate)


def test_the_first_move_begins_before_the_first_beat() -> None:
    first, second = timeline.moves(*_documents(example()))[:2]
    assert (first.start, first.count, first.off_ms) == (0.0, 1, pytest.approx(-1000 * LEAD_IN, abs=0.1))
    assert second.count == 1
    assert abs(second.off_ms or math.inf) <= 1000 / 30 / 2


def _documents(run: Example) -> tuple[object, ...]:
    return run.blueprint, run.analysis, run.result, run.moves
