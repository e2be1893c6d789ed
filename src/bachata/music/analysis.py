"""A song's file becomes its Analysis document."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bachata.errors import InvalidRequest
from bachata.music.beats import BeatTracker
from bachata.music.counts import COUNTS
from bachata.music.document import Analysis, Evidence, Waveform
from bachata.music.embedding import VERSION, numbers
from bachata.music.energy import energy_curve
from bachata.music.features import PEAK_RATE
from bachata.music.files import sha256_of
from bachata.music.hearing import Heard, Progress, listen, seconds
from bachata.music.key import find_key
from bachata.music.rhythm import rhythm
from bachata.music.sections import find_sections
from bachata.music.structure import BAR
from bachata.music.version import ANALYSER


def analyse(
    path: Path,
    *,
    progress: Progress | None = None,
    count_one: int | None = None,
    name: str | None = None,
    tracker: BeatTracker | None = None,
) -> Analysis:
    """Hear a song. The same bytes give the same document.

    `progress` hears the fraction done, 0 to 1. `count_one` (0..7, an index into beats) overrules the estimate, and
    sections follow it. `name` is what errors call the file, its own name by default; `tracker` replaces ours.
    Raises AudioUnreadable when there is no sound, only silence, or less than four seconds of it.
    """
    if count_one is not None and not 0 <= count_one < COUNTS:
        raise InvalidRequest(f"count_one is {count_one}; give 0 to 7, the index of a beat that is a count 1.")
    heard = listen(path, name=name, progress=progress, tracker=tracker)
    document = _document(heard, sha256_of(path), count_one)
    if progress:
        progress(1.0)
    return document


def _document(heard: Heard, sha256: str, chosen: int | None) -> Analysis:
    beats, counted, features = heard.grid.beats, heard.counted, heard.features
    count_one = counted.count_one if chosen is None else chosen
    bar, phrase = (counted.bar, counted.phrase) if chosen is None else (1.0, 1.0)
    energy = energy_curve(features, beats)
    sections = find_sections(features, heard.onsets, beats, count_one, energy)
    sections = [s.model_copy(update={"embedding": numbers(features, s.start, s.end)}) for s in sections]
    return Analysis(
        schema="bachata.analysis.1",
        sha256=sha256,
        analyser=ANALYSER,
        duration=round(features.duration, 4),
        tempo=round(heard.grid.tempo, 3),
        beats=seconds(beats),
        downbeats=seconds(beats[count_one % BAR :: BAR]),
        count_one=count_one,
        sections=sections,
        embedding_version=VERSION,
        energy=[round(float(e), 4) for e in energy],
        loudness=heard.sound.loudness,
        waveform=Waveform(rate=PEAK_RATE, peaks=[round(float(p), 3) for p in features.peaks]),
        confidence=round(min(heard.beat, bar, phrase), 4),
        evidence=Evidence(
            beat=heard.beat,
            bar=round(bar, 4),
            phrase=round(phrase, 4),
            phase_scores=[] if beats.size == 0 else [float(np.round(s, 4)) for s in counted.scores],
        ),
        rhythm=rhythm(heard.onsets, heard.grid, count_one, heard.pulse),
        key=find_key(features, beats[count_one::COUNTS]),
        notes=heard.sound.notes,
    )
