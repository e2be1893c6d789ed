from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.workflows.support import ManualClock, Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
