"""The harness measures what it says: a command's own work and that of its children."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks.harness import Cost, Running, in_turn, machine, run, run_together

HOLD = "import time; block = b'x' * ({mb} * 2**20)\nwhile time.process_time() < 0.4: pass\ntime.sleep(1)"
"""Holds memory until it has used 0.4 s of CPU, then rests: on a busy machine nobody gets to look while it works."""
WRITE = "import pathlib; pathlib.Path({path!r}).write_bytes(b'x' * {size})"


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def of_children(*programs: str) -> list[str]:
    calls = "; ".join(f"subprocess.run([sys.executable, '-c', {program!r}])" for program in programs)
    return python(f"import subprocess, sys; {calls}")


def test_memory_and_cpu_of_a_command():
    small, large = (run(python(HOLD.format(mb=mb))) for mb in (1, 200))
    assert large.peak_rss_mb - small.peak_rss_mb == pytest.approx(200 * 2**20 / 1e6, rel=0.15)
    assert 0.4 <= small.cpu_s < 0.6


def test_a_peak_between_two_samples_is_seen():
    """The kernel remembers it; the process only has to live on until the next look."""
    cost = run(python("import time; block = b'x' * (300 * 2**20); del block; time.sleep(0.2)"))
    assert cost.peak_rss_mb > 300


def test_memory_is_seen_beside_a_thread_that_never_rests():
    done: list[bool] = []

    def toil() -> None:
        while not done:
            pass

    busy = threading.Thread(target=toil)
    busy.start()
    try:
        cost = run(of_children(HOLD.format(mb=100)))
    finally:
        done.append(True)
        busy.join()
    assert cost.peak_rss_mb > 100


def test_children_count():
    cost = run(of_children(HOLD.format(mb=150)))
    assert cost.peak_rss_mb > 150
    assert cost.cpu_s >= 0.4


def test_bytes_written_by_a_command_and_its_children_count_once_each(tmp_path: Path):
    ours, theirs = str(tmp_path / "ours"), str(tmp_path / "theirs")
    before = run(python("pass")).written_mb
    if before is None:
        pytest.skip("this kernel keeps no account of bytes written (/proc/PID/io)")
    alone = run(python(WRITE.format(path=ours, size=30_000_000)))
    both = run(of_children(*(WRITE.format(path=path, size=20_000_000) for path in (ours, theirs))))
    assert alone.written_mb == pytest.approx(30, abs=0.2)
    assert both.written_mb == pytest.approx(40, abs=0.2)
    assert before < 0.2


def test_files_copied_by_the_kernel_count(tmp_path: Path):
    source = tmp_path / "source"
    source.write_bytes(bytes(10_000_000))
    cost = run(python(f"import shutil; shutil.copyfile({str(source)!r}, {str(tmp_path / 'copy')!r})"))
    assert cost.written_mb is None or cost.written_mb == pytest.approx(10, abs=0.2)


def test_commands_side_by_side_and_in_turn():
    command = python(HOLD.format(mb=50))
    together = run_together([command, command], [{}, {}])
    turns = in_turn([run(command), run(command)])
    assert together.cpu_s >= 0.8
    assert turns.cpu_s >= 0.8
    assert together.peak_rss_mb > 100
    assert turns.wall_s > 2.8
    assert turns.peak_rss_mb < together.peak_rss_mb


def test_side_by_side_each_has_its_own_environment():
    show = python("import os; print(os.environ['TURN'])")
    assert run_together([show, show], [{"TURN": "one"}, {"TURN": "two"}]).output.split() == ["one", "two"]


def test_one_that_fails_among_several_is_said_when_all_have_ended(tmp_path: Path):
    late = tmp_path / "late"
    slow = python(f"import pathlib, time; time.sleep(0.4); pathlib.Path({str(late)!r}).touch()")
    with pytest.raises(RuntimeError, match="no song"):
        run_together([python("raise SystemExit('no song')"), slow], [{}, {}])
    assert late.exists()


def test_a_command_can_be_killed_in_the_middle():
    running = Running(python("import time; time.sleep(60)"))
    assert running.at_work
    time.sleep(0.1)
    running.kill()
    cost = running.wait(may_fail=True)
    assert cost.wall_s < 30
    assert not running.at_work


def test_one_that_has_ended_can_still_be_killed_and_waited_for():
    running = Running(python("print('done')"))
    while running.at_work:
        time.sleep(0.01)
    running.kill()
    assert running.wait().output == "done\n"


def test_output_is_read_as_json():
    assert run(python("print('{\"a\": 1}')")).json() == {"a": 1}


def test_a_failing_command_says_its_last_words():
    with pytest.raises(RuntimeError, match=r"exited 3.*no song"):
        run(python("import sys; sys.stderr.write('no song'); sys.exit(3)"))


def test_costs_without_an_account_of_bytes_add_up_to_none():
    assert in_turn([Cost(1, 1, 1, "", 2.0), Cost(1, 1, 1, "", None)]).written_mb is None
    assert in_turn([Cost(1, 1, 1, "", 2.0), Cost(1, 1, 1, "", 0.5)]).written_mb == 2.5


def test_the_machine_is_named():
    assert "cores" in machine()
