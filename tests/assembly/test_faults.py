"""What goes wrong is named, and leaves nothing behind."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bachata.assembly import render
from bachata.assembly.rendering import Options
from bachata.assembly.result import Result
from bachata.errors import BachataError, ClipMissing, MediaUnreadable, SongMissing, Stopped
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]
QUICK = Options(fetch_backoff=0)


def leftovers(scratch: Path, out: Path) -> list[Path]:
    return [*scratch.iterdir(), *out.parent.glob(".*"), *out.parent.glob("video*")]


@pytest.fixture
def broken(media: DirectoryStore) -> dict[str, str]:
    """Broken clips by what is wrong with them."""
    folder = media.root / "broken"
    folder.mkdir(exist_ok=True)
    whole = (media.root / "clips/a.mp4").read_bytes()
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "garbage.mp4").write_bytes(b"this is no video " * 400)
    (folder / "no-index.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "text.mp4").write_text("#EXTM3U\nhttp://127.0.0.1:9/x.ts\n")
    truth.write_wav(folder / "sound-only.wav", truth.tone(1.0))
    return {path.stem: f"broken/{path.name}" for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("empty", "Invalid data|End of file"),
        ("garbage", "Invalid data|moov atom not found"),
        ("no-index", "moov atom not found"),
        ("text", "Invalid data|not in allowed|Protocol|whitelist"),
        ("sound-only", "holds no video stream .found: audio"),
    ],
)
def test_a_broken_clip_is_named_with_the_decoders_words(
    made: Made, scratch: Path, out: Path, broken: dict[str, str], fault: str, words: str
) -> None:
    with pytest.raises(MediaUnreadable, match=words) as caught:
        made(blueprint([move("clips/a.mp4", 0, 0.5), move(broken[fault], 0.5, 0.5)]))
    assert f"'{broken[fault]}'" in caught.value.message
    assert caught.value.http_status == 422
    assert "/tmp" not in str(caught.value.as_dict())
    assert leftovers(scratch, out) == []


def test_a_clip_cut_short_is_held_and_said(made: Made, out: Path, media: DirectoryStore) -> None:
    """A stream that just ends, as a broken download of an indexless format does, is repaired by the holding rule."""
    whole = truth.numbered_clip(media.root / "broken/whole.ts", 90, options={"g": "10"})
    (media.root / "broken/cut.ts").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    result = made(blueprint([move("broken/cut.ts", 0, 2.5)]))
    assert result.frames == 75
    assert any("ends too early" in w for w in result.warnings)


def test_damage_in_the_middle_is_an_error_or_a_warning_never_silence(
    made: Made, out: Path, media: DirectoryStore
) -> None:
    data = bytearray((media.root / "clips/a.mp4").read_bytes())
    start = data.index(b"mdat") + len(data) // 3
    data[start : start + 3000] = bytes(3000)
    (media.root / "broken").mkdir(exist_ok=True)
    (media.root / "broken/middle.mp4").write_bytes(bytes(data))
    try:
        result = made(blueprint([move("broken/middle.mp4", 0, 3.5)]))
    except MediaUnreadable as error:
        assert "'broken/middle.mp4' cannot be decoded: Invalid data" in error.message
    else:
        assert result.frames == 105
        assert "is damaged" in " ".join(result.warnings)


def test_a_missing_clip_is_named_after_three_tries(made: Made, scratch: Path, out: Path) -> None:
    waits: list[float] = []
    with pytest.raises(ClipMissing, match=r"'clips/none\.mp4' is not in storage \(tried 3 times\)"):
        made(blueprint([move("clips/none.mp4", 0, 1)]), options=Options(pause=waits.append))
    assert waits == [0.5, 1.0]
    assert leftovers(scratch, out) == []


def test_a_missing_song_is_named(made: Made, scratch: Path, out: Path) -> None:
    with pytest.raises(SongMissing, match=r"'songs/none\.wav'"):
        made(blueprint([move("clips/a.mp4", 0, 1)], audio_path="songs/none.wav"), options=QUICK)
    assert leftovers(scratch, out) == []


def test_a_song_given_by_hand_is_used_instead(made: Made, media: DirectoryStore) -> None:
    document = blueprint([move("clips/a.mp4", 0, 1)], audio_path="songs/none.wav")
    assert made(document, song=media.root / "songs/song.wav").frames == 30


@pytest.mark.parametrize("stage", ["fetching", "concatenating", "adding_audio"])
def test_a_stop_ends_the_render_in_any_stage(made: Made, scratch: Path, out: Path, stage: str) -> None:
    stop = threading.Event()
    frames: list[float] = []

    def watch(now: str, done: float) -> None:
        if now == "concatenating":
            frames.append(done)
        if now == stage:
            stop.set()

    document = blueprint([move("clips/a.mp4", i * 2.0, 2.0) for i in range(3)])
    with pytest.raises(Stopped):
        made(document, stop=stop, progress=watch)
    assert len(frames) < 3 or stage == "adding_audio"
    assert leftovers(scratch, out) == []


def test_an_earlier_video_survives_a_render_that_fails(made: Made, out: Path) -> None:
    made(blueprint([move("clips/a.mp4", 0, 1)]))
    before = out.read_bytes()
    with pytest.raises(ClipMissing):
        made(blueprint([move("clips/none.mp4", 0, 1)]), options=QUICK)
    assert out.read_bytes() == before


def test_errors_of_progress_surface_and_leave_nothing(made: Made, scratch: Path, out: Path) -> None:
    def fail(stage: str, _done: float) -> None:
        if stage == "adding_audio":
            raise RuntimeError("listener broke")

    with pytest.raises(RuntimeError, match="listener broke"):
        made(blueprint([move("clips/a.mp4", 0, 1)]), progress=fail)
    assert leftovers(scratch, out) == []


def test_the_video_moves_across_file_systems(
    media: DirectoryStore, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system")
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    before = set(shared.iterdir())
    out = tmp_path / "deep/video.mp4"
    render(blueprint([move("clips/a.mp4", 0, 0.5)]), store=media, output=out)
    assert truth.numbers(out) == list(range(15))
    assert [p.name for p in out.parent.iterdir()] == ["video.mp4"]
    assert not {p for p in set(shared.iterdir()) - before if p.name.startswith("bachata-render")}


def test_every_error_is_one_sentence_for_a_person(made: Made, broken: dict[str, str]) -> None:
    documents: list[dict[str, Any]] = [
        {"moves": [move("clips/none.mp4", 0, 1)]},
        {"moves": [move(broken["garbage"], 0, 1)]},
        {"moves": [move("clips/a.mp4", 0, 1)], "audio_path": broken["garbage"]},
    ]
    for document in documents:
        with pytest.raises(BachataError) as caught:
            made(blueprint(**document), options=QUICK)
        assert re.match(r"^'[^']+' .+\.$", caught.value.message), caught.value.message
