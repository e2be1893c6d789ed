"""Numbers as people read them. Every function is total: what is unknown becomes a dash."""

from __future__ import annotations

from fractions import Fraction

DASH = "–"


def clock(seconds: float, *, decimals: int = 0) -> str:
    """A time in seconds as ``1:05``, or ``1:05.3`` with decimals; rounding never shows 60 seconds."""
    units = 10**decimals
    ticks = round(max(seconds, 0.0) * units)
    minutes, rest = divmod(ticks, 60 * units)
    whole, part = divmod(rest, units)
    return f"{minutes}:{whole:02d}" + (f".{part:0{decimals}d}" if decimals else "")


def number(value: float, decimals: int = 0) -> str:
    """Rounded, with thin spaces between thousands: 12 345.6."""
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace("-", "\u2212")


def percent(share: float | None) -> str:
    """A share from 0 to 1 as a whole percentage."""
    return DASH if share is None else f"{number(100 * share)}\u202f%"


def size(count: int | None) -> str:
    """Bytes in decimal units, as storage is sold and billed."""
    if count is None:
        return DASH
    if count < 1000:
        return f"{count} bytes"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if round(value, 1) < 1000 or unit == "GB":
            break
    return f"{number(value, 1)} {unit}"


def rate(exact: str) -> str:
    """Frames a second: ``30`` or, for an NTSC rate, ``29.97``."""
    return f"{float(Fraction(exact)):.3f}".rstrip("0").rstrip(".")


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 move``, ``14 moves``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def title(name: str) -> str:
    """An identifier as a title: ``cross_body_lead`` becomes ``Cross body lead``."""
    text = " ".join(name.replace("_", " ").split())
    return text[:1].upper() + text[1:]


def speed(value: float) -> str:
    """Playback speed: ``0.982×``."""
    return f"{value:.3f}×"


_TRANSITIONS = {"cut": "cut", "crossfade": "crossfade", "fade_black": "through black", "fade_white": "through white"}


def transition(kind: str, seconds: float, *, opening: bool = False) -> str:
    """How a move comes in: ``cut``, ``crossfade, 0.48 s``, ``through black, 0.30 s each way``.

    Before the `opening` of a video there is nothing: ``from black, 0.30 s``, and no words for a cut.
    """
    words = _TRANSITIONS.get(kind, kind)
    if opening:
        words = "" if kind == "cut" else words.replace("through", "from")
    if kind == "cut" or not seconds:
        return words
    return f"{words}, {seconds:.2f} s" + (" each way" if kind.startswith("fade_") and not opening else "")
