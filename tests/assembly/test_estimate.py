"""Estimates: the same counts as the render, costs from one table, more work costs more."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from bachata.assembly import prices, render, rendering
from bachata.assembly.estimate import MOST_TASKS, Estimate, estimate
from bachata.blueprint import Blueprint
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.conformed import SMALL, conformed_clip
from tests.assembly.truth import blueprint, move

KEYS = tuple(range(0, 150, 15))
FADE = {"transition_type": "crossfade", "transition_duration": 0.5}


@dataclass
class Known:
    frames: int = 150
    keyframes: tuple[int, ...] = KEYS
    profile: str | None = SMALL.id


CLIPS = {"clips/a.mp4": Known(), "clips/b.mp4": Known(), "clips/raw.mp4": Known(profile=None)}


def of(moves: list[dict[str, Any]], **config: Any) -> Estimate:
    return estimate(blueprint(moves, output_config={"retime": "timestamps", **config}), CLIPS)


MOVES = [
    move("clips/a.mp4", 0, 2, speed=1.05),
    move("clips/b.mp4", 2, 2, **FADE),
    move("clips/a.mp4", 4, 1, trim_start=0.7),
    move("clips/raw.mp4", 5, 2),
]


def test_it_counts_what_the_render_copies_and_encodes(tmp_path: Path) -> None:
    for name in "ab":
        conformed_clip(tmp_path / f"clips/{name}.mp4", 150, keys=KEYS)
    truth.numbered_clip(tmp_path / "clips/raw.mp4", 150)
    truth.write_wav(tmp_path / "songs/song.wav", truth.tone(3.0))
    document = blueprint(MOVES, output_config={"retime": "timestamps"})
    before = estimate(document, CLIPS)
    result = render(document, store=DirectoryStore(tmp_path), output=tmp_path / "v.mp4")
    assert (before.frames_copied, before.frames_encoded) == (result.frames_copied, result.frames_encoded)
    assert result.estimate == before
    assert result.spent is not None
    assert (result.spent.bytes, result.spent.cpu_s > 0) == (result.file_size, True)
    took = prices.compute(result.spent.cpu_s) + prices.keeping(result.file_size)
    stored = prices.operations(clips=3, pieces=0, tasks=1)  # nothing keeps pieces here
    assert result.spent.cost_usd == pytest.approx(took + stored, abs=2e-6)


def test_an_unknown_clip_counts_as_not_conformed() -> None:
    assert of([move("clips/new.mp4", 0, 2)]).frames_encoded == 60


def test_more_work_takes_more() -> None:
    cut = of([move("clips/a.mp4", 0, 2), move("clips/b.mp4", 2, 2)])
    faded = of([move("clips/a.mp4", 0, 2), move("clips/b.mp4", 2, 2, **FADE)])
    whole = of([move("clips/raw.mp4", 0, 2), move("clips/raw.mp4", 2, 2)])
    hevc = of([move("clips/a.mp4", 0, 2), move("clips/b.mp4", 2, 2)], video_codec="libx265")
    assert cut.cpu_s <= faded.cpu_s <= whole.cpu_s <= hevc.cpu_s
    assert (cut.frames_encoded, faded.frames_encoded, whole.frames_encoded, hevc.frames_encoded) == (0, 15, 120, 120)


def test_the_songs_sound_counts_apart_where_it_is_encoded_once() -> None:
    moves = [move("clips/a.mp4", 0, 4)]
    once, always = of(moves), [of(moves, **c) for c in ({"audio_codec": "libopus"}, {"output_format": "mkv"})]
    assert once.song_cpu_s > 0
    for each in always:
        assert each.song_cpu_s == 0
        assert each.cpu_s == pytest.approx(once.cpu_s + once.song_cpu_s, abs=0.011)


def test_clips_that_were_never_conformed_take_longer() -> None:
    raw, crf = of([move("clips/raw.mp4", 0, 4)]), of([move("clips/raw.mp4", 0, 4)], crf=20)
    assert raw.frames_encoded == 120
    assert raw.cpu_s == crf.cpu_s
    assert raw.cpu_s > of([move("clips/a.mp4", 0, 4, **FADE)]).cpu_s


def test_quality_decides_the_bytes() -> None:
    sizes = [of([move("clips/a.mp4", 0, 4)], **config).bytes for config in ({"crf": 27}, {}, {"crf": 15})]
    assert sizes == sorted(sizes)
    by_rate = of([move("clips/a.mp4", 0, 4)], video_bitrate="800k", audio_bitrate="80k")
    assert by_rate.bytes == 4 * 880_000 // 8


@pytest.mark.parametrize(("seconds", "size", "tasks"), [(4, "64x48", 1), (600, "1920x1080", MOST_TASKS)])
def test_long_work_is_shared(seconds: int, size: str, tasks: int) -> None:
    assert of([move("clips/raw.mp4", 0, seconds)], resolution=size).tasks == tasks


def test_an_output_encoded_whole_is_not_shared() -> None:
    assert of([move("clips/raw.mp4", 0, 300)], resolution="1920x1080", video_codec="libx265").tasks == 1


def test_costs_are_those_of_the_table() -> None:
    found = of([move("clips/raw.mp4", 0, 60)], resolution="1280x720")
    assert found.prices_of == prices.DATE
    assert found.view_usd == round(prices.watching(found.bytes), 6)
    least = prices.compute(found.cpu_s) + prices.keeping(found.bytes)
    assert least - 1e-5 <= found.cost_usd <= least + 1e-3


def test_planning_can_estimate_without_a_decoder() -> None:
    code = "import sys, bachata.assembly.estimate; print([m for m in ('av', 'numpy') if m in sys.modules])"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_documents_of_the_tests_are_valid() -> None:
    assert isinstance(blueprint(MOVES), Blueprint)


def test_only_encoded_pieces_are_written() -> None:
    """Copied segments cost no operation: many cuts cost what one does, but for the pictures."""
    one = of([move("clips/a.mp4", 0, 4)])
    many = of([move("clips/a.mp4", n * 0.5, 0.5, trim_start=0.5 * (n % 2)) for n in range(8)])
    assert (one.frames_encoded, many.frames_encoded) == (0, 0)
    assert many.cost_usd == one.cost_usd


def test_every_task_reads_the_clips_and_announces_its_pieces() -> None:
    alone = prices.operations(clips=3, pieces=10, tasks=1)
    shared = prices.operations(clips=3, pieces=10, tasks=4)
    assert alone == pytest.approx(5 * prices.READ + 12 * prices.WRITE)
    assert shared == pytest.approx((4 * 4 + 1 + 10) * prices.READ + 22 * prices.WRITE)


def test_what_was_spent_holds_the_same_terms() -> None:
    before, after = (rendering.spent(10**6, operations=cost).cost_usd for cost in (0.0, 0.01))
    assert after - before == pytest.approx(0.01, abs=1e-4)
