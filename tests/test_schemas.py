"""The generated references say what the code says, and a document of ours obeys its published schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bachata import errors
from bachata.settings import Settings
from tests.report.example import example
from tools import schemas


def test_every_reference_is_current() -> None:
    assert schemas.stale() == [], "run `make schemas` and commit what it wrote"


def _document(name: str) -> dict[str, Any]:
    run = example()
    if name == "blueprint":
        return json.loads(run.blueprint.to_json())
    return getattr(run, name).model_dump(mode="json")


@pytest.mark.parametrize("name", ["blueprint", "analysis", "result"])
def test_a_document_obeys_its_published_schema(name: str) -> None:
    schema = json.loads((schemas.DOCS / f"schemas/{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(_document(name), schema)
    assert schema["$id"] == f"bachata.{name}.1"
    assert "schema" in schema["properties"], "the published name, not the model's"


@pytest.mark.parametrize(
    ("name", "path", "wrong"),
    [
        ("blueprint", ["moves", 0, "duration"], -1.0),
        ("analysis", ["confidence"], 1.5),
        ("result", ["sha256"], "short"),
    ],
)
def test_a_published_schema_refuses_what_the_model_refuses(name: str, path: list[str | int], wrong: object) -> None:
    document = _document(name)
    place: Any = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = wrong
    schema = json.loads((schemas.DOCS / f"schemas/{name}.schema.json").read_text())
    with pytest.raises(jsonschema.ValidationError) as refused:
        jsonschema.validate(document, schema)
    assert list(refused.value.absolute_path) == path


def test_every_setting_and_every_error_has_its_row() -> None:
    settings = (schemas.DOCS / "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `{name.upper()}` |" in settings
        assert field.description, f"{name} needs a description"
    written = set(re.findall(r"`([A-Z_]+)` \| \d{3}", (schemas.DOCS / "errors.md").read_text()))
    drawn = set(re.findall(r" \d{3}  ([A-Z_]+)", errors.__doc__ or ""))
    assert written == drawn, "the table and the tree drawn in errors.py disagree"


def test_no_secret_has_a_default_to_print() -> None:
    for name, field in Settings.model_fields.items():
        if "SecretStr" in str(field.annotation):
            assert field.default is None, name


def test_check_names_what_is_stale_and_write_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(schemas.write(tmp_path)) == sorted(schemas.references())
    assert schemas.stale(tmp_path) == []
    (tmp_path / "errors.md").write_text("old")
    (tmp_path / "schemas/result.schema.json").unlink()
    assert sorted(schemas.stale(tmp_path)) == ["errors.md", "schemas/result.schema.json"]
    assert sorted(schemas.write(tmp_path)) == ["errors.md", "schemas/result.schema.json"]
    assert schemas.main(["--chek"]) == 2
    assert "--check" in capsys.readouterr().err


def test_the_check_command_fails_on_a_stale_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schemas.stale, "__defaults__", (tmp_path,))
    monkeypatch.setattr(schemas.write, "__defaults__", (tmp_path,))
    assert schemas.main(["--check"]) == 1
    assert "settings.md is stale" in capsys.readouterr().err
    assert schemas.main([]) == 0
    assert schemas.main(["--check"]) == 0
