"""Every table of the database, once, as SQLAlchemy Core. Migrations lead to exactly this; a test compares."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

STATUSES = ("started", "running", "completed", "failed", "cancelled")


def _stamps() -> tuple[sa.Column[object], sa.Column[object]]:
    now = sa.func.now()
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
    )


songs = sa.Table(
    "songs",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("artist", sa.String(200), nullable=False, server_default=""),
    sa.Column("genre", sa.String(50)),
    sa.Column("bpm", sa.Float),
    sa.Column("duration", sa.Float),
    sa.Column("audio_path", sa.String(500), nullable=False, unique=True),
    sa.Column("sha256", sa.String(64)),
    *_stamps(),
)

choreography_tasks = sa.Table(
    "choreography_tasks",
    metadata,
    sa.Column("task_id", sa.String(100), primary_key=True),
    sa.Column("user_id", sa.String(100), nullable=False, server_default="local"),
    sa.Column("status", sa.String(20), nullable=False, server_default="started"),
    sa.Column("progress", sa.Integer, nullable=False, server_default="0"),
    sa.Column("stage", sa.String(50), nullable=False, server_default="initializing"),
    sa.Column("message", sa.Text, nullable=False, server_default=""),
    sa.Column("request", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("result", JSONB),
    sa.Column("error", JSONB),
    sa.Column("song_key", sa.String(500)),
    sa.Column("workflow_execution", sa.String(500)),
    sa.Column("job_execution_name", sa.String(500)),
    *_stamps(),
    sa.CheckConstraint("status IN ('started','running','completed','failed','cancelled')", name="status"),
    sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    sa.Index(None, "user_id", "status"),
    sa.Index(None, "created_at"),
)

blueprints = sa.Table(
    "blueprints",
    metadata,
    sa.Column(
        "task_id",
        sa.String(100),
        sa.ForeignKey("choreography_tasks.task_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("blueprint_json", JSONB, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    *_stamps(),
)

move_embeddings = sa.Table(
    "move_embeddings",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("library", sa.String(100), nullable=False),
    sa.Column("move_id", sa.String(200), nullable=False),
    sa.Column("video_path", sa.String(500), nullable=False),
    sa.Column("difficulty", sa.String(20), nullable=False),
    sa.Column("energy_level", sa.String(20), nullable=False),
    sa.Column("style", sa.String(50), nullable=False),
    sa.Column("document", JSONB, nullable=False, comment="the bachata.moves.catalogue.Move"),
    *(
        column
        for part in ("audio", "text", "body")
        for column in (
            sa.Column(f"{part}_part", sa.LargeBinary, comment="unit vector, little-endian float32; null: not known"),
            sa.Column(f"{part}_version", sa.String(100)),
        )
    ),
    *_stamps(),
    sa.UniqueConstraint("library", "move_id"),
    sa.Index(None, "library", "difficulty", "energy_level", "style"),
)
