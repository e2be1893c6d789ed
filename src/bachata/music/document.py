"""The Analysis document, `bachata.analysis.1`: what is known about a song. Pure data; nothing here decodes or computes.

Times are float seconds from the song's first decoded sample. A beat is one count of the dance; counts run 1 to 8, two
bars of four beats. Downbeats are the first beats of bars, that is counts 1 and 5.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from bachata.blueprint import Document

SCHEMA: Final = "bachata.analysis.1"

Unit = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Time = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Label = Literal["intro", "verse", "chorus", "bridge", "outro"]
Groove = Literal["derecho", "majao", "mambo"]


class Section(Document):
    """A part of the song; sections tile it from 0 to its duration."""

    start: Time
    end: Time
    label: Label
    energy: Unit = Field(description="mean energy of its counts, relative to the song")
    confidence: Unit = Field(0.0, description="how far its sound is from its neighbours'")
    beat_confidence: Unit | None = Field(None, description="how well the beats within it repeat themselves")
    groove: Groove | None = Field(None, description="how the percussion plays; None when it cannot be told")
    groove_confidence: Unit = Field(0.0, description="how clearly the güira told the groove")
    embedding: list[float] | None = Field(
        None, description="128 numbers for what it sounds like, unit norm, to four decimals; None: too short or silent"
    )


class Rhythm(Document):
    """Two numbers for the song; both are defined in bachata.music.rhythm."""

    strength: Unit = Field(description="how steady, accented and repeating the beat is")
    syncopation: Unit = Field(description="how much of what is struck lies off the beat, before it or on 2 and 4")


class Key(Document):
    """The likeliest key."""

    tonic: str = Field(description="C, C#, D, Eb, E, F, F#, G, Ab, A, Bb or B")
    mode: Literal["major", "minor"]
    confidence: Unit = Field(description="correlation with the key's profile, less when another key is as near")


class Loudness(Document):
    """EBU R128 measurements; None where the sound is too quiet or short to measure."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None


class Waveform(Document):
    """Peaks for drawing: the largest absolute sample of each interval, 0 to 1."""

    rate: float = Field(gt=0, description="peaks a second")
    peaks: list[float]


class Evidence(Document):
    """How sure each conclusion is, and what spoke for it."""

    beat: Unit = Field(description="how regular the beats are and how clearly they stand out")
    bar: Unit = Field(description="margin of the chosen bar phase over the next best")
    phrase: Unit = Field(description="margin of the chosen 8-count phase over the next best")
    phase_scores: list[float] = Field(description="score of each of the 8 phases, as offsets from beats[0]")


class Analysis(Document):
    """Everything planning may know about a song."""

    schema_: Literal["bachata.analysis.1"] = Field(SCHEMA, alias="schema")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="hash of the song's bytes")
    analyser: str = Field(description="name and version of what made this; part of the cache key")
    duration: float = Field(gt=0, allow_inf_nan=False)
    tempo: float = Field(ge=0, allow_inf_nan=False, description="beats a minute, from a regression over the beats")
    beats: list[Time] = Field(description="every beat, extended to both ends of the song; strictly increasing")
    downbeats: list[Time] = Field(description="the beats that begin a bar: counts 1 and 5")
    count_one: int = Field(ge=0, description="index into beats of the first count 1; every 8th beat after it is one")
    sections: list[Section]
    embedding_version: str | None = Field(None, description="of the sections' embeddings")
    energy: list[Unit] = Field(description="energy of each count: energy[i] spans beats[i] to beats[i+1]")
    loudness: Loudness
    waveform: Waveform
    confidence: Unit = Field(description="of the whole: the weakest of what the plan rests on")
    evidence: Evidence
    rhythm: Rhythm | None = None
    key: Key | None = None
    notes: list[str] = Field(default_factory=list, description="what was odd about the file, for a person")
