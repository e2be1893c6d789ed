"""Songs, tasks, blueprints, moves.

Written out rather than taken from `tables`: a migration says what was, the tables say what is.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "songs",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("artist", sa.String(200), nullable=False, server_default=""),
        sa.Column("genre", sa.String(50)),
        sa.Column("bpm", sa.Float),
        sa.Column("duration", sa.Float),
        sa.Column("audio_path", sa.String(500), nullable=False),
        sa.Column("sha256", sa.String(64)),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_songs"),
        sa.UniqueConstraint("audio_path", name="uq_songs_audio_path"),
    )
    op.create_table(
        "choreography_tasks",
        sa.Column("task_id", sa.String(100), nullable=False),
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
        sa.PrimaryKeyConstraint("task_id", name="pk_choreography_tasks"),
        sa.CheckConstraint(
            "status IN ('started','running','completed','failed','cancelled')",
            name=op.f("ck_choreography_tasks_status"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_choreography_tasks_progress")),
    )
    op.create_index("ix_choreography_tasks_user_id_status", "choreography_tasks", ["user_id", "status"])
    op.create_index("ix_choreography_tasks_created_at", "choreography_tasks", ["created_at"])
    op.create_table(
        "blueprints",
        sa.Column("task_id", sa.String(100), nullable=False),
        sa.Column("blueprint_json", JSONB, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("task_id", name="pk_blueprints"),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["choreography_tasks.task_id"],
            ondelete="CASCADE",
            name="fk_blueprints_task_id",
        ),
    )
    op.create_table(
        "move_embeddings",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("library", sa.String(100), nullable=False),
        sa.Column("move_id", sa.String(200), nullable=False),
        sa.Column("video_path", sa.String(500), nullable=False),
        sa.Column("difficulty", sa.String(20), nullable=False),
        sa.Column("energy_level", sa.String(20), nullable=False),
        sa.Column("style", sa.String(50), nullable=False),
        sa.Column("document", JSONB, nullable=False, comment="the bachata.moves.catalogue.Move"),
        sa.Column("embedding", ARRAY(sa.REAL), nullable=False, comment="fused, unit norm"),
        sa.Column("embedding_version", sa.String(100), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_move_embeddings"),
        sa.UniqueConstraint("library", "move_id", name="uq_move_embeddings_library_move_id"),
    )
    op.create_index(
        "ix_move_embeddings_library_difficulty_energy_level_style",
        "move_embeddings",
        ["library", "difficulty", "energy_level", "style"],
    )


def downgrade() -> None:
    """Drop them, with what they hold."""
    for table in ("move_embeddings", "blueprints", "choreography_tasks", "songs"):
        op.drop_table(table)


def _stamps() -> tuple[sa.Column[object], sa.Column[object]]:
    now = sa.func.now()
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
    )
