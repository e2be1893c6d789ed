"""Users get exactly what their part needs: each part's real code runs as such a user, and more is refused."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bachata.errors import InvalidSettings
from bachata.moves.repository import MoveRepository
from bachata.settings import Settings
from bachata.tasks import migrate
from bachata.tasks.engine import open_engine
from bachata.tasks.grants import apply
from bachata.tasks.privileges import NEEDED, Privilege
from bachata.tasks.progress import ProgressReporter
from bachata.tasks.songs import SongStore
from bachata.tasks.store import TaskStore
from bachata.tasks.tables import metadata

# PostgreSQL cuts names at 63 bytes and takes any character but NUL.
NAMES = st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=60).filter(
    lambda name: not name.startswith("pg_") and name not in {"none", "public"}  # reserved by PostgreSQL
)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture
def made(engine):
    """Makes users of the test's server, and takes them away."""
    users: list[str] = []

    def make(name: str) -> str:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE ROLE {quoted(name)} LOGIN")
        users.append(name)
        return name

    yield make
    with engine.begin() as connection:
        for name in users:
            connection.exec_driver_sql(f"DROP OWNED BY {quoted(name)}")
            connection.exec_driver_sql(f"DROP ROLE {quoted(name)}")


@pytest.fixture
def as_user(engine, made):
    """An engine that is connected as a user who holds what `part` needs."""
    opened = []

    def connect(part: str):
        user = made(f"{part}@project.iam")
        with engine.begin() as connection:
            apply(connection, {user: part})
        url = engine.url.set(username=user).render_as_string(hide_password=False)
        opened.append(open_engine(Settings(database_url=url)))
        return opened[-1]

    yield connect
    for one in opened:
        one.dispose()


def refused(engine, *statements: str) -> None:
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|must be owner"), engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_what_is_needed_are_tables_and_columns_there_are():
    for privilege in set().union(*NEEDED.values()):
        table = metadata.tables[privilege.table]
        assert not privilege.column or privilege.column in table.c
        assert privilege.action in {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_finalize_takes_a_task_through_its_life(as_user):
    tasks = TaskStore(mine := as_user("finalize"))
    tasks.open("t1", user_id="ana", execution="e1", request={})
    assert tasks.complete("t1", "e1", {"video": "v"}).status == "completed"
    tasks.open("t2", user_id="ana", execution="e1", request={})
    tasks.fail("t2", "e1", stage="planning", error={"error": "no"})
    tasks.cancel(tasks.open("t3", user_id="ana", execution="e1", request={}).task.task_id)
    assert len(tasks.list()) == 3
    refused(mine, "DELETE FROM choreography_tasks", "SELECT * FROM blueprints", "DROP TABLE choreography_tasks")


def test_plan_keeps_a_blueprint_notes_the_song_and_reads_moves(as_user, engine):
    TaskStore(engine).open("t1", user_id="ana", execution="e1", request={})
    tasks = TaskStore(mine := as_user("plan"))
    assert tasks.progress("t1", "e1", "planning")
    for _ in range(2):
        tasks.save_blueprint("t1", "e1", {"moves": []}, "0" * 64)
    assert tasks.blueprint("t1") == {"moves": []}
    for _ in range(2):
        SongStore(mine).heard("songs/a.mp3", bpm=125.0, duration=180.0, sha256="0" * 64)
    assert [s.title for s in SongStore(mine).list()] == ["a"]
    assert MoveRepository(mine, "default").load() == []
    refused(
        mine,
        "UPDATE choreography_tasks SET result = '{}'",
        "UPDATE choreography_tasks SET user_id = 'eva'",
        "DELETE FROM move_embeddings",
        "UPDATE songs SET title = 'b'",
        "DELETE FROM songs",
    )


@pytest.mark.parametrize("part", ["analyze", "assembler"])
def test_reporters_write_progress_and_nothing_else(as_user, engine, part):
    TaskStore(engine).open("t1", user_id="ana", execution="e1", request={})
    mine = as_user(part)
    reporter = ProgressReporter(TaskStore(mine), "t1", "e1")
    reporter("analyzing", 0.5)
    if part == "assembler":
        TaskStore(mine).set_job_execution("t1", "e1", "assembler-x")
        assert TaskStore(engine).get("t1").job_execution_name == "assembler-x"
    assert TaskStore(engine).get("t1").status == "running"
    assert not reporter.lost
    refused(mine, "UPDATE choreography_tasks SET error = '{}'", "SELECT * FROM songs", "CREATE TABLE mine (id int)")


def test_a_librarian_brings_songs_and_moves(as_user):
    mine = as_user("library")
    SongStore(mine).register("songs/a.mp3", title="A")
    SongStore(mine).register("songs/a.mp3", title="B")
    MoveRepository(mine, "default").remove(["x"])
    assert MoveRepository(mine, "default").named_by_blueprints(["x"]) == set()
    refused(mine, "SELECT * FROM choreography_tasks")


def test_a_user_who_changes_parts_loses_what_the_new_one_does_not_need(engine, made):
    user = made("x")
    with engine.begin() as connection:
        first = apply(connection, {user: "finalize"})
        assert {c.privilege for c in first} == NEEDED["finalize"]
        second = apply(connection, {user: "analyze"})
        lost = {c.privilege for c in second if not c.given}
        assert lost == {Privilege("choreography_tasks", a) for a in ("INSERT", "UPDATE")}
        assert {str(c) for c in second if c.given} >= {"granted UPDATE (stage) on choreography_tasks to x"}
        assert apply(connection, {user: "analyze"}) == []
        apply(connection, {user: "library"})
        assert apply(connection, {user: "library"}) == []


@given(first=NAMES, second=NAMES, parts=st.tuples(*[st.sampled_from(sorted(NEEDED))] * 2))
def test_any_name_is_only_a_name(engine, first, second, parts):
    """Quotes, percents, semicolons, colons: whatever a name holds grants that user, and nobody else, exactly that."""
    if first == second:
        return
    with engine.connect() as connection:  # rolled back: users come and go with the example
        for name in (first, second):
            connection.exec_driver_sql(f"CREATE ROLE {quoted(name)}")
        apply(connection, {first: parts[0], second: parts[1]})
        for name, part in zip((first, second), parts, strict=True):
            for privilege in set().union(*NEEDED.values()):
                kind = "column" if privilege.column else "table"
                what = [privilege.table, *([privilege.column] if privilege.column else []), privilege.action]
                marks = ", ".join(f":p{n}" for n in range(len(what)))
                query = sa.text(f"SELECT has_{kind}_privilege(CAST(:role AS name), {marks})")
                has = connection.execute(query, {"role": name, **{f"p{n}": w for n, w in enumerate(what)}}).scalar()
                whole = Privilege(privilege.table, privilege.action)
                assert has == (privilege in NEEDED[part] or whole in NEEDED[part]), (name, privilege)
        assert apply(connection, {first: parts[0], second: parts[1]}) == []


def test_unknown_users_are_named_together(engine):
    with pytest.raises(InvalidSettings, match="does not have: ana, eva;"), engine.begin() as connection:
        apply(connection, {"eva": "plan", "ana": "plan"})


def test_a_failing_migration_leaves_nothing_half_done(engine, made, tmp_path, monkeypatch):
    shutil.copytree(migrate.SCRIPTS, tmp_path / "migrations")
    (tmp_path / "migrations/versions/9999_broken.py").write_text(
        '"""Breaks after it has begun."""\nfrom alembic import op\nrevision, down_revision = "9999", "0002"\n'
        'def upgrade():\n    op.execute("CREATE TABLE half (id int)")\n    op.execute("CREATE TABLE songs (id int)")\n'
    )
    monkeypatch.setattr(migrate, "SCRIPTS", tmp_path / "migrations")
    user = made("x")
    with pytest.raises(sa.exc.DBAPIError, match="already exists"):
        migrate.upgrade(engine, grantees={user: "plan"})
    with engine.connect() as connection:
        assert not sa.inspect(connection).has_table("half")
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "0002"
        assert connection.execute(sa.text("SELECT has_table_privilege('x', 'songs', 'SELECT')")).scalar() is False
