"""What the scorecard's M10 needs to know of a finished video: its pictures and how far its song is behind."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bachata.assembly.estimate import estimate
from bachata.assembly.result import Result
from bachata.assembly.sound import RATE, SongSound
from bachata.blueprint import Blueprint
from bachata.choreography.scorecard.integrity import Rendered, lags
from bachata.errors import BachataError
from bachata.moves.catalogue import Move

EXCERPT = 4 * RATE
"""Samples by which the song is found at the start, in the middle and at the end."""

Samples = npt.NDArray[np.float32]


def rendered(
    blueprint: Blueprint, result: Result, moves: Sequence[Move], *, video: Path | None, song: Path | None
) -> Rendered:
    """From the Result and, where both files are there, from what is heard in them. `moves`: those that are shown.

    How many pictures were planned follows from the blueprint and from how its clips are encoded.
    """
    planned = estimate(blueprint, {move.video_path: move for move in moves})
    return Rendered(
        frames=result.frames,
        planned=planned.frames_copied + planned.frames_encoded,
        lags=_lags(blueprint, result, video, song) if video and song else (),
    )


def _lags(blueprint: Blueprint, result: Result, video: Path, song: Path) -> tuple[float | None, ...]:
    if not blueprint.output_config.add_audio_overlay:
        return ()  # the clips' own sound: no song to be found
    samples = round(result.duration_s * RATE)
    length = min(EXCERPT, samples)
    spans = [(first, length) for first in sorted({0, (samples - length) // 2, samples - length})]
    try:
        heard = excerpts(video, spans, start=Fraction(0), samples=samples)
        true = excerpts(song, spans, start=Fraction(str(blueprint.audio_start)), samples=samples)
    except BachataError:  # a file that was replaced or cannot be read proves nothing
        return ()
    return lags(list(zip(heard, true, strict=True)), RATE)


def excerpts(path: Path, spans: Sequence[tuple[int, int]], *, start: Fraction, samples: int) -> list[Samples]:
    """(first sample, count) pieces of a file's sound, mono, counted from `start` seconds; beyond its end it is silent.

    Raises AudioUnreadable.
    """
    found = [np.zeros(count, dtype=np.float32) for _, count in spans]
    at = 0
    for block in SongSound(path, path.name, start=start, samples=samples).blocks():
        mono = _mono(block)
        for piece, (first, count) in zip(found, spans, strict=True):
            begin, end = max(first, at), min(first + count, at + len(mono))
            if begin < end:
                piece[begin - first : end - first] = mono[begin - at : end - at]
        at += len(mono)
    return found


def _mono(block: Any) -> Samples:
    return np.asarray(block.to_ndarray().mean(axis=0), dtype=np.float32)
