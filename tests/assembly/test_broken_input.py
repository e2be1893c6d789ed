"""Broken clips, wherever they are danced. One rule (docs/architecture.md, "Broken clips"):

- a clip that *ends early* is repaired: its last picture is held, and the Result says which move, which key, how long;
- a clip whose pictures *cannot all be had* is refused: the error names move and key. What the decoder can mend by
  itself is shown, and the Result says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.errors import MediaUnreadable
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.kinds import WIDE, conformed
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]

PLACES = (0, 1, 2)
GOOD = "clips/broken-neighbour.mp4"
FRAMES, EVERY = 90, 15


def foreign(path: Path, frames: int = FRAMES) -> Path:
    """A clip from elsewhere: B-frames, a keyframe every half second."""
    return truth.numbered_clip(path, frames, size=WIDE, options={"g": "15", "bf": "2", "preset": "veryfast"})


def ours(path: Path, frames: int = FRAMES) -> Path:
    """A clip of which everything can be copied."""
    return conformed(path, range(frames), WIDE, every=EVERY)


MAKERS = {"foreign": foreign, "conformed": ours}


@pytest.fixture(scope="module")
def store(media: DirectoryStore) -> DirectoryStore:
    conformed(media.root / GOOD, range(3000, 3060), WIDE, every=EVERY)
    return media


def document(key: str, place: int, *, seconds: float = 1.0, transition: str = "cut", start: float = 0.0) -> Blueprint:
    """Three moves of which one is broken."""
    moves = [
        move(key, float(n), seconds, trim_start=start)
        if n == place
        else move(GOOD, float(n), 1.0, transition_type=transition if n == place + 1 else "cut", transition_duration=0.2)
        for n in range(3)
    ]
    return blueprint(moves, output_config={"resolution": "128x72"})


def refused(made: Made, key: str, place: int, **how: float) -> str:
    """The error a broken clip leads to, in which move and key must be told."""
    with pytest.raises(MediaUnreadable) as caught:
        made(document(key, place, **how))
    message = caught.value.message
    assert key in message
    assert re.search(rf"\bmove {place + 1}\b", message), message
    assert "/tmp" not in str(caught.value.as_dict())
    return message


def corrupted(path: Path, first: int, last: int, *, seed: int = 1) -> Path:
    """The bytes of frames `first` to `last` - 1 replaced by noise; sizes and index stay."""
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    noise = np.random.default_rng(seed)
    for at, size in packets[first:last]:
        data[at : at + size] = noise.integers(0, 256, size, dtype=np.uint8).tobytes()
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_file_cut_off_before_its_index_is_refused(made: Made, store: DirectoryStore, kind: str, place: int) -> None:
    path = MAKERS[kind](store.root / f"broken/cut-{kind}.mp4")
    data = path.read_bytes()
    if kind == "conformed":  # its index lies in front: cut in the middle of it
        path.write_bytes(data[:500])
    else:
        path.write_bytes(data[: len(data) // 2])
    refused(made, f"broken/cut-{kind}.mp4", place)


@pytest.mark.parametrize("place", PLACES)
def test_a_conformed_file_cut_off_after_its_index_is_refused_or_held(
    made: Made, out: Path, store: DirectoryStore, place: int
) -> None:
    """The index promises 90 frames; the data ends after about half of them."""
    path = ours(store.root / "broken/half.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    key = "broken/half.mp4"
    try:
        result = made(document(key, place, start=1.5))
    except MediaUnreadable as error:
        assert key in error.message
        assert re.search(rf"\bmove {place + 1}\b", error.message), error.message
    else:
        assert result.frames == len(truth.numbers(out)) == 90
        assert any(f"move {place + 1} ({key})" in warning for warning in result.warnings)


@pytest.mark.parametrize("place", PLACES)
def test_no_bytes_at_all(made: Made, store: DirectoryStore, place: int) -> None:
    (store.root / "broken").mkdir(exist_ok=True)
    (store.root / "broken/zero.mp4").write_bytes(b"")
    refused(made, "broken/zero.mp4", place)


@pytest.mark.parametrize("place", PLACES)
def test_no_video_stream(made: Made, store: DirectoryStore, place: int) -> None:
    truth.write_wav(store.root / "broken/sound.wav", truth.tone(1.0))
    assert "no video stream" in refused(made, "broken/sound.wav", place)


def test_a_wrong_extension_is_no_fault(made: Made, out: Path, store: DirectoryStore) -> None:
    """What a file is, its bytes say: a Matroska file called .mp4 plays, text called .mp4 does not."""
    real = foreign(store.root / "broken/real.mkv")
    real.rename(store.root / "broken/matroska.mp4")
    result = made(document("broken/matroska.mp4", 1))
    assert truth.numbers(out)[30:60] == list(range(30))
    assert result.warnings == []


@pytest.mark.parametrize("place", PLACES)
def test_something_else_called_mp4(made: Made, store: DirectoryStore, place: int) -> None:
    (store.root / "broken").mkdir(exist_ok=True)
    (store.root / "broken/letter.mp4").write_text("Dear dancers, please find enclosed\n" * 200)
    refused(made, "broken/letter.mp4", place)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_clip_shorter_than_its_move_holds_its_last_picture(
    made: Made, out: Path, store: DirectoryStore, kind: str, place: int
) -> None:
    key = f"broken/short-{kind}.mp4"
    MAKERS[kind](store.root / key, 20)
    result = made(document(key, place))
    assert truth.numbers(out)[30 * place : 30 * place + 30] == [*range(20), *[19] * 10]
    assert result.warnings == [
        f"move {place + 1} ({key}) ends too early: its last picture was held for 10 frames, 0.33 s"
    ]


@pytest.mark.parametrize("place", PLACES[:2])
@pytest.mark.parametrize("kind", MAKERS)
def test_a_handle_too_short_holds_its_last_picture(
    made: Made, out: Path, store: DirectoryStore, kind: str, place: int
) -> None:
    """A crossfade of 6 frames goes on with frames 30 to 35 of the outgoing clip, which has 32."""
    key = f"broken/handle-{kind}.mp4"
    MAKERS[kind](store.root / key, 32)
    result = made(document(key, place, transition="crossfade"))
    assert result.warnings == [
        f"move {place + 1} ({key}) ends too early: its last picture was held for 4 frames, 0.13 s"
    ]
    mixed = truth.lumas(out)[30 * (place + 1) + 4].astype(float)
    share = 5 / 7
    under, over = (16 + truth.numbered(n, WIDE) * (219 / 255) for n in (31, 3004))
    assert np.abs(mixed - (share * over + (1 - share) * under)).mean() < 8


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("start", [0.0, 0.2], ids=["on-the-grid", "off-the-grid"])
@pytest.mark.parametrize("kind", MAKERS)
def test_a_corrupt_group_in_the_middle_is_never_shown_in_silence(
    made: Made, out: Path, store: DirectoryStore, kind: str, start: float, place: int
) -> None:
    """On the grid, the group would be copied from a conformed clip without being decoded."""
    key = f"broken/middle-{kind}.mp4"
    corrupted(MAKERS[kind](store.root / key), EVERY, 2 * EVERY)
    try:
        result = made(document(key, place, start=start))
    except MediaUnreadable as error:
        assert key in error.message
        assert re.search(rf"\bmove {place + 1}\b", error.message), error.message
    else:
        assert result.frames == len(truth.numbers(out)) == 90
        assert any(f"move {place + 1} ({key})" in warning for warning in result.warnings), result.warnings


@pytest.mark.parametrize("kind", MAKERS)
def test_damage_that_is_not_shown_does_no_harm(made: Made, out: Path, store: DirectoryStore, kind: str) -> None:
    key = f"broken/elsewhere-{kind}.mp4"
    corrupted(MAKERS[kind](store.root / key), EVERY, 2 * EVERY)
    made(document(key, 1, start=1.5))
    assert truth.numbers(out)[30:60] == list(range(45, 75))


def test_all_that_is_broken_is_told_at_once(made: Made, store: DirectoryStore) -> None:
    (store.root / "broken").mkdir(exist_ok=True)
    (store.root / "broken/zero.mp4").write_bytes(b"")
    truth.write_wav(store.root / "broken/sound.wav", truth.tone(1.0))
    moves = [move("broken/zero.mp4", 0, 1), move(GOOD, 1, 1), move("broken/sound.wav", 2, 1)]
    with pytest.raises(MediaUnreadable) as caught:
        made(blueprint(moves, output_config={"resolution": "128x72"}))
    for place, key in ((1, "broken/zero.mp4"), (3, "broken/sound.wav")):
        assert f"move {place}" in caught.value.message
        assert key in caught.value.message
