"""What is known of the dancers in a clip, and how that is kept: `bachata.body.1`."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bachata.blueprint import Document
from bachata.moves.catalogue import Pose

Vector = NDArray[np.float32]

DIMENSIONS: Final = 512
SCHEMA: Final = "bachata.body.1"


@dataclass(frozen=True, eq=False)
class Body:
    """What was seen of the dancers.

    `vector`: shape (512,), float32, unit norm, comparable with those of the same `version`; zeros when there is no
    telling. `motion`: 0 to 1, from each beat to the next. `kinetic_beats`: frames, ascending. `poses`: at each beat, or
    none at all.
    """

    vector: Vector
    version: str
    motion: tuple[float, ...] = ()
    kinetic_beats: tuple[int, ...] = ()
    poses: tuple[Pose, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the vector says anything."""
        return bool(self.vector.any())


class BodyRecord(Document):
    """A body as it lies beside its mezzanine, with all that decided it."""

    schema_: Literal["bachata.body.1"] = Field(SCHEMA, alias="schema")
    version: str = Field(description="of what looked: the descriptor's, with the model's where there is one")
    sha256: str = Field(description="hash of the mezzanine's bytes")
    beats: list[int]
    count_one: int
    vector: str = Field(description="512 float32, little-endian, base64")
    motion: list[float]
    kinetic_beats: list[int]
    poses: list[Pose]

    @classmethod
    def of(cls, body: Body, *, sha256: str, beats: Sequence[int], count_one: int) -> BodyRecord:
        """The record of what was seen in a mezzanine with these beats."""
        return cls(
            version=body.version,
            sha256=sha256,
            beats=list(beats),
            count_one=count_one,
            vector=base64.b64encode(body.vector.astype("<f4").tobytes()).decode(),
            motion=list(body.motion),
            kinetic_beats=list(body.kinetic_beats),
            poses=list(body.poses),
        )

    def body(self) -> Body:
        """What was seen. Raises ValueError if the vector is not of 512 numbers."""
        vector = np.frombuffer(base64.b64decode(self.vector, validate=True), dtype="<f4").astype(np.float32)
        if vector.shape != (DIMENSIONS,):
            raise ValueError(f"a body has {DIMENSIONS} numbers, this has {len(vector)}")
        return Body(vector, self.version, tuple(self.motion), tuple(self.kinetic_beats), tuple(self.poses))

    def to_json(self) -> bytes:
        """The same record is the same bytes."""
        return self.model_dump_json().encode()
