"""Which profile a library has: one for all its clips, so that any of them can be joined by copying."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bachata.errors import InvalidRequest
from bachata.media.profile import DEFAULT, PROFILES, Profile
from bachata.moves.catalogue import Move


def profile_for_adding(held: Iterable[Move], wished: str | None) -> Profile:
    """The profile to conform clips to that come into a library of the moves `held`.

    Without a wish it is the library's own, by name, as that profile is today. Raises InvalidRequest for an unknown one.
    """
    names = sorted({move.profile.partition(".")[0] for move in held if move.profile})
    if wished is None:
        return PROFILES.get(names[0], DEFAULT) if names else DEFAULT
    if wished not in PROFILES:
        raise InvalidRequest(f"There is no profile {wished!r}; use {', '.join(PROFILES)}")
    return PROFILES[wished]


def left_behind(held: Iterable[Move], profile: Profile, added: Collection[str]) -> str | None:
    """What is wrong with adding the clips `added` of `profile`, None if then all clips of the library conform to it.

    Another profile than before, a profile whose parameters have changed since, and a library from before clips were
    conformed all take the same way: its clips are conformed anew, all of them at once.
    """
    left = [m for m in held if m.profile != profile.id and m.clip_id not in added]
    if not left:
        return None
    was = ", ".join(sorted({m.profile or "never conformed" for m in left}))
    some = ", ".join(m.clip_id for m in left[:5]) + (", …" if len(left) > 5 else "")
    return (
        f"a library has one profile, and this would make it {profile.id}: its clips {some} are {was} and not among "
        "those to add; name all its clips to conform them anew, or choose another --library"
    )
