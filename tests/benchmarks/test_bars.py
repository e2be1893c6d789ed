"""Bars hold or do not by the numbers, and the page shows both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.assembly.bars import bars, resumed
from benchmarks.assembly.collected import Collected, Killed, Setting
from benchmarks.assembly.compare import CONFORM, CROSSFADES, CUTS, FIRST, GRAPH, MOVIEPY, OLD, PLANNED, grown
from benchmarks.assembly.material import Material
from benchmarks.assembly.measured import Row, at_least, at_most, fraction, level, median, same
from benchmarks.assembly.page import Circumstances, page
from benchmarks.assembly.peers import Peers
from benchmarks.assembly.pieces import ONE, SHARDED, USUAL
from benchmarks.assembly.scale import FULL
from benchmarks.harness import Cost

MOVES = [{"transition_type": "cut"}, {"transition_type": "crossfade", "speed": 1.06}]


def cost(wall: float = 1.0, cpu: float = 1.0, rss: float = 100.0, written: float | None = 50.0) -> Cost:
    return Cost(wall, cpu, rss, "", written)


def collected(**changes: Cost) -> Collected:
    """A run in which every bar holds, but for what `changes` says by the name of a constant."""
    found = Collected()
    usual = {
        OLD: cost(160, 270, 290, 700),
        GRAPH: cost(60, 170, 1200, 90),
        MOVIEPY: cost(50, 70, 1000, 8000),
        CUTS: cost(0.5, 0.9, 80, 52),
        CROSSFADES: cost(5, 8, 150, 53),
        PLANNED: cost(3, 4, 120, 53),
        FIRST: cost(2, 3, 90, 60),
        CONFORM: cost(80, 130, 300, 100),
        ONE: cost(40, 60, 200, 20),
        SHARDED: cost(20, 62, 600, 20),
        USUAL: cost(22, 61, 260, 20),
    }
    for name, each in usual.items():
        found.costs[name] = [changes.get(name, each)] * 3
        found.videos[name] = (50.0, 6957)
    for crossfades in (True, False):
        for count in FULL.growth:
            name = grown(count, crossfades)
            found.costs[name] = [changes.get(name, cost(cpu=0.25 * count + 0.2, rss=150))]
    for name in (CROSSFADES, ONE, SHARDED, USUAL):
        found.hashes[name] = ["same"] * 2
    found.results[PLANNED] = {"frames_copied": 6900, "frames_encoded": 57}
    found.killed = [Killed(frames=400, stored=330, encoded=70, cpu_s=9.0)]
    return found


def test_a_run_that_keeps_every_promise():
    assert [bar.what for bar in bars(collected(), FULL) if not bar.holds] == []


@pytest.mark.parametrize(
    ("name", "changed", "broken"),
    [
        (CUTS, cost(1.1, 0.9, 80, 52), {"cuts only, against the old pipeline: wall"}),
        (CUTS, cost(0.5, 1.9, 80, 52), {"cuts only, against the old pipeline: CPU"}),
        (CUTS, cost(0.5, 0.9, 121, 56), {"peak memory of the process tree, cuts", "written besides the video, cuts"}),
        (
            CROSSFADES,
            cost(5, 9.5, 201, 56),
            {
                "one-beat crossfades, against the old pipeline: CPU",
                "one-beat crossfades, against one filter graph: CPU",
                "peak memory of the process tree, crossfades",
                "written besides the video, crossfades",
            },
        ),
        (SHARDED, cost(26, 60, 600), {"four shards against one task"}),
        (grown(300, True), cost(cpu=120, rss=190), {"CPU a move, crossfades", "peak memory, crossfades"}),
    ],
)
def test_each_promise_is_broken_by_its_own_figure(name: str, changed: Cost, broken: set[str]):
    assert {bar.what for bar in bars(collected(**{name: changed}), FULL) if not bar.holds} == broken


def test_other_bytes_are_said():
    found = collected()
    found.hashes[CROSSFADES].append("other")
    found.hashes[SHARDED] = ["else"]
    assert [b.what for b in bars(found, FULL) if not b.holds] == [
        "killed and run again, against never killed",
        "four shards, against one task",
    ]


@pytest.mark.parametrize(("encoded", "holds"), [(70, True), (71, False), (400, False)])
def test_a_second_attempt_encodes_only_what_was_not_stored(encoded: int, holds: bool):
    assert resumed([Killed(400, 330, 70, 9.0), Killed(400, 330, encoded, 9.0)]).holds is holds


def test_edges_belong_to_the_promise():
    assert fraction("x", 1.0, 150.0, 150).holds
    assert not fraction("x", 1.01, 150.0, 150).holds
    assert at_most("x", 120.0, 120, "MB").holds
    assert at_least("x", 1.6, 1.6, "times").holds
    assert level("x", {10: 0.8, 300: 1.2}, 0.2).holds
    assert not level("x", {10: 0.79, 29: 1.0, 300: 1.21}, 0.2).holds
    assert same("x", ["a", "a"]).holds
    assert not same("x", ["a", "b"]).holds
    assert at_most("x", None, 1, "MB").holds is None


def test_medians_are_of_each_figure_and_spread_is_what_there_was():
    row = Row("x", (cost(1, 9, 5), cost(2, 8, 7), cost(30, 7, 6)), 40.0)
    assert (row.cost.wall_s, row.cost.cpu_s, row.cost.peak_rss_mb) == (2, 8, 6)
    assert row.spread("wall_s") == (1, 30)
    assert (row.besides_mb, row.besides_percent) == (10.0, 25.0)
    assert median([cost(), cost(written=None)]).written_mb is None


def test_the_page_shows_figures_and_verdicts(tmp_path: Path):
    material = Material(tmp_path, (), tmp_path, False, cost(), 419.5, {"moves": MOVES})
    setting = Setting(material, FULL, Peers(tmp_path, "ffmpeg", "FFmpeg 9, MoviePy 2"), tmp_path)
    found = collected(**{SHARDED: cost(26, 60, 600)})
    text = page(setting, found, bars(found, FULL), Circumstances(date(2026, 11, 26), "2 cores", 0.25, 5, 3))
    assert "| four shards against one task | ≥ 1.6 times faster | 1.54 times faster | **no** |" in text
    assert text.count("| yes |") == 13
    assert "| ours, crossfades | 5.00 | 5.00 – 5.00 | 8.00 | 8.00 – 8.00 | 150 | 50.0 | 3.0 |" in text
    assert "2 moves at 1.00 to 1.06 of their speed, 1 transitions; 6900 frames copied, 57 encoded." in text
    assert "both attempts together: CPU 9.00 s" in text
    assert "drawn clips" in text
    assert "load when it began 0.25" in text
