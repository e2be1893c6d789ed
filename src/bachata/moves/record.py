"""What is kept beside a mezzanine: `bachata.clip.1`, the measured facts of the source and of what was made from it.

It is written last, so its presence says that the mezzanine and its thumbnail are stored whole.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from bachata.blueprint import Document

SCHEMA: Final = "bachata.clip.1"


class SourceFacts(Document):
    """The file as it came."""

    sha256: str
    width: int = Field(description="pixels as stored, turned by rotation")
    height: int
    rotation: int
    frame_rate: str = Field(description="on average, exact: '30', '24000/1001'")
    frames: int
    seconds: float
    codec: str
    pixel_format: str
    sound: bool


class ClipRecord(Document):
    """A mezzanine: what it was made from and what it is."""

    schema_: Literal["bachata.clip.1"] = Field(SCHEMA, alias="schema")
    profile: str
    source: SourceFacts
    width: int
    height: int
    frame_rate: str
    frames: int
    keyframes: list[int]
    sha256: str
    size: int = Field(description="bytes")
    crc32c: str | None = Field(None, description="of those bytes, as the store reckons it: base64, big-endian")
    header_sha256: str | None = Field(None, description="hash of its decoder configuration, the SPS and PPS")
    damaged: int = Field(0, description="pictures the decoder had to repair")
    held: int = Field(0, description="frames at the end that repeat the last picture there was")

    def to_json(self) -> bytes:
        """The same record is the same bytes."""
        return self.model_dump_json(indent=1).encode()
