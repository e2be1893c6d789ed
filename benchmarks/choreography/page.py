"""The results page: what was promised, what was measured, on what, when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.assembly.measured import Bar
from benchmarks.choreography.bars import bars, time_bars
from benchmarks.choreography.contest import OURS, Judged
from benchmarks.choreography.speed import Times
from benchmarks.choreography.summary import lines
from benchmarks.choreography.vectors import Told, Words

_MARKS = {True: "yes", False: "**no**", None: "not measured"}


@dataclass(frozen=True)
class Part:
    """What came of one library. `judged`: by the name of each way to dance, over songs and requests."""

    title: str
    moves: int
    judged: Mapping[str, Sequence[Judged]]
    refused: Sequence[str]
    vectors: Sequence[Told]
    words: Words

    def bars(self) -> list[Bar]:
        """Its promises."""
        return bars(self.judged[OURS])


@dataclass(frozen=True)
class Circumstances:
    """Of a run."""

    day: date
    machine: str
    songs: int
    requests: int
    analyser: str


def page(parts: Sequence[Part], times: Times, when: Circumstances) -> str:
    """Markdown."""
    found: list[str] = [
        f"# Choreography benchmark, {when.day}",
        "",
        f"Protocol: README.md. {when.songs} songs × {when.requests} requests, heard by {when.analyser}.",
        f"{when.machine}.",
        "",
    ]
    if len(parts) > 1:
        found += ["## All libraries together: the set that the promises are about", "", *_bars(whole(parts))]
    for part in parts:
        found += [f"## {part.title}, {part.moves} moves", "", *_bars(part.bars()), *_contest(part), *_vectors(part)]
    return "\n".join([*found, *_times(times)]) + "\n"


def whole(parts: Sequence[Part]) -> list[Bar]:
    """The promises over the plans with all libraries."""
    return bars([judged for part in parts for judged in part.judged[OURS]])


def _bars(held: Sequence[Bar]) -> Iterator[str]:
    yield "| what | bar | measured | holds |"
    yield "|---|---|---|---|"
    for bar in held:
        yield f"| {bar.what} | {bar.bar} | {bar.measured} | {_MARKS[bar.holds]} |"
    yield ""


def _contest(part: Part) -> Iterator[str]:
    yield f"Mean (worst) over {len(part.judged[OURS])} plans; how many of those that can be judged hold; mean chance."
    yield ""
    others = [name for name in part.judged if name != OURS]
    yield "| metric | ours | holds | chance | " + " | ".join(f"{name} | holds" for name in others) + " |"
    yield "|---" * (4 + 2 * len(others)) + "|"
    table = {name: lines(judged) for name, judged in part.judged.items()}
    for number, line in enumerate(table[OURS]):
        cells = [
            f"{line.metric.key.upper()} {line.metric.name}",
            f"{line.worded(line.mean)} ({line.worded(line.worst)})",
            line.share,
            line.worded(line.chance),
        ]
        for name in others:
            other = table[name][number]
            cells += [f"{other.worded(other.mean)} ({other.worded(other.worst)})", other.share]
        yield "| " + " | ".join(cells) + " |"
    yield ""
    yield from (f"- not danced: {told}" for told in part.refused)
    if part.refused:
        yield ""


def _vectors(part: Part) -> Iterator[str]:
    yield "| vectors | moves | mean pairwise cosine | own label among the 5 nearest | chance | p |"
    yield "|---|---|---|---|---|---|"
    for told in part.vectors:
        figures = [_number(v) for v in (told.cosine, told.retrieval, told.chance, told.p)]
        yield f"| {told.part} | {told.known} | " + " | ".join(figures) + " |"
    yield ""
    words = part.words
    yield f"Asked by its names, English and Spanish, the label is the best find in {words.found} of {words.queries}"
    yield f"queries (blind choice: {words.chance:.0%})."
    yield ""


def _times(times: Times) -> Iterator[str]:
    yield "## Planning"
    yield ""
    yield from _bars(time_bars(times))
    yield f"{times.seconds:.0f} s of song, {times.plan_moves} pieces. {times.moves} moves: {times.own_moves} clips,"
    yield "again and again with beats up to 4 % nearer or further apart. Warm: median of 5 in one process. Cold: median"
    yield "of 5 fresh processes, from start to end, with a database that runs."


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
