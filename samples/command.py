"""The command line of the sample generator; it only parses and reports."""

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run `song` or `moves`; returns the exit code. Progress goes to stderr, the written path to stdout."""
    parser = argparse.ArgumentParser(prog="python -m samples", description="Make the demo's song and dance moves.")
    commands = parser.add_subparsers(dest="command", required=True)
    song = commands.add_parser("song", help="synthesise a bachata as WAV and M4A with its truth as JSON")
    song.add_argument("out", type=Path, help="path of the WAV; .m4a and .truth.json appear beside it")
    song.add_argument("--tempo", type=float, default=126.0, help="BPM, 60..200")
    song.add_argument("--seconds", type=float, default=78.0, help="about this long (whole eight-counts)")
    song.add_argument("--seed", type=int, default=7)
    song.add_argument("--key", default="Am", help="such as Am, Em, D")
    moves = commands.add_parser("moves", help="draw the couple's moves as clips with annotations.json")
    moves.add_argument("directory", type=Path)
    moves.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(arguments)
    try:
        written = _song(chosen) if chosen.command == "song" else _moves(chosen)
    except ValueError as problem:
        parser.error(str(problem))
    sys.stdout.write(f"{written}\n")
    return 0


def _song(chosen: argparse.Namespace) -> Path:
    from samples.song import make_song

    make_song(chosen.out, tempo=chosen.tempo, seconds=chosen.seconds, seed=chosen.seed, key=chosen.key)
    return Path(chosen.out)


def _moves(chosen: argparse.Namespace) -> Path:
    from samples.moves import make_moves

    def progress(done: int, total: int, name: str) -> None:
        sys.stderr.write(f"\r{done}/{total} {name:<40}")
        if done == total:
            sys.stderr.write("\n")

    return make_moves(chosen.directory, progress=progress, workers=chosen.workers)
