"""One move is changed or taken out: its row, its parts and its files, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bachata.errors import InvalidRequest
from bachata.moves.editing import change, remove
from bachata.moves.embedder import Embedder
from bachata.moves.embedding import Part, Vector
from bachata.moves.lexical import LEXICAL, text_of
from bachata.moves.repository import Embedded, MoveRepository
from bachata.storage import DirectoryStore
from bachata.tasks.store import TaskStore
from tests.choreography.worlds import embed, make_move, make_part

DIGESTS = {"old": "0" * 12, "new": "a" * 12}


class Counting:
    """Embeds texts, and keeps what it was asked for."""

    version = LEXICAL.version

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        self.asked.extend(texts)
        return LEXICAL.embed(texts)


@pytest.fixture
def text() -> Counting:
    return Counting()


def row(clip_id: str) -> Embedded:
    path = f"moves/test/{clip_id}-{DIGESTS['new']}.mp4"
    move = make_move(clip_id).model_copy(update={"video_path": path, "source_sha256": "5" * 64})
    return embed(move, audio=make_part("audio", len(clip_id)), body=make_part("body", len(clip_id)))


@pytest.fixture
def repository(engine: Engine, store: DirectoryStore) -> MoveRepository:
    """Three moves, each with the files of two mezzanines: the one it has and one it had."""
    repository = MoveRepository(engine, "test")
    repository.save([row(c) for c in ("a", "a-b", "c")])
    for clip_id in ("a", "a-b", "c"):
        for digest in DIGESTS.values():
            for suffix in ("mp4", "jpg", "json"):
                store.put_bytes(f"moves/test/{clip_id}-{digest}.{suffix}", b"x")
    store.put_bytes("moves/test/index/snapshot.arrays", b"x")
    return repository


def files(store: DirectoryStore, clip_id: str) -> int:
    return sum(o.key.startswith(tuple(f"moves/test/{clip_id}-{d}" for d in DIGESTS.values())) for o in store.list())


def rows(repository: MoveRepository) -> dict[str, Embedded]:
    return {e.move.clip_id: e for e in repository.load()}


class TestChange:
    def test_a_new_label_embeds_the_text_of_one_move(self, repository: MoveRepository, text: Counting) -> None:
        before = rows(repository)
        move = change(repository, "a", {"move_label": "spin", "name": "Giro"}, Embedder(text))
        after = rows(repository)
        assert after["a"].move == move == before["a"].move.model_copy(update={"label": "spin", "name": "Giro"})
        assert text.asked == [text_of(move)]
        assert after["a"].embedding.text == Part(LEXICAL.embed([text_of(move)])[0], "lexical-2")
        assert after["a"].embedding.audio == before["a"].embedding.audio
        assert after["a"].embedding.body == before["a"].embedding.body
        assert (after["a-b"], after["c"]) == (before["a-b"], before["c"])

    def test_a_level_embeds_nothing(self, repository: MoveRepository, text: Counting) -> None:
        before = repository.fingerprint()
        move = change(
            repository, "c", {"difficulty": "Advanced", "energy_level": "high", "style": "sensual"}, Embedder(text)
        )
        assert (move.difficulty, move.energy_level, move.style) == ("advanced", "high", "sensual")
        assert (rows(repository)["c"].move, text.asked) == (move, [])
        assert repository.fingerprint() != before

    def test_what_is_so_already_changes_nothing(self, repository: MoveRepository, text: Counting) -> None:
        before = repository.fingerprint()
        change(repository, "c", {"difficulty": "intermediate"}, Embedder(text))
        assert repository.fingerprint() == before

    def test_moves_another_version_embedded_come_along(self, repository: MoveRepository, text: Counting) -> None:
        repository.save([embed(make_move("old"), text=make_part("text", 1, "lexical-0"))])
        change(repository, "a", {"move_label": "spin"}, Embedder(text))
        assert len(text.asked) == 2
        assert {e.embedding.text.version for e in repository.load() if e.embedding.text} == {"lexical-2"}

    @pytest.mark.parametrize("clip_id", ["a", "nobody"])
    def test_all_faults_are_told_at_once_and_nothing_changes(
        self, repository: MoveRepository, text: Counting, clip_id: str
    ) -> None:
        before = repository.fingerprint()
        wrong = {"difficulty": "wild", "style": "rough", "move_label": "", "energy_level": "high"}
        with pytest.raises(InvalidRequest) as caught:
            change(repository, clip_id, wrong, Embedder(text))
        for part in (
            "Nothing was changed", "difficulty: input should be 'beginner'", "(is 'wild')", "style: input should be",
            "move_label: string should have at least 1 character",
        ):  # fmt: skip
            assert part in caught.value.message
        assert ("holds no clip 'nobody'" in caught.value.message) == (clip_id == "nobody")
        assert (repository.fingerprint(), text.asked) == (before, [])

    def test_no_change_is_a_fault(self, repository: MoveRepository, text: Counting) -> None:
        with pytest.raises(InvalidRequest, match="give at least one field"):
            change(repository, "a", {}, Embedder(text))


class TestRemove:
    def test_row_and_all_files_go_and_nobody_elses(self, repository: MoveRepository, store: DirectoryStore) -> None:
        report = remove(repository, store, ["a", "a"])
        assert (report.removed, len(report.deleted), report.kept) == (("a",), 6, ())
        assert list(rows(repository)) == ["a-b", "c"]
        assert [files(store, c) for c in ("a", "a-b", "c")] == [0, 6, 6]
        assert store.info("moves/test/index/snapshot.arrays") is not None

    def test_a_stranger_among_them_is_a_fault_and_nothing_is_removed(
        self, repository: MoveRepository, store: DirectoryStore
    ) -> None:
        with pytest.raises(InvalidRequest, match=r"Nothing was removed: .* holds no clip 'x', 'y'"):
            remove(repository, store, ["x", "a", "y"])
        assert list(rows(repository)) == ["a", "a-b", "c"]
        assert files(store, "a") == 6

    def test_files_that_a_blueprint_shows_stay(
        self, repository: MoveRepository, store: DirectoryStore, engine: Engine
    ) -> None:
        shown = f"moves/test/a-{DIGESTS['old']}.mp4"
        tasks = TaskStore(engine)
        tasks.open("t", user_id="ana", execution="e", request={})
        tasks.save_blueprint("t", "e", json.dumps({"moves": [{"clip_id": "a", "video_path": shown}]}), "0" * 64)
        report = remove(repository, store, ["a", "c"])
        assert [k.rpartition(".")[0] for k in report.kept] == [shown.rpartition(".")[0]] * 3
        assert (len(report.deleted), files(store, "a"), files(store, "c")) == (9, 3, 0)

    def test_files_of_a_move_that_stays_stay(self, repository: MoveRepository, store: DirectoryStore) -> None:
        shared = rows(repository)["a"].move.model_copy(update={"clip_id": "twin"})
        repository.save([embed(shared)])
        remove(repository, store, ["a"])
        assert files(store, "a") == 3

    def test_a_clip_from_before_profiles_goes_with_its_file(
        self, repository: MoveRepository, store: DirectoryStore
    ) -> None:
        repository.save([embed(make_move("old"))])
        store.put_bytes("moves/test/old.mp4", b"x")
        assert remove(repository, store, ["old"]).deleted == ("moves/test/old.mp4",)

    def test_stopped_half_way_it_is_finished_by_another_run(
        self, repository: MoveRepository, store: DirectoryStore
    ) -> None:
        deleted: list[str] = []

        def stop(_store: Any, key: str, **_: Any) -> bool:
            if len(deleted) == 2:
                raise KeyboardInterrupt
            deleted.append(key)
            return True

        with patch.object(DirectoryStore, "delete", stop), pytest.raises(KeyboardInterrupt):
            remove(repository, store, ["a"])
        assert "a" not in rows(repository)
        assert files(store, "a") == 6
        assert len(remove(repository, store, ["a"]).deleted) == 6
        assert files(store, "a") == 0

    def test_a_database_that_refuses_leaves_everything(
        self, repository: MoveRepository, store: DirectoryStore, engine: Engine
    ) -> None:
        with engine.begin() as connection:
            connection.execute(
                sa.text("CREATE RULE no AS ON DELETE TO move_embeddings DO INSTEAD SELECT 1/0")
            )  # fmt: skip
        with pytest.raises(sa.exc.DBAPIError):
            remove(repository, store, ["a"])
        assert (list(rows(repository)), files(store, "a")) == (["a", "a-b", "c"], 6)
