"""One double for the tests of a module; each sets it up anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gemini.double import Double, says


@pytest.fixture(scope="module")
def _double() -> Iterator[Double]:
    with Double(says({})) as server:
        yield server


@pytest.fixture
def double(_double: Double) -> Double:
    """A server that says an empty object until it is told otherwise."""
    _double.reset(says({}))
    return _double
