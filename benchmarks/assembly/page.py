"""The results page: what was promised, what was measured, on what, when."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.assembly.collected import Collected, Setting
from benchmarks.assembly.compare import CONFORM, CROSSFADES, CUTS, FIRST, GRAPH, MOVIEPY, OLD, PLANNED, grown
from benchmarks.assembly.measured import Bar, Row
from benchmarks.assembly.pieces import ONE, SHARDED, USUAL
from benchmarks.assembly.scale import RATE

_MARKS = {True: "yes", False: "**no**", None: "not measured"}


@dataclass(frozen=True)
class Circumstances:
    """Of a run."""

    day: date
    machine: str
    load: float
    """Of the machine when it began: what else was at work."""
    runs: int
    baseline_runs: int


def page(setting: Setting, found: Collected, held: Sequence[Bar], when: Circumstances) -> str:
    """Markdown."""
    return "\n".join([*_head(setting, found, when), *_bars(held), *_costs(setting, found), *_growth(setting, found)])


def _head(setting: Setting, found: Collected, when: Circumstances) -> Iterator[str]:
    scale, material = setting.scale, setting.material
    seconds = found.row(CUTS).frames / RATE
    kind = "real clips" if material.real else "drawn clips"
    yield f"# Assembly benchmark, {when.day}"
    yield ""
    yield f"Protocol: README.md. {scale.moves} moves, {float(seconds):.1f} s, {scale.profile}, {kind}. {when.machine};"
    yield f"load when it began {when.load:.2f}. {setting.peers.versions}. Medians of {when.runs} (the others:"
    yield f"{when.baseline_runs}; MoviePy and what is done once: 1)."
    yield ""


def _bars(held: Sequence[Bar]) -> Iterator[str]:
    yield "| what | bar | measured | holds |"
    yield "|---|---|---|---|"
    for bar in held:
        yield f"| {bar.what} | {bar.bar} | {bar.measured} | {_MARKS[bar.holds]} |"
    yield ""


def _costs(setting: Setting, found: Collected) -> Iterator[str]:
    scale = setting.scale
    yield "## Costs"
    yield ""
    yield "| what | wall s | least to most | CPU s | least to most | peak RSS MB | video MB | written besides MB |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in (OLD, GRAPH, MOVIEPY, CUTS, CROSSFADES, PLANNED, FIRST, ONE, SHARDED, USUAL):
        yield _cost_line(name, found.row(name), pipes=name == MOVIEPY)
    yield ""
    yield _planned(setting, found)
    both = statistics.median(k.cpu_s for k in found.killed)
    yield f"Killed and run again, both attempts together: CPU {both:.2f} s."
    few = float(found.row(MOVIEPY).frames / RATE)
    width, height = scale.large
    yield f"MoviePy made the first {scale.moviepy_moves} moves only, {few:.1f} s; it pipes its pictures to FFmpeg,"
    yield f"so what it wrote to files cannot be told. The unconformed input: {scale.large_moves} moves from clips of"
    yield f"{width}x{height} with a keyframe every 250 frames."
    yield ""
    material, conform = setting.material, found.row(CONFORM).cost
    yield f"`library add` of {len(material.clips)} clips, {material.seconds:.0f} s, with its analysis and its database,"
    yield f"once for all videos: {conform.wall_s:.1f} s, CPU {conform.cpu_s:.1f} s, {conform.peak_rss_mb:.0f} MB,"
    yield f"{conform.written_mb or 0:.0f} MB written."
    yield ""


def _planned(setting: Setting, found: Collected) -> str:
    moves, result = setting.material.plan["moves"], found.results[PLANNED]
    speeds = sorted(move.get("speed", 1.0) for move in moves)
    return (
        f"As planned: {len(moves)} moves at {speeds[0]:.2f} to {speeds[-1]:.2f} of their speed, "
        f"{sum(m['transition_type'] != 'cut' for m in moves)} transitions; {result['frames_copied']} frames copied, "
        f"{result['frames_encoded']} encoded."
    )


def _cost_line(name: str, row: Row, *, pipes: bool) -> str:
    cost = row.cost
    wall, cpu = (" – ".join(f"{v:.2f}" for v in row.spread(figure)) for figure in ("wall_s", "cpu_s"))
    besides = "–" if pipes or row.besides_mb is None else f"{row.besides_mb:.1f}"
    return (
        f"| {name} | {cost.wall_s:.2f} | {wall} | {cost.cpu_s:.2f} | {cpu} | {cost.peak_rss_mb:.0f} "
        f"| {row.output_mb:.1f} | {besides} |"
    )


def _growth(setting: Setting, found: Collected) -> Iterator[str]:
    yield "## Growth"
    yield ""
    yield "| moves | crossfades: CPU s a move | wall s | peak RSS MB | cuts: CPU s a move | wall s | peak RSS MB |"
    yield "|---|---|---|---|---|---|---|"
    for count in setting.scale.growth:
        cells = []
        for crossfades in (True, False):
            cost = found.row(grown(count, crossfades)).cost
            cells.append(f"{cost.cpu_s / count:.3f} | {cost.wall_s:.2f} | {cost.peak_rss_mb:.0f}")
        yield f"| {count} | " + " | ".join(cells) + " |"
    yield ""
