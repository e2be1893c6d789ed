"""Files to an archive whose bytes depend on their names and contents alone."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tools.artefacts.contents import contents
from tools.artefacts.spec import Artefact

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_UNIX = 3


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files`, sorted; times, modes and the system that wrote it are always the same.

    Stored, not deflated: the bytes of a deflated stream depend on the zlib a Python was built with. Both ways to the
    cloud compress what they carry or do not mind these few hundred kilobytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def build(artefact: Artefact) -> Path:
    """Write the artefact's archive and return its path."""
    data = pack({name: file.read_bytes() for name, file in contents(artefact).items()})
    artefact.path.parent.mkdir(parents=True, exist_ok=True)
    partial = artefact.path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(artefact.path)  # at once: others may be reading it
    return artefact.path


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
