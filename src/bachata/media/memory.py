"""Giving memory back between pieces of work."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any


@cache
def _trim() -> Any:
    """glibc's malloc_trim, where there is one."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Return freed memory to the system. A codec frees tens of megabytes that glibc would keep, in every thread."""
    trim = _trim()
    if trim is not None:
        trim(0)
