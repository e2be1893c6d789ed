"""Opening media, and FFmpeg's refusals in the project's words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer

from bachata.errors import BachataError, MediaUnreadable, OutOfSpace

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


_UNPROBED: Final = {"skip_frame": "all", "probesize": "2048"}  # nothing is decoded to get to know the streams
_INDEXED: Final = "mp4"  # among the names FFmpeg's reader of MP4 and QuickTime goes by


@contextmanager
def opened(
    path: Path, name: str, *, refusal: type[MediaUnreadable] = MediaUnreadable, indexed: bool = False
) -> Iterator[InputContainer]:
    """A media file; errors of opening *and of the block* become `refusal`, which calls the file `name`.

    `indexed`: an MP4's index is all that need be known of it. That takes 0.3 ms instead of 4.5; a file of another kind
    is opened as usual. Only local files can be opened, whatever the file refers to: a playlist that names a URL is
    refused.
    """
    with decoding(path, name, refusal=refusal):
        try:
            container = _open(path, indexed=indexed)
        except av.FFmpegError:
            with _quoting():
                container = _open(path)
        with container:
            yield container


def _open(path: Path, *, indexed: bool = False) -> InputContainer:
    # Absolute: a relative name such as "concat:x" would be read as a protocol.
    place, options = str(path.absolute()), {"protocol_whitelist": "file"}
    if indexed:
        container = av.open(place, options=options | _UNPROBED)
        if _INDEXED in container.format.name.split(","):
            return container
        container.close()
    return av.open(place, options=options)


@contextmanager
def _quoting() -> Iterator[None]:
    """Let FFmpeg's own words reach the errors of the block.

    Not for longer than a failing open: its log callback takes the interpreter's lock, so a decoder thread that logs
    while a decoder is being freed would wait for the thread that waits for it, for ever (seen with PyAV 18.1).
    """
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture():
            yield
    finally:
        av.logging.set_level(None)


@contextmanager
def decoding(path: Path, name: str, *, refusal: type[MediaUnreadable] = MediaUnreadable) -> Iterator[None]:
    """Turn FFmpeg's errors in the block into `refusal`."""
    try:
        yield
    except av.FFmpegError as error:
        if error.errno == errno.ENOMEM:
            raise
        raise refusal(
            f"{name!r} cannot be decoded: {words(error, path)}. Replace the file, or re-encode it.",
            details=type(error).__name__,
        ) from error


def words(error: av.FFmpegError, path: Path | None = None) -> str:
    """What FFmpeg says about it, without the server's paths."""
    text = error.strerror or type(error).__name__
    last: Any = error.log  # (level, name, message): the stub says otherwise
    if last and str(last[2]).strip():
        text += f" ({last[1]}: {str(last[2]).strip()})"
    return text.replace(str(path.absolute()), path.name) if path else text


@contextmanager
def writing() -> Iterator[None]:
    """Turn a full disk in the block into OutOfSpace; FFmpeg and Python report it alike."""
    try:
        yield
    except BachataError:
        raise
    except (OSError, av.FFmpegError) as error:
        if error.errno in NO_ROOM:
            raise OutOfSpace(
                "No room left for the video; free space in the scratch directory "
                "(on Cloud Run it is memory: give the job more)"
            ) from error
        raise
