"""Bachata Buddy: songs in, dance videos out, every step on its count."""

__version__ = "0.1.0"
