"""Arrays in a file: what was written is read, in place; what was changed or cut off is not believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.container import ArrayWriter, Unreadable, read_arrays

ARRAYS = {
    "rows": np.arange(12, dtype=np.float32).reshape(3, 4),
    "bytes": np.frombuffer(b"abcdefg", dtype=np.uint8),
    "none": np.zeros((0, 5), dtype=np.int64),
    "codes": np.array([2, 1, 0], dtype=np.int32),
}


def written(path: Path, arrays: dict[str, np.ndarray] = ARRAYS, about: dict[str, Any] | None = None) -> Path:
    with path.open("wb") as file:
        writer = ArrayWriter(file)
        for name, array in arrays.items():
            writer.put(name, [array])
        writer.finish(about or {"of": "a test"})
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    about, arrays = read_arrays(written(tmp_path / "a"))
    assert about == {"of": "a test"}
    assert list(arrays) == sorted(ARRAYS)
    for name, array in ARRAYS.items():
        assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(arrays[name], array)


def test_it_is_mapped_not_copied_and_cannot_be_written_to(tmp_path: Path) -> None:
    _, arrays = read_arrays(written(tmp_path / "a"))
    assert arrays["rows"].__array_interface__["data"][0] % 4096 == 0
    with pytest.raises(ValueError, match="read-only"):
        arrays["rows"][0, 0] = 9


def test_the_mapping_outlives_the_files_name(tmp_path: Path) -> None:
    _, arrays = read_arrays(written(tmp_path / "a"))
    (tmp_path / "a").unlink()
    assert np.array_equal(arrays["rows"], ARRAYS["rows"])


def test_blocks_become_one_array_and_tell_where_it_begins(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w+b") as file:
        writer = ArrayWriter(file)
        begin = writer.put("rows", (np.full((n, 2), n, dtype=np.float32) for n in (1, 3, 0)))
        file.flush()
        early = np.memmap(tmp_path / "a", np.float32, "r", begin, (4, 2))
        assert early[:, 0].tolist() == [1, 3, 3, 3]
        writer.finish({})
    assert read_arrays(tmp_path / "a")[1]["rows"].tolist() == [[1, 1], [3, 3], [3, 3], [3, 3]]


def test_the_same_arrays_are_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a").read_bytes() == written(tmp_path / "b").read_bytes()


@given(st.data())
def test_one_changed_byte_or_a_lost_end_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    whole = written(tmp_path / "a").read_bytes()
    spoilt = bytearray(whole)
    if data.draw(st.booleans()):
        spoilt = spoilt[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        _, arrays = read_arrays(tmp_path / "a")
        used = [i for i, byte in enumerate(whole) if byte]  # between arrays lies padding, which nobody reads
        spoilt[data.draw(st.sampled_from(used))] ^= data.draw(st.integers(1, 255))
        del arrays
    (tmp_path / "spoilt").write_bytes(spoilt)
    with pytest.raises(Unreadable):
        read_arrays(tmp_path / "spoilt")


@pytest.mark.parametrize("rubbish", [b"", b"bachata.arrays.1\n", b"x" * 9000, b"bachata.arrays.1\n" + b"\xff" * 9000])
def test_rubbish_is_no_file_of_arrays(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "a").write_bytes(rubbish)
    with pytest.raises(Unreadable):
        read_arrays(tmp_path / "a")
