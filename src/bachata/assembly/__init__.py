"""Blueprint to video: fetches media, conforms, cuts, retimes, blends, mixes, writes. Knows no music or moves.

::

    frameplan   blueprint -> what every output frame shows (pure)          fetch     storage -> files
    reader      clip -> the frame shown at a source time                   sound     song or clips -> samples
    conform     any frame -> the output's size, pixels and colours         loudness  samples -> one gain
    compose     plan + readers -> finished pictures                        output    pictures + samples -> file
    rendering   all of these in order: `render`                            job       the container's entry point

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
