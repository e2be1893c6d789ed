"""Songs with known truth, each heard once: analysis, truth and the beats of an ordinary tracker are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from bachata.choreography.scorecard import Truth
from bachata.choreography.scorecard.truth import read_truth
from bachata.music import analyse
from bachata.music.document import Analysis
from bachata.music.tracker import librosa_beats
from bachata.music.version import ANALYSER
from benchmarks.music import songs as bands
from benchmarks.music import thirdband
from benchmarks.music.speed import FORM
from tests.music.synth import Recipe, make, write

SEED = 2_178_309
"""Of all three bands. Weights of `bachata.choreography` were chosen on songs of 514,229 and 832,040; see README.md."""
TEMPI = (115.0, 140.0)
"""Beats a minute of contemporary bachata (music-and-dance, section 4)."""
SHARES = {"main": 2, "third": 2, "sample": 1}
"""Of five songs, how many each band plays."""


@dataclass(frozen=True)
class Song:
    """One song, heard. `tracked`: librosa's beats, uncorrected, seconds."""

    name: str
    analysis: Analysis
    truth: Truth
    tracked: tuple[float, ...]


def songs(number: int, folder: Path, tell: Callable[[str], None]) -> list[Song]:
    """The first `number` songs of the set; made and heard unless `folder` holds what the same analyser heard."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_song(band, take, folder, tell) for band, take in islice(_takes(), number)]


def long_song(folder: Path) -> Song:
    """A song of four minutes, for times."""
    return _kept("four minutes", folder, lambda: _played_long(folder))


def _takes() -> Iterator[tuple[str, int]]:
    """(band, its number of the song): bands in turn, songs outside `TEMPI` passed over."""
    takes = {
        "main": _danced(lambda n: bands.recipe(n, SEED).tempo),
        "third": _danced(lambda n: thirdband.recipe(n, SEED).tempo),
        "sample": _danced(lambda n: bands.other_tempo(n, SEED)),
    }
    while True:
        for band, share in SHARES.items():
            for _ in range(share):
                yield band, next(takes[band])


def _danced(tempo_of: Callable[[int], float]) -> Iterator[int]:
    return (n for n in count() if TEMPI[0] <= tempo_of(n) <= TEMPI[1])


def _song(band: str, take: int, folder: Path, tell: Callable[[str], None]) -> Song:
    def played() -> tuple[Path, Any]:
        tell(f"{band} {take}")
        return {"main": bands.song, "third": bands.third_band, "sample": bands.other_band}[band](take, SEED, folder)[:2]

    return _kept(f"{band} {take}", folder, played)


def _kept(name: str, folder: Path, played: Callable[[], tuple[Path, Any]]) -> Song:
    kept = folder / f"{name}.json"
    if kept.is_file():
        song = _read(name, json.loads(kept.read_text(encoding="utf-8")))
        if song.analysis.analyser == ANALYSER:
            return song
    path, truth = played()
    document = {
        "analysis": analyse(path).model_dump(mode="json", by_alias=True),
        "truth": {"beats": [float(b) for b in truth.beats], "count_one": int(truth.count_one)},
        "tracked": librosa_beats(path),
    }
    for made in folder.glob(f"{path.stem}.*"):
        if made.suffix != ".json" or made.name.endswith(".truth.json"):
            made.unlink()
    kept.write_text(json.dumps(document), encoding="utf-8")
    return _read(name, document)


def _read(name: str, document: dict[str, Any]) -> Song:
    return Song(
        name,
        Analysis.model_validate_json(json.dumps(document["analysis"])),
        read_truth(json.dumps(document["truth"]), name),
        tuple(document["tracked"]),
    )


def _played_long(folder: Path) -> tuple[Path, Any]:
    samples, truth = make(Recipe(tempo=128.0, seed=SEED, form=FORM))
    return write(folder / "long.wav", samples), truth
