"""List prices of Google Cloud, in one place. US dollars, no free tier, no discounts, region us-central1.

Read on 2026-11-26 from copies of https://cloud.google.com/run/pricing (jobs, tier 1) and
https://cloud.google.com/storage/pricing (Standard storage, operations, transfer to the Americas and EMEA, first TB).
"""

from __future__ import annotations

from typing import Final

DATE: Final = "2026-11-26"

VCPU_SECOND: Final = 0.000_018
GIB_SECOND: Final = 0.000_002
STORAGE_GB_MONTH: Final = 0.020
WRITE: Final = 0.005 / 1000  # class A operation
READ: Final = 0.000_4 / 1000  # class B operation
EGRESS_GB: Final = 0.12

GIB_PER_VCPU: Final = 1.0
"""Memory a job is given for each processor; a render needs a fifth of it."""


def compute(cpu_s: float) -> float:
    """Of CPU-seconds of a job whose processors are kept busy."""
    return cpu_s * (VCPU_SECOND + GIB_PER_VCPU * GIB_SECOND)


def keeping(size: int) -> float:
    """Of storing a video of `size` bytes for a month."""
    return size / 1e9 * STORAGE_GB_MONTH


def watching(size: int) -> float:
    """Of sending it to somebody once."""
    return size / 1e9 * EGRESS_GB


def operations(*, clips: int, pieces: int, tasks: int) -> float:
    """Of a render's storage operations, deleting being free.

    Every task reads the blueprint and the clips, the last one also the song and the pieces; it stores video and Result.
    Pieces that are encoded are stored, and announced when several tasks share them.
    """
    reads = tasks * (1 + clips) + 1 + (pieces if tasks > 1 else 0)
    writes = 2 + pieces * (2 if tasks > 1 else 1)
    return reads * READ + writes * WRITE
