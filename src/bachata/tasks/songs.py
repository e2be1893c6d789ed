"""The songs that can be danced to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Engine, Row

from bachata.errors import SongMissing
from bachata.tasks.tables import songs
from bachata.tasks.values import storable


@dataclass(frozen=True)
class Song:
    """A row of songs."""

    audio_path: str
    """Storage key."""
    title: str
    artist: str
    genre: str | None
    bpm: float | None
    """Beats a minute."""
    duration: float | None
    """Seconds."""
    sha256: str | None


class SongStore:
    """Songs in PostgreSQL. Every method raises Unavailable while the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(
        self,
        audio_path: str,
        *,
        title: str,
        artist: str = "",
        genre: str | None = None,
        bpm: float | None = None,
        duration: float | None = None,
        sha256: str | None = None,
    ) -> Song:
        """Add a song, or renew what is known of the one with this key. Overlong words are cut to fit."""
        values = {
            "title": storable(title)[:200],
            "artist": storable(artist)[:200],
            "genre": storable(genre)[:50] if genre else None,
            "bpm": bpm,
            "duration": duration,
            "sha256": sha256,
            "updated_at": sa.func.now(),
        }
        statement = insert(songs).values(audio_path=audio_path, **values)
        with self._engine.begin() as connection:
            upsert = statement.on_conflict_do_update(index_elements=[songs.c.audio_path], set_=values)
            return _song(connection.execute(upsert.returning(songs)).one())

    def heard(self, audio_path: str, *, bpm: float, duration: float, sha256: str) -> None:
        """Note what was heard of a song, so that a description can choose it; it keeps a title it has.

        A song that nobody registered is called by its file's name, without the extension.
        """
        values = {"bpm": round(bpm, 2), "duration": duration, "sha256": sha256, "updated_at": sa.func.now()}
        title = storable(PurePosixPath(audio_path).stem)[:200]
        statement = insert(songs).values(audio_path=audio_path, title=title, **values)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=[songs.c.audio_path], set_=values))

    def list(self) -> list[Song]:
        """All songs, by title."""
        with self._engine.begin() as connection:
            return [_song(row) for row in connection.execute(sa.select(songs).order_by(songs.c.title, songs.c.id))]

    def get(self, audio_path: str) -> Song:
        """The song with this storage key. Raises SongMissing."""
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(songs).where(songs.c.audio_path == audio_path)).one_or_none()
        if row is None:
            raise SongMissing(f"There is no song {audio_path!r}")
        return _song(row)


def _song(row: Row[Any]) -> Song:
    known: dict[str, Any] = dict(row._mapping)
    return Song(**{name: known[name] for name in Song.__dataclass_fields__})
