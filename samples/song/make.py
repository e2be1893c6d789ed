"""`make_song`: plan, play, mix, write."""

import json
from dataclasses import replace
from pathlib import Path

from samples.song.band import play
from samples.song.mixdown import Desk, Stereo, write_aac, write_wav
from samples.song.score import SongTruth, plan_song


def render_song(truth: SongTruth, *, jitter_ms: float = 5.0) -> Stereo:
    """The song of a plan as stereo samples, shape (2, samples) at 48 kHz; the same truth gives the same samples."""
    desk = Desk(truth.duration)
    play(desk, truth, jitter=jitter_ms / 1000.0)
    return desk.mix(seed=truth.seed)


def make_song(
    path_wav: Path | str,
    *,
    tempo: float = 126.0,
    seconds: float = 78.0,
    seed: int = 7,
    key: str = "Am",
    plan: tuple[tuple[str, str, float, int], ...] | None = None,
    jitter_ms: float = 5.0,
    aac: bool = True,
) -> SongTruth:
    """Write a bachata to `path_wav`, with `.m4a` (unless `aac` is false) and `.truth.json` beside it.

    `tempo` in BPM; `seconds` is approximate (sections are whole eight-counts; `duration` of the result is exact);
    `key` such as `Am` or `D`; `plan` overrides the form, as in `SECTION_PLANS`. `jitter_ms` is the standard deviation
    of the players' timing; the truth is the grid they play around. Same arguments, same bytes.
    Raises ValueError for an impossible tempo, key or length.
    """
    wav = Path(path_wav)
    truth = plan_song(tempo=tempo, seconds=seconds, seed=seed, key=key, plan=plan)
    stereo = render_song(truth, jitter_ms=jitter_ms)
    wav.parent.mkdir(parents=True, exist_ok=True)
    write_wav(wav, stereo)
    files = {"wav": wav.name}
    if aac:
        m4a = wav.with_suffix(".m4a")
        write_aac(m4a, stereo)
        files["m4a"] = m4a.name
    truth = replace(truth, files=files)
    wav.with_suffix(".truth.json").write_text(json.dumps(truth.as_document(), indent=1) + "\n", encoding="utf-8")
    return truth
