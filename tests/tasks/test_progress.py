"""Progress is best effort: a database outage is noticed, never felt."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bachata.errors import Unavailable
from bachata.settings import Settings
from bachata.tasks.engine import open_engine
from bachata.tasks.progress import TIMEOUT, ProgressReporter
from bachata.tasks.store import TaskStore

# pg8000 leaves the socket of a failed connection to the collector.
pytestmark = [pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"), pytest.mark.usefixtures("collect_garbage")]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tasks(engine):
    tasks = TaskStore(engine)
    tasks.open("t1", user_id="ana", execution="e1", request={})
    return tasks


@pytest.fixture
def away():
    """A store whose server is not there."""
    engine = open_engine(Settings(database_url="postgresql+pg8000://postgres@/x?unix_sock=/nowhere/s"), timeout=1)
    yield TaskStore(engine)
    engine.dispose()


def test_a_fraction_of_a_stage_is_mapped_onto_its_range(tasks, clock):
    report = ProgressReporter(tasks, "t1", "e1", clock=clock)
    report("fetching", 0.5, "6 of 12 clips")
    task = tasks.get("t1")
    assert (task.stage, task.progress, task.message) == ("fetching", 35, "6 of 12 clips")


@pytest.mark.parametrize(
    ("stage", "fraction", "expected"),
    [("fetching", -1.0, 20), ("fetching", 2.0, 50), ("cleanup", 1.0, 99), ("completed", 1.0, 99)],
)
def test_fractions_are_held_inside_the_stage(tasks, clock, stage, fraction, expected):
    ProgressReporter(tasks, "t1", "e1", clock=clock)(stage, fraction)
    assert tasks.get("t1").progress == expected


def test_within_a_stage_it_writes_at_most_once_a_second(tasks, clock):
    report = ProgressReporter(tasks, "t1", "e1", clock=clock)
    report("concatenating", 0.1)
    report("concatenating", 0.9)
    assert tasks.get("t1").progress == 52
    report("adding_audio")  # a new stage is told at once
    assert tasks.get("t1").stage == "adding_audio"
    report("adding_audio", 0.4)
    clock.now += 1.0
    report("adding_audio", 0.8)
    assert tasks.get("t1").progress == 82


def test_a_task_that_was_cancelled_is_lost(tasks, clock):
    report = ProgressReporter(tasks, "t1", "e1", clock=clock)
    report("fetching")
    assert not report.lost
    tasks.cancel("t1")
    report("concatenating")
    assert report.lost
    assert tasks.get("t1").stage == "fetching"


def test_an_outage_is_swallowed_and_told_once_a_minute(away, clock, caplog):
    report = ProgressReporter(away, "t1", "e1", clock=clock)
    with caplog.at_level(logging.WARNING, "bachata"):
        for _ in range(100):
            report("fetching", 0.5)
            clock.now += 1.0
    assert not report.lost
    assert len(caplog.records) == 2  # at 0 s and after 60 s


def test_while_it_is_away_most_calls_do_not_try(away, clock, monkeypatch):
    tries = []
    real = away.progress
    monkeypatch.setattr(away, "progress", lambda *a: (tries.append(clock.now - 1000), real(*a)))
    report = ProgressReporter(away, "t1", "e1", clock=clock)
    for _ in range(300):
        report("fetching", 0.5)
        clock.now += 1.0
    assert tries == [0, 5, 15, 35, 75, 135, 195, 255]


def test_a_fault_of_ours_is_not_swallowed(tasks, clock):
    with pytest.raises(KeyError):
        ProgressReporter(tasks, "t1", "e1", clock=clock)("dancing")


def _reporter(url: str) -> Iterator[ProgressReporter]:
    settings = Settings(database_url=url, db_pool_size=1)
    engine = open_engine(settings, timeout=TIMEOUT, ping=False)
    yield ProgressReporter(TaskStore(engine), "t1", "e1", clock=Clock())
    engine.dispose()


@pytest.fixture
def report(database_url):
    """What `ProgressReporter.connect` makes, with a clock of ours."""
    yield from _reporter(database_url)


@contextmanager
def silenced(databases):
    """Stop every process of the server, as a network that swallows packets would: nothing is refused or closed."""
    with databases.connect() as admin:
        pids = [row[0] for row in admin.exec_driver_sql("SELECT pid FROM pg_stat_activity")]
        pids.append(int(Path(databases.data, "postmaster.pid").read_text().split()[0]))

    def signal_all(what: signal.Signals) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):  # a background worker may have ended
                os.kill(pid, what)

    try:
        signal_all(signal.SIGSTOP)
        yield
    finally:
        signal_all(signal.SIGCONT)


def test_a_silent_server_holds_the_render_for_two_seconds_at_worst(databases, tasks, report):
    report("fetching")
    with silenced(databases):
        for stage in ("concatenating", "adding_audio"):  # on the open connection, then on a new one
            began = time.monotonic()
            report(stage)
            assert time.monotonic() - began < 2.6
            report._clock.now += 1000
    report("uploading")
    assert tasks.get("t1").stage == "uploading"


def test_a_row_locked_by_another_does_not_hold_the_render(engine, tasks, report):
    report("fetching")
    with engine.begin() as other:
        other.exec_driver_sql("SELECT * FROM choreography_tasks FOR UPDATE")
        began = time.monotonic()
        report("concatenating")
        assert time.monotonic() - began < 2.5
    assert tasks.get("t1").stage == "fetching"


def test_connect_makes_one_for_the_environment(database_url, tasks):
    report = ProgressReporter.connect(Settings(database_url=database_url), "t1", "e1")
    report("planning")
    assert tasks.get("t1").stage == "planning"
    report.close()


def test_the_outage_itself_is_unavailable(away):
    with pytest.raises(Unavailable, match="does not answer"):
        away.get("t1")
