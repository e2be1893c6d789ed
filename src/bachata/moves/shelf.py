"""Mezzanines in storage, under names that say what is in them: what lies there is never made again or changed.

An ingest that was stopped half way therefore goes on where it was, and a blueprint made before a clip was replaced
still finds the old one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bachata.errors import ObjectMissing
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

    def find(self, move: Move) -> ClipRecord | None:
        """The record of a move's mezzanine if all of it is stored and whole; where files are local they are hashed."""
        try:
            record = ClipRecord.model_validate_json(self.store.read_bytes(move.record))
        except (ObjectMissing, ValidationError):
            return None
        film, picture = self.store.info(move.video_path), self.store.info(move.thumbnail)
        if film is None or picture is None or film.size != record.size:
            return None
        path = self.store.local_path(move.video_path)
        return record if path is None or hash_of(path) == record.sha256 else None

    def put(self, move: Move, mould: Mould, facts: ClipFacts, made: Made) -> ClipRecord:
        """Store a mezzanine, its thumbnail and then its record, which is returned."""
        profile = mould.profile
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
            damaged=made.damaged,
            held=made.held,
        )
        # Unconditionally: whoever else makes it now makes the same bytes, and what lies there may be broken.
        self.store.put_file(move.video_path, made.path, content_type="video/mp4")
        self.store.put_bytes(move.thumbnail, made.thumbnail, content_type="image/jpeg")
        self.store.put_bytes(move.record, record.to_json(), content_type="application/json")
        return record


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
