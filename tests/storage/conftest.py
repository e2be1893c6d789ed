"""The two stores behind one interface."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from bachata.storage import DirectoryStore
from bachata.storage.gcs import BucketStore

# Tests are no package (importlib mode), so a helper beside them is loaded by its path, once.
_spec = importlib.util.spec_from_file_location("bachata_tests_emulator", Path(__file__).with_name("emulator.py"))
_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _module
_spec.loader.exec_module(_module)


@pytest.fixture(scope="session")
def cloud():
    """The running emulator."""
    with _module.running() as emulator:
        yield emulator


@pytest.fixture
def bucket(cloud):
    """The emulator's bucket, empty."""
    client = cloud.client()
    for blob in list(client.list_blobs(_module.BUCKET)):
        blob.delete()
    cloud.failures.clear()
    cloud.requests.clear()
    yield BucketStore(_module.BUCKET, client=client, patience=20)
    client.close()


@pytest.fixture(params=["directory", "bucket"])
def objects(request, tmp_path):
    """Each store in turn: whoever uses it must not be able to tell them apart."""
    if request.param == "directory":
        return DirectoryStore(tmp_path / "objects")
    return request.getfixturevalue("bucket")
