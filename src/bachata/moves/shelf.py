"""Mezzanines in storage, under names that say what is in them: what lies there is never made again or changed.

An ingest that was stopped half way therefore goes on where it was, and a blueprint made before a clip was replaced
still finds the old one.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bachata.errors import MediaUnreadable, ObjectMissing
from bachata.media.clip import faults
from bachata.media.encoder import header
from bachata.media.profile import Profile
from bachata.moves.catalogue import Move
from bachata.moves.mezzanine import Made, Mould
from bachata.moves.probe import ClipFacts
from bachata.moves.record import ClipRecord, SourceFacts
from bachata.storage.interface import ObjectStore


@dataclass(frozen=True)
class Shelf:
    """One library's mezzanines in a store."""

    store: ObjectStore
    library: str

    def key(self, clip_id: str, mould: Mould) -> str:
        """Where the mezzanine of a clip belongs."""
        return f"moves/{self.library}/{clip_id}-{mould.digest[:12]}.mp4"

    def find(self, move: Move, profile: Profile) -> ClipRecord | None:
        """The record of a move's mezzanine if all of it is stored and is what `library check` demands, else None.

        Files that are not local are only fetched when their record and the store's checksum cannot prove them.
        """
        try:
            record = ClipRecord.model_validate_json(self.store.read_bytes(move.record))
        except (ObjectMissing, ValidationError):
            return None
        film, picture = self.store.info(move.video_path), self.store.info(move.thumbnail)
        if film is None or picture is None or film.size != record.size:
            return None
        if (record.profile, record.frames, record.keyframes) != (profile.id, move.frames, move.keyframes):
            return None
        local = self.store.local_path(move.video_path) is not None
        known = (record.crc32c, record.header_sha256)
        if not local and film.crc32c is not None and known == (film.crc32c, _header_hash(profile)):
            return record
        return record if self._conforms(move, record, profile) else None

    def _conforms(self, move: Move, record: ClipRecord, profile: Profile) -> bool:
        """Whether the stored file holds the bytes of its record, and these conform."""
        try:
            with self.at_hand(move.video_path) as path:
                return hash_of(path) == record.sha256 and not faults(path, path.name, profile)
        except (ObjectMissing, MediaUnreadable):
            return False

    @contextmanager
    def at_hand(self, key: str) -> Iterator[Path]:
        """A stored file to be read in place, else fetched for as long as the block lasts. Raises ObjectMissing."""
        with tempfile.TemporaryDirectory(prefix="bachata-shelf-") as folder:
            path = self.store.local_path(key)
            if path is None:
                path = Path(folder) / "clip.mp4"
                self.store.fetch(key, path)
            yield path

    def put(self, move: Move, mould: Mould, facts: ClipFacts, made: Made) -> ClipRecord:
        """Store a mezzanine, its thumbnail and then its record, which is returned."""
        profile = mould.profile
        # Unconditionally: whoever else makes it now makes the same bytes, and what lies there may be broken.
        stored = self.store.put_file(move.video_path, made.path, content_type="video/mp4")
        record = ClipRecord(
            profile=profile.id,
            source=_source(mould.source_sha256, facts),
            width=profile.width,
            height=profile.height,
            frame_rate=str(profile.rate),
            frames=mould.frames,
            keyframes=list(mould.keyframes),
            sha256=hash_of(made.path),
            size=made.path.stat().st_size,
            crc32c=stored.crc32c,
            header_sha256=_header_hash(profile),
            damaged=made.damaged,
            held=made.held,
        )
        self.store.put_bytes(move.thumbnail, made.thumbnail, content_type="image/jpeg")
        self.store.put_bytes(move.record, record.to_json(), content_type="application/json")
        return record


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _header_hash(profile: Profile) -> str:
    """Of what this version's encoder writes: another one's pictures do not join ours."""
    return hashlib.sha256(header(profile)).hexdigest()


def _source(sha256: str, facts: ClipFacts) -> SourceFacts:
    return SourceFacts(
        sha256=sha256,
        width=facts.width,
        height=facts.height,
        rotation=facts.rotation,
        frame_rate=str(facts.rate),
        frames=facts.frames,
        seconds=round(float(facts.seconds), 6),
        codec=facts.codec,
        pixel_format=facts.pixel_format,
        sound=facts.sound,
    )
