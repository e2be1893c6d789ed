"""Bachata Buddy: songs in, dance videos out, every step on its count."""

from importlib.metadata import version

__version__ = version("bachata-buddy")
