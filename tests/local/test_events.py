"""Requests as events, end to end: the workflow file, functions, job and PostgreSQL as they are.

`python -m benchmarks.events` does the same with 100 messages.
"""

import json
import os
import shutil
import subprocess
import time

import pytest
import requests

from bachata.local import up
from bachata.local.names import DEAD_LETTERS, REQUESTS
from bachata.local.pubsub import FolderTopic
from bachata.local.stack import LocalCloud
from bachata.tasks.store import TaskStore
from benchmarks.events.account import account
from benchmarks.events.delivery import emulator_command, publish_all, pulled, push_all, running_emulator, settled
from benchmarks.events.stream import stream

EMULATOR = emulator_command()


def test_twenty_messages_of_which_six_are_duplicates_become_fourteen_videos(cloud):
    messages = stream(20, 6, 5, redeliveries=True)
    with up.serve(cloud) as addresses:
        ids = push_all(addresses["trigger"], messages)
        executions = settled(addresses["executions"], len(messages))
    kept = [message.attributes["messageId"] for message in FolderTopic(cloud.home.dead).messages()]
    told = account(cloud, messages, ids, kept, len(executions))
    assert told.holds, told
    assert (told.videos, told.rendered, len(told.kept), told.executions) == (14, 14, 5, 25)
    polite = [one for one in executions if json.loads(str(one.get("result") or "{}")).get("duplicate")]
    assert len(polite) == 6


@pytest.mark.skipif(EMULATOR is None, reason="no Pub/Sub emulator: needs the gcloud SDK's and Java")
def test_the_real_pubsub_emulator_pushes_to_the_laptop_cloud(cloud, monkeypatch):
    messages = stream(8, 3, 4, redeliveries=False, user="emulated")
    with running_emulator(EMULATOR) as emulator:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", emulator.host)
        with LocalCloud(cloud.home) as emulated, up.serve(emulated) as addresses:
            assert (addresses["requests"], addresses["emulator"]) == (REQUESTS, emulator.host)
            ids = publish_all(emulator, REQUESTS, messages)
            executions = settled(addresses["executions"], len(messages))
            dead = pulled(emulator, DEAD_LETTERS.replace("/topics/", "/subscriptions/"))
            kept = [attributes["messageId"] for attributes in dead]
            told = account(emulated, messages, ids, kept, len(executions), user="emulated")
    assert told.holds, told
    assert (told.videos, len(told.kept)) == (5, 4)
    assert all(attributes["reason"] == "INVALID_REQUEST" and attributes["error"] for attributes in dead)


@pytest.mark.skipif(shutil.which("gcloud") is None, reason="no gcloud")
def test_gcloud_itself_drives_the_laptop_cloud(cloud, tmp_path):
    with up.serve(cloud) as addresses:
        environment = {
            **os.environ,
            "CLOUDSDK_CONFIG": str(tmp_path),
            "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWEXECUTIONS": addresses["executions"].split("v1/")[0],
        }

        def gcloud(*arguments):
            command = ["gcloud", "workflows", *arguments, "--project=local", "--location=laptop", "--format=json"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        request = {"song": "songs/absent.mp3", "task_id": "by-gcloud"}
        started = gcloud("execute", "choreography", f"--data={json.dumps(request)}")
        name = started["name"]
        base = addresses["executions"].split("/v1/")[0]
        while requests.get(f"{base}/v1/{name}", timeout=10).json()["state"] == "ACTIVE":
            time.sleep(0.1)
        shown = gcloud("executions", "describe", name.rsplit("/", 1)[1], "--workflow=choreography")
        assert shown["state"] == "FAILED"
        assert json.loads(shown["error"]["payload"])["task_id"] == "by-gcloud"
        assert name in {one["name"] for one in gcloud("executions", "list", "choreography")}
    assert TaskStore(cloud.engine).get("by-gcloud").status == "failed"
