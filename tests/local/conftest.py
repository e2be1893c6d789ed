"""A whole laptop cloud for the tests that need one: real parts, a small library, short songs.

The imports stand in the fixtures: most tests below this folder need none of these rooms.
"""

from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    """Drawn once a session: six moves, and two short songs."""
    from samples.moves import MOVES, make_moves
    from samples.song import make_song

    folder = tmp_path_factory.mktemp("media")
    make_moves(folder / "moves", moves=MOVES[:6], height=144, workers=1)
    for name, tempo in (("first", 126.0), ("second", 130.0)):
        make_song(folder / f"{name}.wav", tempo=tempo, seconds=24, seed=3, aac=False)
    return folder


@pytest.fixture(scope="module")
def cloud(media, tmp_path_factory):
    """A laptop cloud with a home of its own, its library and its songs in place."""
    from bachata.local.home import Home
    from bachata.local.stack import LocalCloud
    from bachata.moves.ingest import add
    from bachata.music import clip_beats
    from bachata.music.version import HEARING

    with LocalCloud(Home(tmp_path_factory.mktemp("home"))) as cloud:
        add(
            media / "moves",
            media / "moves" / "annotations.json",
            library="default",
            store=cloud.store,
            engine=cloud.engine,
            clip_beats=clip_beats,
            analyser=HEARING,
            profile="360p",
        )
        for name in ("first", "second"):
            cloud.store.put_file(f"songs/{name}.wav", media / f"{name}.wav")
        yield cloud


@pytest.fixture
def tasks(cloud):
    from bachata.tasks.store import TaskStore

    return TaskStore(cloud.engine)


@pytest.fixture
def new_jobs(cloud):
    """The job executions this test causes."""
    before = len(cloud.jobs.executions())
    return SimpleNamespace(now=lambda: cloud.jobs.executions()[before:])
