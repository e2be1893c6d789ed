"""One move -> one MP4: constant 30 fps H.264 with its own soft music, beats known to the sample."""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc

from samples.figures.film import Film
from samples.figures.pixels import Frame
from samples.figures.stage import PALETTES
from samples.moves.catalogue import Move
from samples.moves.loop import percussion
from samples.song.mixdown import encode_audio
from samples.song.voices import RATE

FRAME_RATE = Fraction(30)
"""Frames per second of every clip."""

FAST = "rc-lookahead=8:bframes=0:subme=1:me=dia:weightp=0:trellis=0"
"""Most of the picture stands still: finer searches cost a third more time and save nothing that is seen."""

HANDLE_BEATS = 1.4
"""Beats of dancing after the last count: material to fade with."""


@dataclass(frozen=True)
class Timing:
    """When things happen in a clip: seconds of each beat, how many frames in all."""

    start: float
    beats: tuple[float, ...]
    frames: int


def timing(move: Move, counts: int) -> Timing:
    """Count 1 falls `preroll` frames in; beats go on through the handle."""
    beat = 60.0 / move.tempo
    start = move.preroll / float(FRAME_RATE)
    frames = math.ceil((start + (counts + HANDLE_BEATS) * beat) * FRAME_RATE)
    total = frames / float(FRAME_RATE)
    beats = tuple(round(start + k * beat, 6) for k in range(counts + 3) if start + k * beat < total - 1e-9)
    return Timing(start, beats, frames)


def film(move: Move, *, height: int = 720, stage: Frame | None = None) -> tuple[Film, Timing]:
    """The move ready to be drawn, `height` lines tall, on a `stage` painted before or one that it paints."""
    duet = move.choreograph()
    when = timing(move, duet.counts)
    picture = Film(
        duet, tempo=move.tempo, start=when.start, frames=when.frames, rate=FRAME_RATE,
        palette=PALETTES[move.palette], height=height, stage=stage,
    )  # fmt: skip
    return picture, when


def compile_renderer(move: Move) -> None:
    """Compile all that drawing needs, into the cache beside the sources; tiny pictures of a move call for all of it."""
    picture, when = film(move, height=72)
    for index in range(0, when.frames, 5):
        picture.draw_yuv(index)


def write_clip(move: Move, path: Path, *, height: int = 720, stage: Path | None = None) -> Timing:
    """Draw and encode one move, on the stage kept in the file `stage` if there is one.

    A half-written file never carries the final name.
    """
    picture, when = film(move, height=height, stage=np.load(stage) if stage else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        video = out.add_stream("libx264", rate=FRAME_RATE)
        video.width, video.height, video.pix_fmt = picture.width, picture.height, "yuv420p"
        video.options = {"preset": "veryfast", "crf": "20", "profile": "high", "x264-params": FAST}
        video.codec_context.thread_count = 1
        video.codec_context.time_base = 1 / FRAME_RATE
        video.codec_context.color_primaries = ColorPrimaries.BT709
        video.codec_context.color_trc = ColorTrc.BT709
        video.codec_context.colorspace = Colorspace.ITU709
        video.codec_context.color_range = 1
        sound = out.add_stream("aac", rate=RATE)
        sound.bit_rate, sound.layout = 96_000, "stereo"
        for index in range(when.frames):
            frame = av.VideoFrame.from_ndarray(picture.draw_yuv(index), "yuv420p")
            frame.pts, frame.time_base = index, 1 / FRAME_RATE
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        seconds = when.frames / float(FRAME_RATE)
        encode_audio(out, sound, percussion(seconds, move.tempo, when.start, seed=17))
    partial.replace(path)
    return when
