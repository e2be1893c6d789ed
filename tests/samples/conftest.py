"""A short song and a small library, made once for all tests of the generator."""

from pathlib import Path

import pytest

from samples.moves import MOVES, make_moves
from samples.song import SongTruth, make_song

SMALL = 144
"""Lines of the test clips' picture."""


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SongTruth]:
    path = tmp_path_factory.mktemp("song") / "song.wav"
    return path, make_song(path, tempo=124.0, seconds=48.0, seed=3, key="Em")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips, 144 lines tall."""
    folder = tmp_path_factory.mktemp("moves")
    chosen = [m for m in MOVES if m.dance in ("side_basic", "right_turn")]
    return make_moves(folder, workers=1, moves=chosen, height=SMALL)
