"""Arrays in one file, to be read where they lie: written once, mapped into memory, proven before they are believed.

```
"bachata.arrays.1\\n"   each array, on a page of its own   footer (JSON)   its length and CRC32C, 12 bytes
```

The footer comes last, so an array may be written before anybody knows how long it gets, and a file that was cut off has
none. It names each array's place, kind, shape and CRC32C. Little-endian throughout.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final

import google_crc32c
import numpy as np
import numpy.typing as npt

_MAGIC: Final = b"bachata.arrays.1\n"
_PAGE: Final = 4096  # a row of 1024 float32 then is one page, and is read as one
_CHUNK: Final = 1 << 22
_TAIL: Final = struct.Struct("<QI")
_KINDS: Final = frozenset({"<f4", "<f8", "<i4", "<i8", "|u1"})

Array = npt.NDArray[Any]


class Unreadable(ValueError):
    """The file is none of ours, or not as it was written."""


class ArrayWriter:
    """Writes arrays one after the other into an open file, then `finish`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._arrays: dict[str, dict[str, Any]] = {}
        file.write(_MAGIC)

    def put(self, name: str, blocks: Iterable[Array]) -> int:
        """An array, of blocks of equal kind that follow one another along the first axis; at least one block.

        Returns where in the file it begins.
        """
        self._file.write(b"\0" * (-self._file.tell() % _PAGE))
        offset, crc, rows = self._file.tell(), 0, 0
        kind, shape = "", ()
        for block in blocks:
            whole = block.astype(block.dtype.newbyteorder("<"), copy=False)
            kind, shape = whole.dtype.str, whole.shape[1:]
            data = whole.tobytes()
            crc, rows = google_crc32c.extend(crc, data), rows + len(whole)
            self._file.write(data)
        self._arrays[name] = {"offset": offset, "kind": kind, "shape": [rows, *shape], "crc32c": crc}
        return offset

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write what is said of the whole; nothing may follow."""
        footer = json.dumps({"about": about, "arrays": self._arrays}, sort_keys=True).encode()
        self._file.write(footer + _TAIL.pack(len(footer), google_crc32c.value(footer)))


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """What is said of the whole, and the arrays by name, mapped read-only: they take no memory until they are used.

    Raises Unreadable unless every byte is as it was written.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise Unreadable("it begins like no file of arrays")
        footer, end = _footer(file)
        for name, entry in footer["arrays"].items():
            _prove(file, name, entry, end)
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return footer["about"], {name: _view(mapped, entry) for name, entry in footer["arrays"].items()}


def _footer(file: IO[bytes]) -> tuple[dict[str, Any], int]:
    """The footer and where it begins."""
    size = file.seek(0, 2)
    if size < len(_MAGIC) + _TAIL.size:
        raise Unreadable("it is cut off")
    file.seek(size - _TAIL.size)
    length, crc = _TAIL.unpack(file.read(_TAIL.size))
    begin: int = size - _TAIL.size - length
    if not length or begin < len(_MAGIC):  # zeros, as there are between arrays, agree with their checksum
        raise Unreadable("it is cut off")
    file.seek(begin)
    data = file.read(length)
    if google_crc32c.value(data) != crc:
        raise Unreadable("it is cut off, or its footer was changed")
    footer: dict[str, Any] = json.loads(data)
    return footer, begin


def _prove(file: IO[bytes], name: str, entry: Mapping[str, Any], end: int) -> None:
    """Read the array once, past the mapping: pages looked at through it would count as this process's memory."""
    left = _bytes(entry)
    if entry["kind"] not in _KINDS or entry["offset"] + left > end:
        raise Unreadable(f"its array {name} is no array")
    file.seek(entry["offset"])
    crc = 0
    while left:
        data = file.read(min(_CHUNK, left))
        crc, left = google_crc32c.extend(crc, data), left - len(data)
    if crc != entry["crc32c"]:
        raise Unreadable(f"its array {name} was changed")


def _view(mapped: mmap.mmap, entry: Mapping[str, Any]) -> Array:
    count = math.prod(entry["shape"])
    if not count:
        return np.zeros(entry["shape"], dtype=entry["kind"])
    return np.frombuffer(mapped, dtype=entry["kind"], count=count, offset=entry["offset"]).reshape(entry["shape"])


def _bytes(entry: Mapping[str, Any]) -> int:
    size: int = math.prod(entry["shape"]) * np.dtype(entry["kind"]).itemsize
    return size
