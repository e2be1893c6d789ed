"""Why a render failed, as its attempts and tasks tell each other through storage.

A fault that lasts is one of the request or its media. Cloud Run repeats a failed task all the same, so the attempt
after it reads what was said and says it again instead of rendering into the same wall.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from bachata.errors import (
    AudioUnreadable,
    BachataError,
    ClipMissing,
    InvalidBlueprint,
    InvalidRequest,
    MediaUnreadable,
    SongMissing,
    TaskOwnedElsewhere,
)
from bachata.storage import ObjectStore

LASTING: Final = frozenset(
    kind.code for kind in (InvalidRequest, InvalidBlueprint, ClipMissing, SongMissing, MediaUnreadable, AudioUnreadable)
)
"""Codes of faults that the next attempt would meet again."""
_FINAL: Final = LASTING | {TaskOwnedElsewhere.code}
"""Codes of faults of the task that stitches after which nobody needs the shares of the others."""


class RepeatedFault(BachataError):
    """The fault an earlier attempt reported, in its words."""

    def __init__(self, said: dict[str, Any]) -> None:
        super().__init__(str(said.get("error") or "The render failed before"), stage=said.get("stage"))
        self._said = said

    def as_dict(self) -> dict[str, Any]:
        """The body the earlier attempt left."""
        return {key: value for key, value in self._said.items() if key != "execution_id"}


@dataclass(frozen=True)
class Faults:
    """What was said within one execution."""

    store: ObjectStore
    execution_id: str | None

    def lasting(self, key: str) -> RepeatedFault | None:
        """The lasting fault reported under `key`; None if there is none, or the speaker was killed before it spoke."""
        said = self._ours(key)
        return RepeatedFault(said) if said.get("code") in LASTING else None

    def is_over(self, result: str, error: str) -> bool:
        """Whether the video is there, or will never be: by the keys of its Result and of its error."""
        return bool(self._ours(result)) or self._ours(error).get("code") in _FINAL

    def tell(self, key: str, body: dict[str, Any], *, only_if_none: bool) -> None:
        """Leave `body` under `key`, where others of this execution find it. Raises what the store raises."""
        document = json.dumps({**body, "execution_id": self.execution_id}, ensure_ascii=False).encode()
        self.store.put_bytes(key, document, if_generation=0 if only_if_none else None)

    def _ours(self, key: str) -> dict[str, Any]:
        """A JSON object of this execution; empty when there is none that can be read."""
        try:
            said = json.loads(self.store.read_bytes(key))
        except (BachataError, OSError, ValueError):
            return {}
        return said if isinstance(said, dict) and said.get("execution_id") == self.execution_id else {}
