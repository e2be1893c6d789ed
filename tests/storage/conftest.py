"""The two stores behind one interface."""

from __future__ import annotations

import pytest

from bachata.storage import DirectoryStore
from bachata.storage.gcs import BucketStore
from tests.storage.emulator import BUCKET, running


@pytest.fixture(scope="session")
def cloud():
    """The running emulator."""
    with running() as emulator:
        yield emulator


@pytest.fixture
def bucket(cloud):
    """The emulator's bucket, empty."""
    client = cloud.client()
    for blob in list(client.list_blobs(BUCKET)):
        blob.delete()
    cloud.failures.clear()
    cloud.requests.clear()
    yield BucketStore(BUCKET, client=client, patience=20)
    client.close()


@pytest.fixture(params=["directory", "bucket"])
def objects(request, tmp_path):
    """Each store in turn: whoever uses it must not be able to tell them apart."""
    if request.param == "directory":
        return DirectoryStore(tmp_path / "objects")
    return request.getfixturevalue("bucket")
