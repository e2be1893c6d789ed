"""What only a bucket can do, and what can only go wrong there."""

from __future__ import annotations

import socket
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qs, urlparse

import google.auth.credentials
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.oauth2 import service_account

from bachata.errors import BachataError, InvalidRequest, InvalidSettings, ObjectMissing, PreconditionFailed, Unavailable
from bachata.settings import Settings
from bachata.storage import DirectoryStore, open_store
from bachata.storage.gcs import BucketStore


# The library leaves the connection of an answer it will not read to the collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.usefixtures("collect_garbage")
class TestRetries:
    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_a_passing_fault_is_not_noticed(self, bucket, cloud, tmp_path, status):
        bucket.put_bytes("k", b"data")
        for call in (
            lambda: bucket.info("k"),
            lambda: bucket.read_bytes("k"),
            lambda: bucket.fetch("k", tmp_path / "f"),
            lambda: bucket.put_bytes("k", b"data"),
            lambda: list(bucket.list()),
            lambda: bucket.delete("k"),
        ):
            cloud.failures[:] = [HTTPStatus(status)]
            call()
            assert cloud.failures == []

    def test_a_lasting_fault_is_unavailable(self, cloud):
        store = BucketStore("bachata-test", client=cloud.client(), patience=0.5)
        cloud.failures[:] = [HTTPStatus.SERVICE_UNAVAILABLE] * 50
        try:
            with pytest.raises(Unavailable, match="does not answer"):
                store.info("k")
        finally:
            cloud.failures.clear()

    def test_nobody_there_is_unavailable(self, tmp_path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        client = storage.Client(
            project="test", credentials=AnonymousCredentials(), client_options={"api_endpoint": url}
        )
        store = BucketStore("b", client=client, patience=0.5)
        for call in (
            lambda: store.info("k"),
            lambda: store.read_bytes("k"),
            lambda: store.put_bytes("k", b""),
            lambda: list(store.list()),
            lambda: store.delete("k"),
        ):
            with pytest.raises(Unavailable) as caught:
                call()
            assert "127.0.0.1" not in caught.value.message + caught.value.details

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_refusal_says_what_to_do_and_is_not_retried(self, bucket, cloud, status):
        cloud.requests.clear()
        cloud.failures[:] = [HTTPStatus(status)]
        with pytest.raises(BachataError, match="give this service's account a role") as caught:
            bucket.info("k")
        assert caught.value.http_status == 500
        assert len(cloud.requests) == 1


class TestBucket:
    def test_a_missing_bucket_holds_nothing(self, cloud):
        store = BucketStore("no-such-bucket", client=cloud.client(), patience=1)
        assert store.info("k") is None
        with pytest.raises(ObjectMissing):
            store.read_bytes("k")

    def test_addresses(self, bucket):
        assert bucket.uri("a/ü.mp4") == "gs://bachata-test/a/ü.mp4"
        assert bucket.key_of("gs://bachata-test/a/ü.mp4") == "a/ü.mp4"
        assert bucket.local_path("a") is None
        for foreign in ("gs://other/a", "gs://bachata-test-2/a", "gs://bachata-test/../a", "file:a"):
            with pytest.raises(InvalidRequest):
                bucket.key_of(foreign)

    def test_an_object_replaced_while_it_is_fetched_is_fetched_again(self, bucket, cloud, tmp_path, monkeypatch):
        bucket.put_bytes("k", b"old")
        stale = bucket.info("k")
        bucket.put_bytes("k", b"newer")
        answers = iter([stale])
        monkeypatch.setattr(bucket, "info", lambda key: next(answers, None) or BucketStore.info(bucket, key))
        assert bucket.fetch("k", tmp_path / "f").size == 5
        assert (tmp_path / "f").read_bytes() == b"newer"

    def test_an_object_that_never_rests_is_unavailable_and_leaves_nothing(self, bucket, tmp_path, monkeypatch):
        bucket.put_bytes("k", b"old")
        stale = bucket.info("k")
        bucket.put_bytes("k", b"newer")
        monkeypatch.setattr(bucket, "info", lambda key: stale)
        with pytest.raises(Unavailable, match="faster than"):
            bucket.fetch("k", tmp_path / "f")
        assert list(tmp_path.iterdir()) == []

    def test_an_idle_connection_does_not_block_the_emulator(self, bucket, cloud):
        """The contract suite rests on this mend, as on the next test's."""
        port = urlparse(cloud.url).port
        with socket.create_connection(("127.0.0.1", port)):
            bucket.put_bytes("k", b"x")

    def test_the_emulator_enforces_preconditions_on_reading_too(self, bucket, cloud):
        info = bucket.put_bytes("k", b"x")
        blob = cloud.client().bucket("bachata-test").blob("k")
        assert blob.download_as_bytes(if_generation_match=info.generation) == b"x"
        with pytest.raises(Exception, match="412"):
            blob.download_as_bytes(if_generation_match=info.generation + 1)


@pytest.fixture(scope="module")
def key_file():
    """The private key of a service account that does not exist."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "type": "service_account",
        "client_email": "job@p.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
        "private_key": pem.decode(),
    }


class _OnCloudRun(google.auth.credentials.Credentials):
    """Credentials as the metadata server gives them: a token after a refresh, no key."""

    service_account_email = "default"

    def refresh(self, request):
        self.token = "token-of-the-moment"
        self.service_account_email = "job@p.iam.gserviceaccount.com"


class TestSignedUrls:
    def _store(self, cloud, credentials):
        client = storage.Client(project="test", credentials=credentials, client_options={"api_endpoint": cloud.url})
        # Reading goes to the emulator without a token; only signing uses the credentials.
        client._http_internal = cloud.client()._http
        return BucketStore("bachata-test", client=client, patience=5)

    def _check(self, url, seconds):
        query = parse_qs(urlparse(url).query)
        assert urlparse(url).path.endswith("/bachata-test/output/v%201.mp4")
        assert query["X-Goog-Algorithm"] == ["GOOG4-RSA-SHA256"]
        assert query["X-Goog-Expires"] == [str(seconds)]
        assert query["X-Goog-Credential"][0].startswith("job@p.iam.gserviceaccount.com/")
        return query["X-Goog-Signature"][0]

    def test_with_a_key(self, bucket, cloud, key_file):
        bucket.put_bytes("output/v 1.mp4", b"video")
        store = self._store(cloud, service_account.Credentials.from_service_account_info(key_file))
        signature = self._check(store.signed_url("output/v 1.mp4", expires=timedelta(minutes=15)), 900)
        assert len(signature) == 512

    def test_without_a_key_the_iam_api_signs(self, bucket, cloud, monkeypatch):
        bucket.put_bytes("output/v 1.mp4", b"video")
        asked = []

        def sign(message, access_token, email, *_):
            asked.append((access_token, email))
            return "c2lnbmVk"

        monkeypatch.setattr("google.cloud.storage._signing._sign_message", sign)  # Google's service
        store = self._store(cloud, _OnCloudRun())
        assert self._check(store.signed_url("output/v 1.mp4", expires=timedelta(hours=1)), 3600) == "7369676e6564"
        assert asked == [("token-of-the-moment", "job@p.iam.gserviceaccount.com")]


class TestOpenStore:
    def test_the_environment_chooses_the_bucket(self, cloud, bucket, monkeypatch):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", cloud.url)
        store = open_store(Settings(storage_backend="gcs", gcs_bucket_name="bachata-test", google_cloud_project="test"))
        store.put_bytes("k", b"x", if_generation=0)
        with pytest.raises(PreconditionFailed):
            store.put_bytes("k", b"x", if_generation=0)

    def test_a_bucket_is_not_connected_before_its_use(self, monkeypatch):
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
        store = open_store(Settings(storage_backend="gcs", gcs_bucket_name="b", google_cloud_project="p"))
        assert store.uri("k") == "gs://b/k"

    def test_or_the_directory(self, tmp_path):
        store = open_store(Settings(local_storage_path=tmp_path))
        assert isinstance(store, DirectoryStore)
        assert store.root == tmp_path

    def test_a_missing_directory_is_said(self):
        with pytest.raises(InvalidSettings, match="LOCAL_STORAGE_PATH"):
            open_store(Settings())
