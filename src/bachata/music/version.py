"""Which analyser this is, readable without loading it."""

from __future__ import annotations

from typing import Final

ANALYSER: Final = "bachata-dynamic/6"
"""Raise the number whenever the same bytes may give another document. Stored analyses of older ones are made again."""

HEARING: Final = "bachata-dynamic/5"
"""Raise the number whenever the same bytes may give other beats or counts, and `ANALYSER`'s with it.

Clips that an older one heard are heard again when they are added again.
"""
