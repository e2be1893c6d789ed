"""Errors of a clip's file say which moves need it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bachata.errors import MediaUnreadable

_SAYS = " Needed for move "


@contextmanager
def needed_for(*moves: int) -> Iterator[None]:
    """Add the moves, indices into the blueprint's, to a MediaUnreadable of the block that names none yet."""
    try:
        yield
    except MediaUnreadable as error:
        if _SAYS in error.message:
            raise
        listed = ", move ".join(str(move + 1) for move in moves)
        raise type(error)(f"{error.message}{_SAYS}{listed}.", details=error.details) from error


def all_of(errors: Sequence[MediaUnreadable]) -> MediaUnreadable:
    """One error that tells what several say."""
    if len(errors) == 1:
        return errors[0]
    details = "; ".join(error.details for error in errors if error.details)
    return MediaUnreadable(" ".join(error.message for error in errors), details=details)
