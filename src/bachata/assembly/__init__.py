"""Blueprint to video: fetches media, conforms, cuts, retimes, blends, mixes, writes. Knows no music or moves.

::

    frameplan   blueprint -> what every output frame shows (pure)          fetch     storage -> files
    compose     plan + clips -> finished pictures                          sound     song or clips -> samples
    output      pictures + samples -> file                                 loudness  samples -> one gain
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
