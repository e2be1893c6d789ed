"""The page beside a video: player, waveform with counts, the moves under it, the scores."""

from bachata.report.page import render, write

__all__ = ["render", "write"]
