"""The scorecard as rows people can read."""

from __future__ import annotations

from bachata.choreography.scorecard import score
from bachata.choreography.scorecard.metric import worded
from bachata.choreography.scorecard.table import HEADINGS, luck, rows
from tests.choreography.scorecard.plans import SONG, drawn, eights, one_of, plain

MOVES = [plain(c) for c in "abc"]
GOOD = score(drawn(eights(9, clips="abc", trim_start=one_of(MOVES[0]))), SONG, MOVES)
LATE = score(drawn(eights(9, clips="abc", late=0.2)), SONG, MOVES)


def test_every_metric_has_a_row_with_all_that_was_promised() -> None:
    table = rows(GOOD, {"late": LATE})
    assert [row.metric.split()[0] for row in table] == [f"M{i}" for i in range(1, 11)]
    assert all(len(row.cells) == len(HEADINGS) + 1 for row in table)
    assert all(row.says and row.bar for row in table)
    hits = table[1]
    assert (hits.measured, hits.chance, hits.p, hits.holds, hits.others) == (
        "100 %",
        "12 %",
        "< 0.001",
        "yes",
        ("0 %",),
    )


def test_what_cannot_be_told_says_why() -> None:
    table = {row.metric.split()[0]: row for row in rows(GOOD)}
    assert table["M4"].holds.startswith("– (kinetic beats of 3 clips")
    assert table["M8"].holds.startswith("– (poses of 3 clips")
    assert table["M10"].measured == "–"


def test_failures_are_said() -> None:
    table = {row.metric.split()[0]: row for row in rows(LATE)}
    assert (table["M1"].holds, table["M2"].holds) == ("no", "no")
    assert table["M1"].measured == "p95 200.0 ms, median 200.0 ms"


def test_figures_read_as_people_write_them() -> None:
    assert [worded(0.0123, unit) for unit in ("time", "share", "count", "number")] == ["12.3 ms", "1 %", "0", "0.01"]
    assert worded(None, "time") == "–"
    assert [luck(p) for p in (None, 0.00001, 0.0412)] == ["–", "< 0.001", "0.041"]
