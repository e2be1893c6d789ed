"""The environment is read in one place and its faults are named together."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bachata
from bachata.errors import InvalidSettings
from bachata.settings import Settings, load


def test_an_empty_environment_is_fine():
    settings = load()
    assert (settings.storage_backend, settings.log_level, settings.db_pool_size) == ("local", "INFO", 2)
    assert not settings.has_database


def test_values_are_typed(monkeypatch):
    monkeypatch.setenv("LOCAL_STORAGE_PATH", "/tmp/x")
    monkeypatch.setenv("FETCH_BACKOFF", "0.25")
    monkeypatch.setenv("CLOUD_RUN_TASK_ATTEMPT", "2")
    settings = load()
    assert (settings.local_storage_path, settings.fetch_backoff) == (Path("/tmp/x"), 0.25)
    assert settings.cloud_run_task_attempt == 2


def test_empty_variables_count_as_unset(monkeypatch):
    monkeypatch.setenv("GCS_BUCKET_NAME", "")
    monkeypatch.setenv("FETCH_WORKERS", "")
    assert load().gcs_bucket_name is None


def test_all_faults_are_named_at_once(monkeypatch):
    monkeypatch.setenv("STORAGE_BACKEND", "s3")
    monkeypatch.setenv("FETCH_WORKERS", "0")
    monkeypatch.setenv("DB_POOL_SIZE", "many")
    with pytest.raises(InvalidSettings) as caught:
        load()
    for name in ("STORAGE_BACKEND", "FETCH_WORKERS", "DB_POOL_SIZE", "'local' or 'gcs'"):
        assert name in caught.value.message


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"STORAGE_BACKEND": "gcs"}, "needs GCS_BUCKET_NAME"),
        ({"GCS_BUCKET_NAME": "b"}, "set STORAGE_BACKEND=gcs"),
        ({"INSTANCE_CONNECTION_NAME": "p:r:i"}, "needs DB_USER"),
        ({"FUSION_WEIGHT_BODY": "0.5"}, r"must add up to 1; 0\.35 \+ 0\.35 \+ 0\.5 is 1\.2"),
        ({"FUSION_WEIGHT_TEXT": "-0.35"}, "FUSION_WEIGHT_TEXT: Input should be greater than or equal to 0"),
    ],
)
def test_settings_that_do_not_go_together(monkeypatch, environment, words):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=words):
        load()


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "postgresql+pg8000://u@h/d"},
        {"INSTANCE_CONNECTION_NAME": "p:r:i", "DB_USER": "u"},
    ],
)
def test_either_way_there_is_a_database(monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load().has_database


def test_secrets_are_never_shown(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+pg8000://u:hunter2@h/d")
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    assert "hunter2" not in repr(load()) + str(load()) + load().model_dump_json()
    monkeypatch.setenv("DB_POOL_SIZE", "none")
    with pytest.raises(InvalidSettings) as caught:
        load()
    assert "hunter2" not in str(caught.value) + caught.value.details


def test_every_variable_is_documented():
    assert all(field.description for field in Settings.model_fields.values())


def test_nothing_else_reads_the_environment():
    """The processes we start inherit it; that is the one other use."""
    root = Path(bachata.__file__).parent
    readers = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            if named and isinstance(node.value, ast.Name) and node.value.id == "os":
                readers.add(path.relative_to(root).parts[0])
    assert readers <= {"local", "cli"}


class TestGemini:
    def test_it_is_off_unless_there_is_a_key_or_vertex(self, monkeypatch):
        assert not load().has_gemini
        monkeypatch.setenv("GEMINI_MODEL", "gemini-x")
        assert not load().has_gemini
        monkeypatch.setenv("GEMINI_API_KEY", "hunter2")
        assert load().has_gemini
        assert "hunter2" not in repr(load()) + load().model_dump_json()

    @pytest.mark.parametrize(
        ("environment", "words"),
        [
            ({"GEMINI_API_KEY": "hunter2", "GEMINI_VERTEX": "true", "GOOGLE_CLOUD_PROJECT": "p"}, "both set"),
            ({"GEMINI_VERTEX": "true"}, "needs GOOGLE_CLOUD_PROJECT"),
            ({"GEMINI_EMBEDDING_MODEL": "gemini-embedding-2"}, "needs GEMINI_API_KEY or GEMINI_VERTEX"),
            ({"GEMINI_MODEL": "../x"}, "GEMINI_MODEL"),
            ({"GEMINI_LOCATION": "here/there"}, "GEMINI_LOCATION"),
            ({"GEMINI_TIMEOUT": "0"}, "GEMINI_TIMEOUT"),
        ],
    )
    def test_settings_that_do_not_go_together(self, monkeypatch, environment, words):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(InvalidSettings, match=words) as caught:
            load()
        assert "hunter2" not in str(caught.value) + caught.value.details

    @pytest.mark.parametrize(
        "address",
        [
            "https://gemini.example",
            "https://gemini.example:8443/path",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost",
        ],
    )
    def test_addresses_a_key_may_travel_to(self, monkeypatch, address):
        monkeypatch.setenv("GEMINI_BASE_URL", address)
        assert load().gemini_base_url == address

    @pytest.mark.parametrize(
        "address",
        ["http://gemini.example", "http://127.0.0.1.example", "ftp://127.0.0.1", "https://", "https://u:hunter2@x.example",
         "https://x.example/?key=hunter2", "https://x.example/#a", "http://[::1", "gemini.example", "https://x.example:port"],
    )  # fmt: skip
    def test_addresses_a_key_may_not_travel_to(self, monkeypatch, address):
        monkeypatch.setenv("GEMINI_BASE_URL", address)
        with pytest.raises(InvalidSettings, match="GEMINI_BASE_URL") as caught:
            load()
        assert "hunter2" not in str(caught.value)


class TestSweep:
    def test_by_default_it_asks_after_a_quarter_of_an_hour_and_gives_up_after_five(self):
        settings = load()
        assert (settings.sweep_after_seconds, settings.sweep_limit_seconds) == (900, 18_000)
        assert settings.executions_api_url == "https://workflowexecutions.googleapis.com"

    @pytest.mark.parametrize(
        ("environment", "words"),
        [
            ({"WORKFLOW_NAME": "choreography"}, "WORKFLOW_NAME"),
            ({"SWEEP_AFTER_SECONDS": "0"}, "SWEEP_AFTER_SECONDS"),
            ({"SWEEP_AFTER_SECONDS": "600", "SWEEP_LIMIT_SECONDS": "599"}, "must not be less"),
            ({"EXECUTIONS_API_URL": "http://elsewhere.example"}, "EXECUTIONS_API_URL"),
        ],
    )
    def test_settings_that_do_not_go_together(self, monkeypatch, environment, words):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(InvalidSettings, match=words):
            load()
