"""A laptop cloud with a small library and two short songs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bachata.local.home import Home
from bachata.local.stack import LocalCloud


@contextmanager
def small_cloud() -> Iterator[LocalCloud]:
    """Six drawn moves of 144 lines and two songs of 24 s, in a home of its own that goes with it."""
    from bachata.moves.ingest import add
    from bachata.music import clip_beats
    from bachata.music.version import HEARING
    from samples.moves import MOVES, make_moves
    from samples.song import make_song

    with tempfile.TemporaryDirectory() as folder, LocalCloud(Home(Path(folder) / "home")) as cloud:
        root = Path(folder)
        make_moves(root / "moves", moves=MOVES[:6], height=144, workers=1)
        library = {"library": "default", "profile": "360p", "clip_beats": clip_beats, "analyser": HEARING}
        annotations = root / "moves" / "annotations.json"
        add(root / "moves", annotations, store=cloud.store, engine=cloud.engine, **library)
        for name, tempo in (("first", 126.0), ("second", 130.0)):
            make_song(root / f"{name}.wav", tempo=tempo, seconds=24, seed=3, aac=False)
            cloud.store.put_file(f"songs/{name}.wav", root / f"{name}.wav")
        yield cloud
