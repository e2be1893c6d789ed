"""Migrations lead to exactly the tables, from nothing, from several processes at once, and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from bachata.settings import Settings
from bachata.tasks.engine import open_engine
from bachata.tasks.migrate import downgrade, upgrade
from bachata.tasks.tables import metadata


@pytest.fixture
def blank(databases):
    url = databases.create(template="template0")
    engine = open_engine(Settings(database_url=url, db_pool_size=8))
    yield engine
    engine.dispose()
    databases.drop(url)


def _difference(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
        )
        return list(compare_metadata(context, metadata))


def test_the_migrated_schema_is_the_tables(blank):
    upgrade(blank)
    assert _difference(blank) == []


def test_a_blank_database_differs(blank):
    assert len(_difference(blank)) >= len(metadata.tables)


def test_names_and_checks_of_constraints_agree(blank, engine):
    """compare_metadata does not look at CHECK constraints; the catalogue does."""
    query = sa.text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2"
    )
    metadata.create_all(blank)
    with blank.connect() as created, engine.connect() as migrated:
        expected = [tuple(row) for row in created.execute(query)]
        assert expected == [tuple(row) for row in migrated.execute(query)]
    assert any(name == "ck_choreography_tasks_status" for _, name, _ in expected)


def test_upgrading_again_changes_nothing(engine):
    upgrade(engine)
    assert _difference(engine) == []


def test_processes_that_start_together_take_turns(blank):
    with ThreadPoolExecutor(5) as pool:
        for done in [pool.submit(upgrade, blank) for _ in range(5)]:
            done.result()
    assert _difference(blank) == []


def test_moves_of_the_first_schema_stay_and_know_no_part(blank):
    """Their vectors cannot be parted: a library tells to add again (tests/moves/test_library.py)."""
    upgrade(blank, "0001")
    values = "'default', 'a', 'moves/a.mp4', 'beginner', 'low', 'playful', '{}', '{0.6,0.8}', 'lexical-1'"
    names = "library, move_id, video_path, difficulty, energy_level, style, document, embedding, embedding_version"
    with blank.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO move_embeddings ({names}) VALUES ({values})"))
    upgrade(blank)
    with blank.connect() as connection:
        row = connection.execute(sa.text("SELECT * FROM move_embeddings")).one()._mapping
    assert row["move_id"] == "a"
    assert {row[f"{part}_{what}"] for part in ("audio", "text", "body") for what in ("part", "version")} == {None}
    downgrade(blank, "0001")
    with blank.connect() as connection:
        query = sa.text("SELECT embedding, embedding_version FROM move_embeddings")
        assert tuple(connection.execute(query).one()) == ([], "")


def test_a_step_can_be_undone(blank):
    upgrade(blank)
    downgrade(blank, "base")
    assert sa.inspect(blank).get_table_names() == ["alembic_version"]
    upgrade(blank)
    assert _difference(blank) == []
