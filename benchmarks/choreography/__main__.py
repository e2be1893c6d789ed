"""python -m benchmarks.choreography [--media DIR] [--songs N] [--quick] [--work DIR] [--out FILE]: how good are plans?

Exit code 1 if a promise does not hold. The protocol is in README.md; results.md holds the last reported run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bachata import logs
from bachata.errors import NoMoves
from bachata.moves.library import Library
from bachata.music.version import ANALYSER
from benchmarks.assembly.material import real_media
from benchmarks.choreography.bars import time_bars
from benchmarks.choreography.briefs import REQUESTS
from benchmarks.choreography.contest import Judged, contest
from benchmarks.choreography.libraries import opened
from benchmarks.choreography.page import Circumstances, Part, page, whole
from benchmarks.choreography.songs import Song, long_song, songs
from benchmarks.choreography.speed import Times, times
from benchmarks.choreography.vectors import by_words, discrimination
from benchmarks.harness import machine

SONGS = 60
QUICK_SONGS = 3


def main() -> None:
    """Parse the arguments, measure, write and print."""
    parser = argparse.ArgumentParser(description="Judge plans over songs with known truth")
    parser.add_argument("--media", type=Path, help="real clips with annotations.json; default: beside the checkout")
    parser.add_argument("--drawn", action="store_true", help="the drawn clips only")
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SONGS} songs, to try it out")
    parser.add_argument("--work", type=Path, help="folder for songs and libraries; kept, a second run takes minutes")
    parser.add_argument("--out", type=Path, help="write the results page here")
    arguments = parser.parse_args()
    logs.configure(level="ERROR", json_lines=False)
    with tempfile.TemporaryDirectory(prefix="bachata-bench-") as scratch:
        text, kept = measure(arguments.work or Path(scratch), arguments)
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    print(text)
    sys.exit(0 if kept else 1)


def measure(folder: Path, arguments: argparse.Namespace) -> tuple[str, bool]:
    """The results page, and whether every promise holds."""
    number = QUICK_SONGS if arguments.quick else arguments.songs
    heard = songs(number, folder / "songs", lambda name: _tell(f"hearing {name}"))
    media = None if arguments.drawn else arguments.media or real_media()
    parts, timed = [], None
    for clips in [media, None] if media else [None]:
        with opened(folder, clips) as (engine, library):
            parts.append(judge(heard, library, "Real clips" if clips else "Drawn clips"))
            if timed is None:
                timed = times(engine, long_song(folder / "songs"), folder, len(library.moves))
    assert isinstance(timed, Times)
    held = [bar.holds for bar in [*whole(parts), *time_bars(timed)]]
    when = Circumstances(datetime.now(UTC).date(), machine(), len(heard), len(REQUESTS), ANALYSER)
    return page(parts, timed, when), False not in held


def judge(heard: Sequence[Song], library: Library, title: str) -> Part:
    """All songs by all requests from one library."""
    judged: dict[str, list[Judged]] = defaultdict(list)
    refused = []
    for place, song in enumerate(heard):
        _tell(f"{title}: {song.name}")
        for number, request in enumerate(REQUESTS):
            try:
                found = contest(song, request.understood(), library, seed=100 * place + number)
            except NoMoves as error:
                refused.append(f"{song.name}, request {number + 1}: {error.message}")
                continue
            for name, one in found.items():
                judged[name].append(one)
    return Part(title, len(library.moves), judged, refused, discrimination(library), by_words(library))


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
