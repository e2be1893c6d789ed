"""The `bachata` command. Commands hold no logic: they open what a room needs, call it, and show the answer."""

from bachata.cli.app import main

__all__ = ["main"]
