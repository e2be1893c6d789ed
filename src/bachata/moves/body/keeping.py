"""Bodies in storage, beside their mezzanines: what was looked at once is not looked at again."""

from __future__ import annotations

from pydantic import ValidationError

from bachata.errors import ObjectMissing
from bachata.moves.body.document import Body, BodyRecord
from bachata.moves.catalogue import Move
from bachata.storage.interface import ObjectStore


def kept(store: ObjectStore, move: Move, version: str) -> Body | None:
    """What was seen in the move's mezzanine by this `version`; None if nobody looked, or its beats were others then."""
    try:
        record = BodyRecord.model_validate_json(store.read_bytes(move.body))
        asked = (version, move.sha256, move.beats, move.count_one)
        if (record.version, record.sha256, record.beats, record.count_one) != asked:
            return None
        return record.body()
    except (ObjectMissing, ValidationError, ValueError):
        return None


def keep(store: ObjectStore, move: Move, body: Body) -> None:
    """Store what was seen in the move's mezzanine."""
    record = BodyRecord.of(body, sha256=move.sha256, beats=move.beats, count_one=move.count_one)
    store.put_bytes(move.body, record.to_json(), content_type="application/json")
