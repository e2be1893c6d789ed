"""Plans drawn by hand, whose scores can be worked out on paper: at 120 BPM a count lasts half a second."""

from __future__ import annotations

from typing import Any

from bachata.blueprint import Blueprint, parse
from bachata.choreography.scorecard.dance import Dance
from bachata.moves.catalogue import Move, Pose
from bachata.music.document import Analysis
from tests.choreography.worlds import make_move, make_song

PERIOD = 0.5
EIGHT = 8 * PERIOD
SONG = make_song(tempo=120, seconds=130.0, first_beat=0.0, count_one=0)


def plain(clip_id: str = "m", **how: Any) -> Move:
    """A clip of three eights at the song's tempo whose first count 1 is its first frame but 9 (0.3 counts)."""
    return make_move(clip_id, **{"tempo": 120.0, "eights": 3, "pickup": 0, "rate": "60", **how})


def one_of(move: Move) -> float:
    """Seconds into the clip of its first count 1."""
    return float(move.beats[move.count_one] / move.rate)


def drawn(pieces: list[dict[str, Any]], **fields: Any) -> Blueprint:
    """A blueprint at 30 fps; a piece shows clip "m" unless it names another."""
    config = {"output_path": "output/x.mp4", "frame_rate": 30, **fields.pop("output_config", {})}
    filled = [{"clip_id": "m", "video_path": "moves/m.mp4", **p} for p in pieces]
    return parse({"task_id": "t", "audio_path": "songs/x", "moves": filled, "output_config": config, **fields})


def eights(count: int, *, late: float = 0.0, clips: str = "m", **piece: Any) -> list[dict[str, Any]]:
    """`count` pieces of 8 counts, every cut `late` seconds late, showing `clips` in turn."""
    starts = [0.0, *(EIGHT * i + late for i in range(1, count))]
    ends = [*starts[1:], EIGHT * count]
    return [
        {"start_time": a, "duration": b - a, "clip_id": clips[i % len(clips)], **piece}
        for i, (a, b) in enumerate(zip(starts, ends, strict=True))
    ]


def dance(blueprint: Blueprint, moves: list[Move], song: Analysis = SONG) -> Dance:
    return Dance.of(blueprint, song, moves)


def standing(x: float) -> Pose:
    """The same outline at another place: half a picture height apart is as far as places can be."""
    return Pose(x=x, y=0.0, width=0.4, height=0.8, shape=[50] * 24)
