"""Which analyser this is, readable without loading it."""

from __future__ import annotations

from typing import Final

ANALYSER: Final = "bachata-dynamic/5"
"""Raise the number whenever the same bytes may give another document, or a clip other beats.

Stored analyses of older ones are made again, and clips are heard again when they are added again.
"""
