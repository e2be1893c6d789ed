"""The promises, each held against what was measured."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.assembly.collected import Collected, Killed
from benchmarks.assembly.compare import CROSSFADES, CUTS, GRAPH, OLD, grown
from benchmarks.assembly.measured import Bar, at_least, at_most, fraction, level, same
from benchmarks.assembly.pieces import ONE, SHARDED, USUAL
from benchmarks.assembly.scale import Scale
from benchmarks.harness import Cost


def bars(found: Collected, scale: Scale) -> list[Bar]:
    """All of them, in the order they were promised."""
    cuts, crossfades = found.row(CUTS), found.row(CROSSFADES)
    old, graph = found.row(OLD).cost, found.row(GRAPH).cost
    ours = crossfades.cost.cpu_s
    return [
        fraction("cuts only, against the old pipeline: wall", cuts.cost.wall_s, old.wall_s, 150),
        fraction("cuts only, against the old pipeline: CPU", cuts.cost.cpu_s, old.cpu_s, 150),
        fraction("one-beat crossfades, against the old pipeline: CPU", ours, old.cpu_s, 30),
        fraction("one-beat crossfades, against one filter graph: CPU", ours, graph.cpu_s, 20),
        at_most("peak memory of the process tree, cuts", cuts.cost.peak_rss_mb, 120, "MB"),
        at_most("peak memory of the process tree, crossfades", crossfades.cost.peak_rss_mb, 200, "MB"),
        at_most("written besides the video, cuts", cuts.besides_percent, 10, "% of it"),
        at_most("written besides the video, crossfades", crossfades.besides_percent, 10, "% of it"),
        level("CPU a move, crossfades", _grown(found, scale, lambda c, n: c.cpu_s / n), 0.2),
        level("peak memory, crossfades", _grown(found, scale, lambda c, _: c.peak_rss_mb), 0.1),
        resumed(found.killed),
        same("killed and run again, against never killed", found.hashes[CROSSFADES]),
        at_least("four shards against one task", _times(found), 1.6, "times faster"),
        same("four shards, against one task", [*found.hashes[ONE], *found.hashes[SHARDED], *found.hashes[USUAL]]),
    ]


def resumed(killed: list[Killed]) -> Bar:
    """Holds if no second attempt encoded a frame that was stored: then only what was in work is encoded again."""
    most = max(k.encoded - (k.frames - k.stored) for k in killed)
    told = ", ".join(f"{k.stored} of {k.frames} stored, then {k.encoded} encoded" for k in killed)
    return Bar("killed at 80 %, run again: stored frames encoded again", "0", f"{most} ({told})", most <= 0)


def _grown(found: Collected, scale: Scale, figure: Callable[[Cost, int], float]) -> dict[int, float]:
    return {n: figure(found.row(grown(n, True)).cost, n) for n in scale.growth}


def _times(found: Collected) -> float:
    return found.row(ONE).cost.wall_s / found.row(SHARDED).cost.wall_s
