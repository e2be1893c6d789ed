"""Encoded segments: made, named by what decides their bytes, kept in storage for the next attempt or another task.

A piece is one line of JSON and after it H.264 as MP4 holds it: every picture one NAL unit, its length in front.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import av

from bachata.assembly.compose import Composer
from bachata.assembly.copyplan import CopyPlan, Segment
from bachata.assembly.frameplan import Picture
from bachata.errors import BachataError
from bachata.logs import get_logger
from bachata.media.encoder import PieceEncoder, Unit, header, nal_units
from bachata.media.memory import give_back
from bachata.media.profile import Profile
from bachata.storage import ObjectStore

FORMAT: Final = 3
"""Of pieces and of what is hashed into their names; grows when either changes."""

_PIECE: Final = ".piece"
_CLAIM: Final = ".claim"
_GOP_SECONDS: Final = 2
_IDR: Final = 5

_log = get_logger(__name__)


@dataclass(frozen=True)
class Made:
    """An encoded segment, and what was seen of the clips while making it."""

    units: tuple[Unit, ...]
    held: dict[int, int]
    """Index into the plan's pieces -> pictures for which its clip's last one was held."""
    damaged: dict[int, int]
    """Index into the plan's pieces -> pictures the decoder repaired."""
    cpu_s: float = 0.0
    """CPU-seconds it took."""

    def moved(self, by: int) -> Made:
        """The same, seen of other pieces of the plan: their indices grow by `by`."""
        held, damaged = ({index + by: count for index, count in seen.items()} for seen in (self.held, self.damaged))
        return replace(self, held=held, damaged=damaged)


class Maker:
    """Encodes segments. Each is decoded from its own nearest keyframe, so its bytes depend on nothing made before.

    `locate` gives the file of a blueprint's path, `version` the version of its bytes; `check` is called between
    pictures and may raise. May be used by several threads.
    """

    def __init__(
        self,
        copies: CopyPlan,
        profile: Profile,
        *,
        locate: Callable[[str], Path],
        check: Callable[[], None],
        version: Callable[[str], str] = str,
    ) -> None:
        self.copies = copies
        self.profile = profile
        self._locate = locate
        self._check = check
        self._version = version

    def make(self, segment: Segment) -> Made:
        """Encode a segment. Raises MediaUnreadable."""
        began = time.thread_time()  # decoder and encoder have one thread: this one
        group = max(1, round(_GOP_SECONDS * self.profile.rate))
        encoder = PieceEncoder(self.profile, quick=True)
        assert encoder.header == header(self.profile), "a piece must share the file's SPS and PPS"
        units: list[Unit] = []
        with Composer(self.copies.plan, self.profile.size, self._locate, threads=1) as composer:
            for number, picture in enumerate(self._pictures(segment)):
                self._check()
                units += encoder.encode(composer.picture(picture), key=number % group == 0)
            units += encoder.finish()
        del encoder
        give_back()
        return Made(tuple(units), composer.held, composer.damaged, time.thread_time() - began)

    def name(self, segment: Segment) -> str:
        """A hash of everything that decides the segment's bytes."""
        told: list[Any] = [
            FORMAT,
            av.library_versions,
            self.profile.id,
            self.profile.size,
            self.profile.options(quick=True),
        ]
        for picture in self._pictures(segment):
            shots = [
                None if shot is None else [self._clip(shot.piece), str(shot.time)]
                for shot in (picture.shot, picture.under)
            ]
            told.append([shots, str(picture.weight), [[colour, str(share)] for colour, share in picture.veils]])
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def _clip(self, index: int) -> list[str]:
        piece = self.copies.plan.pieces[index]
        return [piece.path, self._version(piece.path), str(piece.trim_end)]

    def _pictures(self, segment: Segment) -> Iterator[Picture]:
        for number in range(segment.first, segment.end):
            yield Picture() if segment.piece is None else self.copies.plan.picture(segment.piece, number)


@dataclass(frozen=True)
class Look:
    """What lay in storage at one moment: names of finished pieces, and of those somebody has begun."""

    pieces: frozenset[str]
    claims: frozenset[str]


class PieceStore:
    """Pieces of one plan in storage, under `prefix`. Losing them costs time, never the video.

    Several tasks may work on the plan when `shared`; otherwise only what was there in the beginning is looked for.
    """

    def __init__(self, store: ObjectStore, prefix: str, *, shared: bool = False) -> None:
        self._store = store
        self._prefix = prefix
        self._shared = shared
        self.refused = False
        """Whether storage has refused to list or to keep a piece."""
        self._known = self.look().pieces

    def look(self) -> Look:
        """What is there now."""
        found: dict[str, set[str]] = {_PIECE: set(), _CLAIM: set()}
        try:
            infos = list(self._store.list(self._prefix))
        except (BachataError, OSError) as error:
            self.refused = True
            _log.warning("pieces could not be listed", extra={"reason": str(error)})
            infos = []
        for info in infos:
            name, dot, kind = info.key.removeprefix(self._prefix).rpartition(".")
            found.setdefault(dot + kind, set()).add(name)
        return Look(frozenset(found[_PIECE]), frozenset(found[_CLAIM]))

    def get(self, name: str, frames: int) -> Made | None:
        """The piece, if it is there and whole."""
        if not self._shared and name not in self._known:
            return None
        try:
            data = self._store.read_bytes(self._key(name, _PIECE))
        except (BachataError, OSError):
            return None
        made = _unpacked(data, name, frames)
        if made is None:
            _log.warning("a stored piece is damaged and is made again", extra={"piece": name})
        return made

    def put(self, name: str, made: Made) -> None:
        """Keep a piece."""
        self._put(self._key(name, _PIECE), _packed(made, name))

    def claim(self, name: str) -> None:
        """Let other tasks know that this one has begun a piece."""
        if self._shared:
            self._put(self._key(name, _CLAIM), b"begun\n")

    def clear(self) -> None:
        """Delete everything kept of the plan."""
        try:
            for info in list(self._store.list(self._prefix)):
                self._store.delete(info.key)
        except (BachataError, OSError) as error:
            _log.warning("pieces could not be deleted", extra={"reason": str(error)})

    def _put(self, key: str, data: bytes) -> None:
        try:
            self._store.put_bytes(key, data, content_type="application/octet-stream")
        except (BachataError, OSError) as error:
            self.refused = True
            _log.warning("a piece could not be kept", extra={"reason": str(error)})

    def _key(self, name: str, kind: str) -> str:
        return f"{self._prefix}{name}{kind}"


def _packed(made: Made, name: str) -> bytes:
    body = b"".join(unit.data for unit in made.units)
    note = {
        "piece": name,
        "frames": len(made.units),
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "held": list(made.held.items()),
        "damaged": list(made.damaged.items()),
        "cpu_s": round(made.cpu_s, 3),
    }
    return json.dumps(note).encode() + b"\n" + body


def _unpacked(data: bytes, name: str, frames: int) -> Made | None:
    head, _, body = data.partition(b"\n")
    try:
        note = json.loads(head)
        expected = {"piece": name, "frames": frames, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        if any(note[key] != value for key, value in expected.items()):
            return None
        units = tuple(Unit(nal, nal[4] & 31 == _IDR) for nal in nal_units(body))
        held, damaged, cpu_s = dict(note["held"]), dict(note["damaged"]), float(note["cpu_s"])
    except (ValueError, KeyError, TypeError):
        return None
    return Made(units, held, damaged, cpu_s) if len(units) == frames else None


def plan_prefix(blueprint_json: str) -> str:
    """Where the pieces of a blueprint lie."""
    return f"cache/pieces/{hashlib.sha256(blueprint_json.encode()).hexdigest()}/"


def told(copies: CopyPlan, made: list[Made]) -> list[str]:
    """Warnings about clips, each move once, in order."""
    held: dict[int, int] = {}
    damaged: dict[int, int] = {}
    for piece in made:
        for index, count in piece.held.items():
            held[index] = held.get(index, 0) + count
        for index, count in piece.damaged.items():
            damaged[index] = max(damaged.get(index, 0), count)
    warnings = []
    for index, shown in enumerate(copies.plan.pieces):
        name = f"move {shown.index + 1} ({shown.path})"
        if index in held:
            seconds = float(held[index] / copies.plan.rate)
            warnings.append(
                f"{name} ends too early: its last picture was held for {held[index]} frames, {seconds:.2f} s"
            )
        if index in damaged:
            warnings.append(f"{name} is damaged: the decoder repaired {damaged[index]} pictures")
    return warnings
