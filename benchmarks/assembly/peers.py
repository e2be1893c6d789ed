"""Three other ways to make the same video, in their own processes: the old pipeline, one filter graph, MoviePy.

FFmpeg's binary and MoviePy live in an environment of their own (`make peers`): MoviePy asks for an older Pillow than
what draws our plots.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks.assembly.material import ROOT
from benchmarks.assembly.montage import Cut
from benchmarks.assembly.scale import RATE, Scale
from benchmarks.harness import Cost, in_turn, run

PYTHON = ROOT / "build" / "peers" / "bin" / "python"
_SCRIPT = Path(__file__).with_name("moviepy_montage.py")
_QUIET = ("-v", "error", "-nostdin", "-y")
_OURS = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p")
"""How the assembler encodes by default: a filter graph given less or more to do would be no comparison."""
_SOUND = ("-c:a", "aac", "-b:a", "128k")


@dataclass(frozen=True)
class Peers:
    """Where the others live."""

    python: Path
    ffmpeg: str
    versions: str

    @classmethod
    def find(cls, python: Path = PYTHON) -> Peers | None:
        """The environment `make peers` made, or None."""
        if not python.is_file():
            return None
        asked = (
            "import imageio_ffmpeg as f, importlib.metadata as m; "
            "print(f.get_ffmpeg_exe()); print('FFmpeg', f.get_ffmpeg_version() + ',', 'MoviePy', m.version('moviepy'))"
        )
        told = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=True)
        path, versions = told.stdout.strip().splitlines()
        return cls(python, path, versions)

    def old_pipeline(self, cuts: Sequence[Cut], song: Path, scale: Scale, folder: Path, target: Path) -> Cost:
        """Every clip encoded, the pieces joined, the whole encoded again with the song; hard cuts."""
        width, height = scale.size
        costs = []
        for number, cut in enumerate(cuts):
            costs.append(run([
                self.ffmpeg, *_QUIET, "-ss", _before(cut.source), "-i", str(cut.clip.path),
                "-frames:v", str(cut.frames), "-vf", f"scale={width}:{height},fps={RATE}",
                "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p", "-an",
                str(folder / f"{number}.mp4"),
            ]))  # fmt: skip
        listing = folder / "list.txt"
        listing.write_text("".join(f"file '{number}.mp4'\n" for number in range(len(cuts))), encoding="utf-8")
        joined = folder / "joined.mp4"
        costs.append(run([
            self.ffmpeg, *_QUIET, "-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy", str(joined),
        ]))  # fmt: skip
        costs.append(run([
            self.ffmpeg, *_QUIET, "-i", str(joined), "-i", str(song), "-map", "0:v", "-map", "1:a",
            "-c:v", "libx264", "-b:v", "2M", *_SOUND, "-shortest", str(target),
        ]))  # fmt: skip
        return in_turn(costs)

    def filter_graph(self, cuts: Sequence[Cut], song: Path, scale: Scale, target: Path) -> Cost:
        """All clips open at once, trimmed and crossfaded in one graph, encoded once."""
        inputs = [part for cut in cuts for part in ("-i", str(cut.clip.path))]
        return run([
            self.ffmpeg, *_QUIET, *inputs, "-i", str(song), "-filter_complex", graph(cuts, scale),
            "-map", "[video]", "-map", f"{len(cuts)}:a", *_OURS, *_SOUND,
            "-t", _time(cuts[-1].end), "-movflags", "+faststart", str(target),
        ])  # fmt: skip

    def moviepy(self, cuts: Sequence[Cut], song: Path, scale: Scale, target: Path) -> Cost:
        """MoviePy's composition with crossfades."""
        order = {
            "song": str(song),
            "target": str(target),
            "size": scale.size,
            "rate": int(RATE),
            "seconds": float((cuts[-1].end + Fraction(1, 4)) / RATE),  # it cuts the number of frames off, in floats
            "moves": [
                {
                    "path": str(cut.clip.path),
                    "from": float(cut.source / RATE),
                    "to": float((cut.source + cut.frames + handle) / RATE),
                    "start": float(cut.start / RATE),
                    "crossfade": float(cut.beat / RATE) if number else 0.0,
                }
                for number, (cut, handle) in enumerate(zip(cuts, handles(cuts), strict=True))
            ],
        }
        return run([str(self.python), str(_SCRIPT), json.dumps(order)], env={"FFMPEG_BINARY": self.ffmpeg})


def graph(cuts: Sequence[Cut], scale: Scale) -> str:
    """The filter graph: clip n is trimmed with its handle and faded into at its cut. xfade keeps absolute time."""
    width, height = scale.size
    parts = [
        f"[{n}:v]trim=start_frame={cut.source}:end_frame={cut.source + cut.frames + handle},setpts=PTS-STARTPTS,"
        f"scale={width}:{height},format=yuv420p,fps={RATE},settb=1/{RATE}[c{n}]"
        for n, (cut, handle) in enumerate(zip(cuts, handles(cuts), strict=True))
    ]
    before = "c0"
    for n, cut in enumerate(cuts[1:], 1):
        name = "video" if n == len(cuts) - 1 else f"x{n}"
        parts.append(
            f"[{before}][c{n}]xfade=transition=fade:duration={_time(cut.beat)}:offset={_time(cut.start)}[{name}]"
        )
        before = name
    return ";".join(parts)


def handles(cuts: Sequence[Cut]) -> list[int]:
    """Frames each clip goes on after its move, under the crossfade into the next."""
    return [*(cut.beat for cut in cuts[1:]), 0]


def _time(frames: int) -> str:
    return f"{float(frames / RATE):.6f}"


def _before(frame: int) -> str:
    """A seek that finds exactly this frame: a quarter of one early, so that rounding cannot pass it."""
    return f"{max(0.0, float((frame - 0.25) / RATE)):.6f}"
