"""The library: coverage, annotations, and clips whose pictures and sounds agree with them."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from bachata.moves.glossary import role_of
from samples.command import main
from samples.figures.film import count_spot, lit
from samples.figures.pixels import to_yuv
from samples.figures.stage import PALETTES, paint_stage
from samples.moves import MOVES, make_moves
from samples.moves.clip import FRAME_RATE, film, timing
from samples.moves.loop import percussion
from samples.moves.make import annotation, clip_path
from tests.samples.conftest import SMALL

LABELS = {
    "basic", "spin", "ladyturn", "bolero", "style", "bodywaves", "hiprolls", "shadow", "hammerlock", "intros",
    "footwork", "golpes", "arm_styling", "headrolls", "outro", "cross_body_lead",
}  # fmt: skip


def frames_of(path: Path) -> tuple[list[int], list[np.ndarray]]:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        decoded = [(f.pts * stream.time_base * FRAME_RATE, f.to_ndarray()) for f in file.decode(stream)]
    return [p for p, _ in decoded], [a for _, a in decoded]


def test_the_library_covers_what_a_planner_asks_for():
    assert len(MOVES) >= 24
    assert {m.label for m in MOVES} == LABELS
    difficulty = Counter(m.difficulty for m in MOVES)
    assert set(difficulty) == {"beginner", "intermediate", "advanced"}
    assert min(difficulty.values()) >= 7
    assert set(Counter(m.energy for m in MOVES)) == {"low", "medium", "high"}
    for label in ("intros", "outro"):
        assert sum(m.label == label and m.difficulty == "beginner" for m in MOVES) >= 2
    assert len({m.tempo for m in MOVES}) >= 10
    for song in (115, 120, 125, 130, 135, 140):  # every level has moves for every song of contemporary bachata
        near = Counter(m.difficulty for m in MOVES if abs(song / m.tempo - 1) <= 0.1 and role_of(m.label) == "any")
        assert min(near[d] for d in difficulty) >= 3, (song, near)
    assert all(0 <= m.preroll <= 6 for m in MOVES)
    assert len({m.clip_id for m in MOVES}) == len({clip_path(m) for m in MOVES}) == len(MOVES)
    assert all(m.choreograph().eights in (2, 3) for m in MOVES)


@pytest.mark.parametrize("move", MOVES, ids=lambda m: m.clip_id)
def test_an_annotation_is_complete_and_its_beats_lie_in_the_clip(move):
    note = annotation(move)
    assert set(note) == {
        "clip_id", "name", "video_path", "move_label", "difficulty", "energy_level", "style", "annotated_tempo",
        "beats", "count_one",
    }  # fmt: skip
    beats = np.array(note["beats"])
    when = timing(move, move.choreograph().counts)
    assert np.diff(beats) == pytest.approx(60.0 / move.tempo, abs=2e-6)
    assert beats[note["count_one"]] == pytest.approx(move.preroll / 30, abs=1e-6)
    assert beats[-1] < when.frames / 30
    # Every count of the dance, and at least the 1 after it, with something left to fade with.
    assert len(beats) >= move.choreograph().counts + 1
    assert when.frames / 30 - beats[move.choreograph().counts] > 0.15


def test_annotations_describe_the_files(library):
    document = json.loads(library.read_text())
    assert document["schema"] == "bachata.annotations.1"
    assert len(document["clips"]) == 2
    for clip in document["clips"]:
        path = library.parent / clip["video_path"]
        move = next(m for m in MOVES if m.clip_id == clip["clip_id"])
        when = timing(move, move.choreograph().counts)
        with av.open(str(path)) as file:
            video, audio = file.streams.video[0], file.streams.audio[0]
            assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
            assert (video.width, video.height) == (SMALL * 16 // 9, SMALL)
            assert video.average_rate == FRAME_RATE == Fraction(30)
            assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", 48_000, 2)
            assert (video.codec_context.colorspace, video.codec_context.color_range) == (1, 1)
        pts, _ = frames_of(path)
        assert pts == list(range(when.frames))


def test_the_count_marks_light_up_on_their_beats_in_the_decoded_picture(library):
    for clip in json.loads(library.read_text())["clips"]:
        _, frames = frames_of(library.parent / clip["video_path"])
        width = SMALL * 16 // 9

        def shine(frame: int, count: int, frames: list[np.ndarray] = frames, width: int = width) -> float:
            x, y = count_spot(count, width, SMALL)
            return float(frames[frame][int(y), int(x)])

        for k, beat in enumerate(clip["beats"][:16]):
            count = k % 8 + 1
            first = int(np.ceil(beat * 30 - 1e-6))
            others = [shine(first, c) for c in range(1, 9) if c not in (count, (count - 2) % 8 + 1)]
            assert shine(first, count) > max(others) + 12, (clip["clip_id"], k)
            if first >= 2 and k >= 1:
                assert shine(first, count) > shine(first - 2, count) + 12


def test_the_clip_sounds_on_its_beats(library):
    for clip in json.loads(library.read_text())["clips"]:
        with av.open(str(library.parent / clip["video_path"])) as file:
            sound = np.concatenate([f.to_ndarray().mean(0) for f in file.decode(audio=0) if f.pts >= 0])
        power = np.convolve(np.diff(sound, prepend=0.0) ** 2, np.ones(960), "full")[: len(sound)]
        beat = 60.0 / clip["annotated_tempo"]
        on = np.median([power[int((b + 0.024) * 48_000)] for b in clip["beats"][1:15]])
        off = np.median([power[int((b + 0.024 - 0.25 * beat) * 48_000)] for b in clip["beats"][1:15]])
        assert on > 4 * off


def test_a_second_call_draws_nothing_and_a_lost_clip_is_drawn_again(library):
    chosen = [m for m in MOVES if m.dance in ("side_basic", "right_turn")]
    paths = [library.parent / clip_path(m) for m in chosen]
    before = [(p.read_bytes(), p.stat().st_mtime_ns) for p in paths]
    calls: list[tuple[int, int, str]] = []
    make_moves(library.parent, workers=1, moves=chosen, height=SMALL, progress=lambda *a: calls.append(a))
    assert calls == []
    assert [p.stat().st_mtime_ns for p in paths] == [t for _, t in before]
    paths[0].unlink()
    make_moves(library.parent, workers=1, moves=chosen, height=SMALL, progress=lambda *a: calls.append(a))
    assert calls == [(2, 2, chosen[0].name)]
    # Drawn again from the same source: the same bytes.
    assert paths[0].read_bytes() == before[0][0]
    assert not list(library.parent.rglob("*.partial"))


def test_pictures_move_with_the_couple_and_stay_on_stage():
    move = next(m for m in MOVES if m.dance == "right_turn")
    picture, when = film(move, height=216)
    stage = paint_stage(PALETTES[move.palette], 216).astype(int)
    one, again = picture.draw(when.frames // 2), picture.draw(when.frames // 2)
    assert np.array_equal(one, again)
    changed = np.abs(one.astype(int) - stage).max(2) > 24
    assert 0.03 < changed.mean() < 0.30
    # Nobody is cut off by the left or right edge.
    assert not changed[:, :8].any()
    assert not changed[:, -8:].any()
    assert not np.array_equal(one, picture.draw(when.frames // 2 + 8))


def test_yuv_of_the_changed_box_equals_yuv_of_the_whole_frame():
    move = next(m for m in MOVES if m.dance == "side_basic")
    picture, _ = film(move, height=180)
    for index in (0, 40, 111):
        assert np.array_equal(picture.draw_yuv(index), to_yuv(picture.draw(index)))


def test_grey_becomes_neutral_bt709():
    frame = np.zeros((4, 4, 3), np.uint8)
    frame[:, 2:] = 255
    planes = to_yuv(frame)
    assert planes[:4, 0].tolist() == [16] * 4
    assert planes[:4, 3].tolist() == [235] * 4
    assert set(planes[4:].ravel().tolist()) == {128}


def test_marks_are_dark_before_their_beat_and_full_on_it():
    assert lit(-0.01, 1) == 0.0
    assert lit(0.0, 1) == 1.0
    assert lit(3.0, 4) == 1.0
    assert lit(3.0, 3) == 0.0
    assert 0.0 < lit(8.5, 1) < 1.0


def test_the_loop_is_deterministic_and_as_long_as_asked():
    one, two = (percussion(3.0, 126.0, 0.1, seed=17) for _ in range(2))
    assert one.shape == (2, 144_000)
    assert np.array_equal(one, two)


def test_the_command_writes_a_song_and_names_it(tmp_path, capsys):
    assert main(["song", str(tmp_path / "s.wav"), "--seconds", "14", "--tempo", "130"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "s.wav")
    assert json.loads((tmp_path / "s.truth.json").read_text())["tempo"] == 130.0


def test_the_command_explains_a_wrong_tempo(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["song", str(tmp_path / "s.wav"), "--tempo", "10"])
    assert "60..200" in capsys.readouterr().err
