"""The standard library of Workflows, as far as this engine offers it; importing the package fills `FUNCTIONS`."""

from . import collections, encoding, helpers, system, text, times
from .registry import FUNCTIONS, REQUIRED, Function

__all__ = ["FUNCTIONS", "REQUIRED", "Function", "collections", "encoding", "helpers", "system", "text", "times"]
