"""`bachata library publish`: from the laptop's library to a bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result
from google.auth.exceptions import DefaultCredentialsError
from sqlalchemy.engine import Engine

from bachata.cli import main, rooms
from bachata.cli.commands.library import command
from bachata.moves.published import catalogue_key
from bachata.moves.repository import MoveRepository
from bachata.storage import DirectoryStore
from tests.choreography.worlds import embed, make_move
from tests.storage.emulator import BUCKET, Emulator, running


@pytest.fixture
def home(engine: Engine, store: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> DirectoryStore:
    """A laptop whose one library, salsa, holds one move."""

    @contextmanager
    def database() -> Iterator[Engine]:
        yield engine

    monkeypatch.setattr(rooms, "database", database)
    monkeypatch.setattr(rooms, "store", lambda: store)
    move = make_move("a").model_copy(update={"video_path": f"moves/salsa/a-{'a' * 12}.mp4"})
    MoveRepository(engine, "salsa").save([embed(move)])
    store.put_bytes(move.video_path, b"film")
    return store


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The emulator, found as the client library finds one."""
    with running() as emulator:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "test")
        yield emulator


def publish(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["publish", "--bucket", BUCKET, *arguments], catch_exceptions=False)


def test_what_was_copied_is_said_to_machines_and_people(home, bucket):
    first = publish("--json")
    assert json.loads(first.stdout) == {
        "library": "salsa", "moves": 1, "copied": [f"moves/salsa/a-{'a' * 12}.mp4"], "present": 0,
    }  # fmt: skip
    names = {blob.name for blob in bucket.client().list_blobs(BUCKET)}
    assert names == {f"moves/salsa/a-{'a' * 12}.mp4", catalogue_key("salsa")}
    again = publish()
    assert "Library salsa: 1 moves, 0 files copied, 1 there already" in again.stdout
    assert "--args=adopt,salsa" in again.output


def test_a_library_of_another_name_is_empty(home, bucket, capsys):
    with pytest.raises(SystemExit) as left:
        main(["library", "publish", "--bucket", BUCKET, "--library", "tango"])
    assert left.value.code == 1
    assert "'tango' is empty" in capsys.readouterr().err


def test_without_credentials_it_is_said_what_to_do(home, monkeypatch, capsys):
    def none(*_: object, **__: object) -> None:
        raise DefaultCredentialsError("no credentials")

    monkeypatch.setattr("google.auth.default", none)
    with pytest.raises(SystemExit) as left:
        main(["library", "publish", "--bucket", BUCKET])
    assert left.value.code == 1
    assert "gcloud auth application-default login" in capsys.readouterr().err
