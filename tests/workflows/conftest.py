import logging

import pytest

from tests.workflows.scripted import Clock, Scene


@pytest.fixture
def scene():
    with Scene() as scene:
        yield scene


@pytest.fixture
def clock():
    return Clock()


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


@pytest.fixture
def log():
    """What the workflow logs, whatever other tests have made of the project's logging."""
    logger, lines = logging.getLogger("bachata.local.workflows"), Lines()
    logger.addHandler(lines)
    yield lines.records
    logger.removeHandler(lines)
