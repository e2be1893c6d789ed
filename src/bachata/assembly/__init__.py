"""Blueprint to video: fetches media, conforms, cuts, retimes, blends, mixes, writes. Knows no music or moves.

::

    frameplan   blueprint -> what every output frame shows (pure)          fetch      storage -> files
    copyplan    + keyframes -> what is copied, what encoded (pure)         score      which sound, at which level
    estimate    + clips -> frames, CPU-seconds, bytes, dollars (pure)      songtrack  the song's AAC, encoded once
    pieces      a segment -> an encoded piece; pieces in storage           sound      song or clips -> samples
    workshop    pieces from storage, other tasks or the encoder            loudness   samples -> one gain
    stitch      packets and pieces -> file                                 output     other codecs, encoded whole
    rendering   all of these in order: `render`                            job        the container's entry point

`render` is imported when first asked for, so that who reads only `assembly.result` needs no FFmpeg.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bachata.assembly.rendering import render

__all__ = ["render"]


def __getattr__(name: str) -> Any:
    if name == "render":
        from bachata.assembly.rendering import render

        return render
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
