"""Loading a library once, and again when it changed."""

from __future__ import annotations

from unittest.mock import patch

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bachata.errors import InvalidRequest
from bachata.moves.catalogue import Move
from bachata.moves.embedding import Embedding, Part, Weights
from bachata.moves.library import LibraryCache, load
from bachata.moves.repository import Embedded, MoveRepository, libraries
from bachata.moves.snapshots import Snapshots
from bachata.storage import DirectoryStore
from bachata.tasks.tables import move_embeddings
from tests.choreography.worlds import embed, make_library, make_move, make_part


def saved(engine: Engine, *names: str) -> MoveRepository:
    repository = MoveRepository(engine, "test")
    repository.save([embed(make_move(name)) for name in names])
    return repository


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_moves_come_in_code_point_order_with_their_index(engine: Engine) -> None:
    library = load(saved(engine, "b", "a", "Z", "_", "é"))
    assert [m.clip_id for m in library.moves] == ["Z", "_", "a", "b", "é"]
    assert library.index.ids == ("Z", "_", "a", "b", "é")


def test_a_library_survives_the_database_unchanged(engine: Engine) -> None:
    moves = make_library(30)
    rows = [embed(m, audio=make_part("audio", i), body=make_part("body", i)) for i, m in enumerate(moves)]
    repository = MoveRepository(engine, "test")
    repository.save(rows)
    assert repository.load() == rows
    assert list(load(repository).moves) == moves


def test_an_empty_library_loads_and_leaves_nothing(engine: Engine, store: DirectoryStore) -> None:
    library = load(MoveRepository(engine, "nobody"), Snapshots(store))
    assert (len(library.moves), list(library.moves), len(library.index)) == (0, [], 0)
    assert list(store.list()) == []


def test_a_stored_library_is_searched_before_a_document_is_read(engine: Engine, store: DirectoryStore) -> None:
    repository = saved(engine, "a", "b")
    load(repository, Snapshots(store))
    with patch.object(Move, "model_validate_json", side_effect=AssertionError("a document was read")):
        library = load(repository, Snapshots(store))
        assert len(library.index.search(Embedding(), 5)) == 2


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


def test_weights_reach_the_index(engine: Engine) -> None:
    repository = MoveRepository(engine, "test")
    repository.save([embed(make_move("a"), audio=make_part("audio", 1)), embed(make_move("b"))])
    wish = Embedding(audio=make_part("audio", 1))
    scores = [LibraryCache(0, weights=w).get(repository).index.search(wish, 1)[0].score for w in (Weights(), DEAF)]
    assert scores == pytest.approx([1.0, 0.0], abs=1e-6)


DEAF = Weights(0, 1, 0)


def test_embeddings_of_two_versions_are_refused_with_the_remedy(engine: Engine) -> None:
    repository = saved(engine, "a")
    other = Part(make_part("text", 1).vector, "lexical-0")
    repository.save([embed(make_move("b"), text=other)])
    with pytest.raises(InvalidRequest, match=r"text lexical-0 and lexical-2\): run `bachata library add` again"):
        load(repository)


def test_moves_from_before_parts_are_refused_with_the_remedy(engine: Engine) -> None:
    repository = saved(engine, "a")
    repository.save([Embedded(make_move("b"), Embedding())])
    with pytest.raises(InvalidRequest, match=r"1 of 2 moves of an older version\): run `bachata library add` again"):
        load(repository)


def test_libraries_are_listed_with_their_sizes(engine: Engine) -> None:
    assert libraries(engine) == {}
    saved(engine, "a", "b")
    MoveRepository(engine, "other").save([embed(make_move("c"))])
    assert libraries(engine) == {"other": 1, "test": 2}
