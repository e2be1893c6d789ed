"""Loading a library once, and again when it changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bachata.errors import InvalidRequest
from bachata.moves.embedding import VERSION, embed, profile_of
from bachata.moves.library import LibraryCache, load
from bachata.moves.repository import Embedded, MoveRepository, libraries
from bachata.tasks.tables import move_embeddings
from tests.choreography.worlds import make_library, make_move


def saved(engine: Engine, *names: str, version: str = VERSION) -> MoveRepository:
    repository = MoveRepository(engine, "test")
    moves = [make_move(name) for name in names]
    repository.save([Embedded(m, embed(profile_of(m)), version) for m in moves])
    return repository


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_moves_come_in_code_point_order_with_their_index(engine: Engine) -> None:
    library = load(saved(engine, "b", "a", "Z", "_"))
    assert [m.clip_id for m in library.moves] == ["Z", "_", "a", "b"]
    assert library.index.ids == ("Z", "_", "a", "b")


def test_a_library_survives_the_database_unchanged(engine: Engine) -> None:
    moves = make_library(30)
    repository = MoveRepository(engine, "test")
    repository.save([Embedded(m, embed(profile_of(m)), VERSION) for m in moves])
    assert list(load(repository).moves) == moves


def test_an_empty_library_loads(engine: Engine) -> None:
    assert load(MoveRepository(engine, "nobody")).moves == ()


def test_served_from_memory_until_the_catalogue_changes(engine: Engine) -> None:
    cache = LibraryCache(3600)
    repository = saved(engine, "a")
    first = cache.get(repository)
    assert cache.get(repository) is first
    saved(engine, "b")
    second = cache.get(repository)
    assert [m.clip_id for m in second.moves] == ["a", "b"]
    with engine.begin() as connection:
        connection.execute(sa.delete(move_embeddings).where(move_embeddings.c.move_id == "a"))
    assert [m.clip_id for m in cache.get(repository).moves] == ["b"]


def test_nothing_is_served_longer_than_its_time(engine: Engine) -> None:
    clock = Clock()
    cache = LibraryCache(60, clock)
    repository = saved(engine, "a")
    first = cache.get(repository)
    clock.now = 59.9
    assert cache.get(repository) is first
    clock.now = 60.0
    assert cache.get(repository) is not first


def test_embeddings_of_another_version_are_refused_with_the_remedy(engine: Engine) -> None:
    saved(engine, "a")
    with pytest.raises(InvalidRequest, match=r"version lexical-0.*run `bachata library add` again"):
        load(saved(engine, "b", version="lexical-0"))


def test_libraries_are_listed_with_their_sizes(engine: Engine) -> None:
    assert libraries(engine) == {}
    saved(engine, "a", "b")
    move = make_move("c")
    MoveRepository(engine, "other").save([Embedded(move, embed(profile_of(move)), VERSION)])
    assert libraries(engine) == {"other": 1, "test": 2}
