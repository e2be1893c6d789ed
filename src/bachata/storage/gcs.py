"""A Cloud Storage bucket as an object store.

The client library retries by itself what is transient and safe to repeat (uploads and deletes only under a generation
precondition or because they are idempotent); what remains after its deadline surfaces as Unavailable.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import google.auth
import google.auth.exceptions
import google.auth.transport.requests
import requests
from google.api_core import exceptions as api
from google.cloud import storage  # type: ignore[attr-defined]  # typed siblings hide it in the namespace
from google.cloud.storage.retry import DEFAULT_RETRY

from bachata.errors import BachataError, InvalidRequest, ObjectMissing, PreconditionFailed, Unavailable
from bachata.storage.interface import ObjectInfo, checked_key, checked_prefix, content_type_of, fetched_whole

PATIENCE = 60.0
"""Seconds the library goes on retrying one call; its own default of 120 s outlasts most callers."""
_FETCH_TRIES = 10  # an object replaced while it is fetched is fetched again


class BucketStore:
    """An `ObjectStore` in one bucket. The client is made on first use: functions are imported before they fork."""

    def __init__(
        self,
        bucket: str,
        *,
        project: str | None = None,
        client: storage.Client | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.bucket_name = bucket
        self._project = project
        self._client = client
        self._retry = DEFAULT_RETRY.with_timeout(patience)

    @property
    def _bucket(self) -> Any:
        if self._client is None:
            self._client = storage.Client(project=self._project)
        return self._client.bucket(self.bucket_name)

    def info(self, key: str) -> ObjectInfo | None:
        """See `ObjectStore`."""
        with _faults_of(checked_key(key)):
            blob = self._bucket.get_blob(key, retry=self._retry)
        return _describe(blob) if blob is not None else None

    def read_bytes(self, key: str) -> bytes:
        """See `ObjectStore`."""
        with _faults_of(checked_key(key)):
            return bytes(self._bucket.blob(key).download_as_bytes(retry=self._retry))

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        """See `ObjectStore`."""
        for _ in range(_FETCH_TRIES):
            info = self.info(key)
            if info is None:
                raise ObjectMissing(f"Nothing is stored under {key!r}")
            download = functools.partial(
                self._bucket.blob(key).download_to_file, if_generation_match=info.generation, retry=self._retry
            )
            with contextlib.suppress(PreconditionFailed), _faults_of(key):
                fetched_whole(destination, download)
                return info
        raise Unavailable(f"The object {key!r} is replaced faster than it can be fetched; try again")

    def local_path(self, key: str) -> Path | None:
        """None: a bucket's objects are not files."""
        checked_key(key)
        return None

    def put_bytes(
        self, key: str, data: bytes, *, content_type: str | None = None, if_generation: int | None = None
    ) -> ObjectInfo:
        """See `ObjectStore`."""
        with _faults_of(checked_key(key)):
            blob = self._bucket.blob(key)
            blob.upload_from_string(
                data,
                content_type=content_type or content_type_of(key),
                if_generation_match=if_generation,
                retry=self._retry,
            )
            return _describe(blob)

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str | None = None,
        if_generation: int | None = None,
        move: bool = False,  # noqa: ARG002 - an upload leaves the file where it is
    ) -> ObjectInfo:
        """See `ObjectStore`."""
        with _faults_of(checked_key(key)):
            blob = self._bucket.blob(key)
            blob.upload_from_filename(
                str(path),
                content_type=content_type or content_type_of(key),
                if_generation_match=if_generation,
                retry=self._retry,
            )
            return _describe(blob)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """See `ObjectStore`."""
        with _faults_of(checked_prefix(prefix)):
            for blob in self._bucket.list_blobs(prefix=prefix or None, retry=self._retry):
                yield _describe(blob)

    def delete(self, key: str, *, if_generation: int | None = None) -> bool:
        """See `ObjectStore`."""
        try:
            with _faults_of(checked_key(key)):
                self._bucket.blob(key).delete(if_generation_match=if_generation, retry=self._retry)
        except ObjectMissing:
            if if_generation:
                raise PreconditionFailed(f"The object {key!r} is not the one that was read") from None
            return False
        return True

    def uri(self, key: str) -> str:
        """See `ObjectStore`."""
        return f"gs://{self.bucket_name}/{checked_key(key)}"

    def key_of(self, uri_or_key: str) -> str:
        """See `ObjectStore`."""
        mine = f"gs://{self.bucket_name}/"
        if uri_or_key.startswith("gs://") and not uri_or_key.startswith(mine):
            raise InvalidRequest(f"The address {uri_or_key[:80]!r} is not in the bucket {self.bucket_name}")
        return checked_key(uri_or_key.removeprefix(mine))

    def signed_url(self, key: str, *, expires: timedelta) -> str:
        """A V4 URL, signed through the IAM API when the credentials hold no key (as on Cloud Run); at most 7 days."""
        if self.info(key) is None:
            raise ObjectMissing(f"Nothing is stored under {key!r}")
        with _faults_of(key):
            return str(
                self._bucket.blob(key).generate_signed_url(
                    version="v4", expiration=expires, method="GET", **self._signer()
                )
            )

    def _signer(self) -> dict[str, Any]:
        assert self._client is not None
        credentials: Any = self._client._credentials
        if isinstance(credentials, google.auth.credentials.Signing):
            return {}
        credentials.refresh(google.auth.transport.requests.Request())
        return {"service_account_email": credentials.service_account_email, "access_token": credentials.token}


def _describe(blob: Any) -> ObjectInfo:
    return ObjectInfo(
        key=blob.name,
        size=int(blob.size),
        generation=int(blob.generation),
        content_type=blob.content_type or content_type_of(blob.name),
        updated=blob.updated,
        crc32c=blob.crc32c,
    )


@contextlib.contextmanager
def _faults_of(key: str) -> Iterator[None]:
    """Google's errors in the project's words."""
    try:
        yield
    except api.NotFound as error:
        raise ObjectMissing(f"Nothing is stored under {key!r}", details=str(error.message)) from None
    except api.PreconditionFailed as error:
        raise PreconditionFailed(
            f"The object {key!r} exists already, or is not the one that was read", details=str(error.message)
        ) from None
    except google.auth.exceptions.DefaultCredentialsError as error:
        raise BachataError(
            "No Google credentials that Cloud Storage takes: run `gcloud auth application-default login`, or, "
            "in the cloud, give this service's account a role on the bucket",
            details=str(error),
        ) from None
    except (api.Forbidden, api.Unauthorized) as error:
        raise BachataError(
            "Cloud Storage refused access; give this service's account a role on the bucket", details=str(error)
        ) from None
    except (
        api.TooManyRequests,
        api.ServerError,
        api.RetryError,
        google.auth.exceptions.TransportError,
        requests.ConnectionError,
        requests.Timeout,
    ) as error:
        raise Unavailable("Cloud Storage does not answer; try again", details=type(error).__name__) from None
