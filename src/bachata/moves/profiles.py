"""Which profile a library has: one for all its clips, so that any of them can be joined by copying."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from bachata.errors import InvalidRequest
from bachata.media.profile import DEFAULT, PROFILES, Profile
from bachata.moves.catalogue import Move


def named(profile: str) -> Profile:
    """The profile called so. Raises InvalidRequest listing those there are."""
    if profile not in PROFILES:
        raise InvalidRequest(f"There is no profile {profile!r}; use {', '.join(PROFILES)}")
    return PROFILES[profile]


def of_library(moves: Iterable[Move]) -> Profile | None:
    """The profile all of `moves` conform to, None if they do not conform to the same one as it is today."""
    ids = {move.profile for move in moves}
    return next((p for p in PROFILES.values() if ids == {p.id}), None)


def profile_for_adding(library: str, held: Sequence[Move], named_clips: Collection[str], wished: str | None) -> Profile:
    """The profile to conform to when the clips of `named_clips` come into a library that holds `held`.

    Without a wish it is the library's own, by name: if the profile's parameters have changed since, or clips of the
    library were never conformed, it is conformed anew. That, and another profile than before, is only possible for all
    its clips at once.

    Raises InvalidRequest for an unknown profile, or naming the clips that would be left behind.
    """
    names = sorted({move.profile.partition(".")[0] for move in held if move.profile})
    profile = named(wished) if wished else PROFILES.get(names[0], DEFAULT) if names else DEFAULT
    left = [m for m in held if m.profile != profile.id and m.clip_id not in named_clips]
    if left:
        was = ", ".join(sorted({m.profile or "never conformed" for m in left}))
        some = ", ".join(m.clip_id for m in left[:5]) + (", …" if len(left) > 5 else "")
        raise InvalidRequest(
            f"The library {library!r} has one profile, and this would make it {profile.id}: its clips {some} are {was} "
            "and not among those to add. Name all its clips in the annotations to conform them anew, or choose another "
            "--library"
        )
    return profile
