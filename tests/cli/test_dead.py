"""`bachata dead`: messages that became no task."""

from __future__ import annotations

import base64
import json

import pytest
from click.testing import CliRunner

from bachata.cli.commands.dead import command
from bachata.errors import NotFound
from bachata.local.pubsub import FolderTopic


@pytest.fixture
def topic(tmp_path, monkeypatch):
    monkeypatch.setenv("BACHATA_HOME", str(tmp_path))
    return FolderTopic(tmp_path / "dead")


def bachata(*arguments):
    return CliRunner().invoke(command, arguments)


def test_they_are_listed_shown_and_removed(topic):
    attributes = {"reason": "INVALID_REQUEST", "error": "It is no request.", "messageId": "4711"}
    [kept] = topic.publish([{"data": base64.b64encode(b"{\xff").decode(), "attributes": attributes}])
    listed = bachata("list").stdout
    assert all(word in listed for word in (kept, *attributes.values()))
    [document] = json.loads(bachata("list", "--json").stdout)
    assert (document["messageId"], document["attributes"]) == (kept, attributes)
    assert bachata("show", kept).stdout_bytes == b"{\xff"
    assert bachata("remove", kept).exit_code == 0
    assert json.loads(bachata("list", "--json").stdout) == []


@pytest.mark.parametrize("action", ["show", "remove"])
def test_one_that_is_not_there(topic, action):
    assert isinstance(bachata(action, "none").exception, NotFound)
