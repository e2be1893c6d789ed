"""What a file is, whatever is in it."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Hash of the file's bytes, in hex. Raises FileNotFoundError, IsADirectoryError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
