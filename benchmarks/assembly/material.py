"""What is measured on: clips (real ones where there are any), a library made of them, a song, and copies of the store.

Every measured run gets a store of its own, made of hard links, so that nothing an earlier run left there is reused.
"""

from __future__ import annotations

import json
import os
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.assembly.montage import Clip
from benchmarks.assembly.scale import Scale
from benchmarks.harness import Cost, run

ROOT = Path(__file__).parents[2]
BACHATA = str(Path(sys.executable).with_name("bachata"))
LIBRARY = "bench"
TEMPO = 120.0
SONG = "songs/song.m4a"
LONG_SONG = "songs/long.wav"


@dataclass(frozen=True)
class Material:
    """A store with a conformed library and songs, and where the clips came from."""

    store: Path
    clips: tuple[Clip, ...]
    media: Path
    real: bool
    conform: Cost
    """Of bringing the clips into the library."""
    seconds: float
    """Of all clips together."""
    plan: dict[str, Any]
    """The blueprint `bachata plan` makes of the song and this library: moves retimed to its beats."""

    def copy(self, target: Path) -> Path:
        """The store again, as it was before anything was rendered from it."""
        return link_tree(self.store, target)


def link_tree(source: Path, target: Path) -> Path:
    """A folder again, of hard links: the store replaces files, it never writes into them."""
    for folder, _, names in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        for name in names:
            os.link(Path(folder, name), there / name)
    return target


def real_media() -> Path | None:
    """The folder of real clips beside the checkout, if it is there."""
    folder = ROOT.parent / "shared" / "media"
    return folder if (folder / "annotations.json").is_file() else None


def prepare(folder: Path, scale: Scale, media: Path | None) -> Material:
    """Clips into a library under `folder`, a song beside them. Without `media` the sample moves are drawn."""
    from samples.song import make_song

    real = media is not None
    if media is None:
        media = _drawn(folder / "drawn", scale)
    home = folder / "home"
    conform = run(
        [BACHATA, "library", "add", str(media), "--library", LIBRARY, "--profile", scale.profile, "--json"],
        env={"BACHATA_HOME": str(home)},
    )
    store = home / "storage"
    clips = _clips(home, media)
    songs = store / "songs"
    songs.mkdir(parents=True)
    truth = make_song(folder / "song.wav", tempo=TEMPO, seconds=scale.moves * scale.move_seconds + 8.0)
    (folder / "song.m4a").rename(store / SONG)
    _repeated(folder / "song.wav", store / LONG_SONG, scale.growth[-1] * scale.move_seconds + 8.0)
    seconds = sum(clip.frames for clip in clips) / 30
    assert truth.duration > scale.moves * scale.move_seconds
    planned = run(
        [BACHATA, "plan", "--song", str(store / SONG), "--library", LIBRARY, "--task-id", "planned", "--json"],
        env={"BACHATA_HOME": str(home)},
    )
    return Material(store, clips, media, real, conform, seconds, json.loads(planned.output)["blueprint"])


def unconformed(material: Material, clips: Sequence[Clip], scale: Scale, ffmpeg: str, target: Path) -> tuple[Clip, ...]:
    """`clips` as a camera would have stored them, in a store at `target`: large, keyframes seldom, with B-frames."""
    width, height = scale.large
    (target / "raw").mkdir(parents=True)
    large = []
    for number, clip in enumerate(clips):
        key = f"raw/{number}.mp4"
        run([
            ffmpeg, "-v", "error", "-nostdin", "-y", "-i", str(clip.path), "-vf", f"scale={width}:{height}",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "250", "-pix_fmt", "yuv420p", "-an",
            str(target / key),
        ])  # fmt: skip
        large.append(replace(clip, key=key))
    link_tree(material.store / "songs", target / "songs")
    if (material.store / "cache").is_dir():  # the song's encoded track
        link_tree(material.store / "cache", target / "cache")
    return tuple(large)


def _drawn(folder: Path, scale: Scale) -> Path:
    from samples.moves import make_moves
    from samples.moves.catalogue import MOVES

    make_moves(folder, moves=MOVES[: scale.drawn], height=scale.size[1])
    return folder


def _clips(home: Path, media: Path) -> tuple[Clip, ...]:
    listed = json.loads(
        run([BACHATA, "library", "list", "--library", LIBRARY, "--json"], env={"BACHATA_HOME": str(home)}).output
    )
    annotations = json.loads((media / "annotations.json").read_text(encoding="utf-8"))
    paths = {a["clip_id"]: media / a["video_path"] for a in annotations["clips"]}
    return tuple(
        Clip(m["clip_id"], m["video_path"], paths[m["clip_id"]], m["frames"], tuple(m["beats"])) for m in listed
    )


def _repeated(source: Path, target: Path, seconds: float) -> None:
    """A WAV as long as asked for, by playing another again and again."""
    with wave.open(str(source), "rb") as song, wave.open(str(target), "wb") as long:
        long.setparams(song.getparams())
        missing = round(seconds * song.getframerate())
        while missing > 0:
            song.rewind()
            block = song.readframes(min(missing, song.getnframes()))
            long.writeframesraw(block)
            missing -= song.getnframes()
