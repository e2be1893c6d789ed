"""Changing what is said of one move, and taking moves out of a library, without their clips at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from bachata.errors import InvalidRequest
from bachata.logs import get_logger
from bachata.moves.annotations import Annotation, problems_of
from bachata.moves.catalogue import Move
from bachata.moves.embedder import Embedder
from bachata.moves.repository import Embedded, MoveRepository
from bachata.storage.interface import ObjectStore

FIELDS: Final = {
    "move_label": "label",
    "difficulty": "difficulty",
    "energy_level": "energy_level",
    "style": "style",
    "name": "name",
}
"""What may be changed: a field of an annotation, and the one of a move it becomes."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Removal:
    """Clips that left the catalogue, files that went with them, and files that stored blueprints still show."""

    library: str
    removed: tuple[str, ...]
    deleted: tuple[str, ...]
    kept: tuple[str, ...]


def change(repository: MoveRepository, clip_id: str, said: Mapping[str, str], embedder: Embedder) -> Move:
    """Change fields of one move (keys of `FIELDS`) and embed anew what follows from them: nothing but its text.

    The annotations it was added with know nothing of it; adding again says what they say. Raises InvalidRequest with
    every fault at once; then nothing was changed.
    """
    known = {e.move.clip_id: e for e in repository.load()}
    faults = [] if said else ["nothing is to be changed: give at least one field"]
    old = known.get(clip_id)
    if old is None:
        faults.append(f"the library {repository.library!r} holds no clip {clip_id!r}")
    # A stranger's other fields are those of anybody: his wrong ones are told all the same.
    stand_in = {"move_label": "basic", "difficulty": "beginner", "energy_level": "low", "style": "playful", "name": "x"}
    held = stand_in if old is None else {field: getattr(old.move, own) for field, own in FIELDS.items()}
    try:
        wanted = Annotation.model_validate({"clip_id": "any", "video_path": "any", **held, **said})
    except ValidationError as error:
        faults += [str(p).removeprefix("$.") for p in problems_of(error, "$")]
    if faults:
        raise InvalidRequest(f"Nothing was changed: {'; '.join(faults)}", details="; ".join(faults))
    assert old is not None
    move = old.move.model_copy(update={own: getattr(wanted, field) for field, own in FIELDS.items()})
    others = embedder.outdated({i: e for i, e in known.items() if i != clip_id})
    rows = embedder.embed([move, *others], {}, {}, known)
    repository.save([e for e in rows if e != known[e.move.clip_id]])
    return move


def remove(repository: MoveRepository, store: ObjectStore, clip_ids: Sequence[str]) -> Removal:
    """Take moves out of a library, then delete their files, unless a stored blueprint still shows them.

    The catalogue comes first and in one transaction: stopped in between, files are left that nothing refers to, and
    removing again finds them. Raises InvalidRequest naming every clip that neither is there nor left files; then
    nothing was removed.
    """
    known = {e.move.clip_id: e for e in repository.load()}
    wanted = list(dict.fromkeys(clip_ids))
    files = {c: _files(store, repository.library, c, known.get(c)) for c in wanted}
    if missing := [c for c in wanted if c not in known and not files[c]]:
        listed = ", ".join(repr(c) for c in missing)
        raise InvalidRequest(f"Nothing was removed: the library {repository.library!r} holds no clip {listed}")
    repository.remove(wanted)
    ours = {key for keys in files.values() for key in keys} - _used(known, wanted)
    films = repository.named_by_blueprints(key for key in ours if key.endswith(".mp4"))
    shown = {key.rpartition(".")[0] for key in films}
    kept = {key for key in ours if key.rpartition(".")[0] in shown}
    deleted = sorted(ours - kept)
    for key in deleted:
        store.delete(key)
    log.info("removed moves", extra={"library": repository.library, "moves": len(wanted), "files": len(deleted)})
    return Removal(repository.library, tuple(wanted), tuple(deleted), tuple(sorted(kept)))


def _files(store: ObjectStore, library: str, clip_id: str, held: Embedded | None) -> set[str]:
    """Keys of all mezzanines there ever were of a clip, with what lies beside them."""
    begin = f"moves/{library}/{clip_id}-"
    name = re.compile(re.escape(begin) + r"[0-9a-f]{12}\.(mp4|jpg|json|body\.json)")
    own = _keys(held.move) if held is not None else ()
    return {o.key for o in store.list(begin) if name.fullmatch(o.key)} | {k for k in own if store.info(k)}


def _keys(move: Move) -> tuple[str, ...]:
    return move.video_path, move.thumbnail, move.record, move.body


def _used(known: Mapping[str, Embedded], removed: Sequence[str]) -> set[str]:
    """Keys of the files of the moves that stay."""
    return {key for i, e in known.items() if i not in removed for key in _keys(e.move)}
