"""Proof that a library conforms: what is stored is what the catalogue says, and any two clips can lie in one video."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bachata.errors import MediaUnreadable, ObjectMissing
from bachata.media.clip import faults, index_of
from bachata.media.profile import PROFILES, Profile
from bachata.moves.catalogue import Move
from bachata.moves.shelf import Shelf, hash_of
from bachata.storage.interface import ObjectStore

Progress = Callable[[int, int, str], None]

AGAIN: Final = "run `bachata library add` again with this clip: it is made anew"
ALL_AGAIN: Final = "run `bachata library add` again with all clips of the library: they are conformed anew"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a clip, or with the library as a whole when `clip_id` is None, and what helps."""

    clip_id: str | None
    fault: str
    remedy: str


@dataclass(frozen=True)
class CheckReport:
    """`headers`: how many different SPS and PPS the stored clips have; 1 in a library that conforms."""

    library: str
    profile: str | None
    clips: int
    headers: int
    faults: tuple[Fault, ...]

    @property
    def conforms(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


@dataclass(frozen=True)
class _Seen:
    """What was found in one clip's file."""

    faults: tuple[str, ...]
    header: bytes | None = None


def check(library: str, moves: Sequence[Move], store: ObjectStore, *, progress: Progress | None = None) -> CheckReport:
    """Look at every stored clip of a library whole. `progress(done, total, clip_id)` is told after each."""
    shelf = Shelf(store, library)
    usual = Counter(m.profile for m in moves if m.profile).most_common(1)
    profile = next((p for p in PROFILES.values() if usual and p.id == usual[0][0]), None)
    found = [] if moves else [Fault(None, "holds no clips", "run `bachata library add DIR`")]
    headers: set[bytes] = set()
    for number, move in enumerate(moves, 1):
        if (unfit := _unfit(move, profile)) is not None:
            found.append(Fault(move.clip_id, unfit, ALL_AGAIN))
        else:
            assert profile is not None
            seen = _look(move, profile, shelf)
            found += [Fault(move.clip_id, words, AGAIN) for words in seen.faults]
            headers |= {seen.header} if seen.header is not None else set()
        if progress:
            progress(number, len(moves), move.clip_id)
    if len(headers) > 1:
        found.append(Fault(None, f"its clips have {len(headers)} different SPS and PPS", ALL_AGAIN))
    return CheckReport(library, profile.name if profile else None, len(moves), len(headers), tuple(found))


def _unfit(move: Move, profile: Profile | None) -> str | None:
    """Why the clip cannot conform, whatever lies in storage."""
    if move.profile is None:
        return "was added before clips were conformed"
    if profile is None:
        return f"conforms to {move.profile}, which this version does not make"
    if move.profile != profile.id:
        return f"conforms to {move.profile}, the library to {profile.id}"
    return None


def _look(move: Move, profile: Profile, shelf: Shelf) -> _Seen:
    store = shelf.store
    missing = [
        f"{what} is missing"
        for what, key in (("its thumbnail", move.thumbnail), ("its record", move.record))
        if store.info(key) is None
    ]
    if store.info(move.video_path) is None:
        return _Seen(("its mezzanine is missing", *missing))
    try:
        with shelf.at_hand(move.video_path) as path:
            return _seen(path, move, profile, missing)
    except ObjectMissing:  # deleted meanwhile
        return _Seen(("its mezzanine is missing", *missing))


def _seen(path: Path, move: Move, profile: Profile, missing: list[str]) -> _Seen:
    wrong = list(missing)
    if hash_of(path) != move.sha256:
        wrong.append("its mezzanine holds other bytes than were stored")
    name = move.video_path.rpartition("/")[2]
    try:
        wrong += faults(path, name, profile)
        index = index_of(path, name)
    except MediaUnreadable as error:
        return _Seen((*wrong, error.message))
    wrong += _differences(move, index.frames, index.keyframes)
    return _Seen(tuple(wrong), index.header)


def _differences(move: Move, frames: int, keyframes: tuple[int, ...]) -> Iterator[str]:
    if frames != move.frames:
        yield f"it has {frames} frames, the catalogue says {move.frames}"
    if list(keyframes) != move.keyframes:
        odd = sorted(set(keyframes) ^ set(move.keyframes))
        yield f"its keyframes are not those of the catalogue, first at frame {odd[0]}"
    if absent := sorted({0, *move.beats} - set(keyframes)):
        yield f"{len(absent)} of its beats are no keyframes, first frame {absent[0]}"
