"""Object storage: one narrow interface, a directory and a Cloud Storage bucket behind it."""

from __future__ import annotations

from bachata.errors import InvalidSettings
from bachata.settings import Settings
from bachata.storage.directory import DirectoryStore
from bachata.storage.interface import ObjectInfo, ObjectStore

__all__ = ["DirectoryStore", "ObjectInfo", "ObjectStore", "open_store"]


def open_store(settings: Settings) -> ObjectStore:
    """The store the environment names. Google's client is imported and connected only for the gcs backend.

    Raises InvalidSettings when the local backend has no directory.
    """
    if settings.storage_backend == "gcs":
        from bachata.storage.gcs import BucketStore

        assert settings.gcs_bucket_name  # the settings have seen to it
        return BucketStore(settings.gcs_bucket_name, project=settings.google_cloud_project)
    if settings.local_storage_path is None:
        raise InvalidSettings("STORAGE_BACKEND=local needs LOCAL_STORAGE_PATH, the directory that holds the objects")
    return DirectoryStore(settings.local_storage_path)
