"""The harness measures what it says: a command's own work and that of its children."""

from __future__ import annotations

import sys

import pytest

from benchmarks.harness import machine, run

HOLD = "import time; block = b'x' * ({mb} * 2**20); end = time.monotonic() + 0.4\nwhile time.monotonic() < end: pass"


def test_memory_and_cpu_of_a_command():
    small, large = (run([sys.executable, "-c", HOLD.format(mb=mb)]) for mb in (1, 200))
    assert large.peak_rss_mb - small.peak_rss_mb == pytest.approx(200 * 2**20 / 1e6, rel=0.15)
    assert 0.2 < small.cpu_s <= small.wall_s * 1.5


def test_children_count():
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD.format(mb=150)!r}])"
    cost = run([sys.executable, "-c", program])
    assert cost.peak_rss_mb > 150
    assert cost.cpu_s > 0.2


def test_output_is_read_as_json():
    assert run([sys.executable, "-c", "print('{\"a\": 1}')"]).json() == {"a": 1}


def test_a_failing_command_says_its_last_words():
    with pytest.raises(RuntimeError, match=r"exited 3.*no song"):
        run([sys.executable, "-c", "import sys; sys.stderr.write('no song'); sys.exit(3)"])


def test_the_machine_is_named():
    assert "cores" in machine()
