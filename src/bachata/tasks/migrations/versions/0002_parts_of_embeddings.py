"""A move's embedding in three parts, each with its version, as bytes.

The vectors there were had one version for all of it and cannot be parted; their moves are embedded anew when they are
added again. Bytes, because reading an array of 1024 numbers from text takes longer than everything else of a load.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Put the parts in the vector's place."""
    op.drop_column("move_embeddings", "embedding")
    op.drop_column("move_embeddings", "embedding_version")
    for part in ("audio", "text", "body"):
        comment = "unit vector, little-endian float32; null: not known"
        op.add_column("move_embeddings", sa.Column(f"{part}_part", sa.LargeBinary, comment=comment))
        op.add_column("move_embeddings", sa.Column(f"{part}_version", sa.String(100)))


def downgrade() -> None:
    """Leave empty vectors of no version."""
    for part in ("audio", "text", "body"):
        op.drop_column("move_embeddings", f"{part}_part")
        op.drop_column("move_embeddings", f"{part}_version")
    for column in (
        sa.Column("embedding", ARRAY(sa.REAL), nullable=False, server_default="{}", comment="fused, unit norm"),
        sa.Column("embedding_version", sa.String(100), nullable=False, server_default=""),
    ):
        op.add_column("move_embeddings", column)
    op.alter_column("move_embeddings", "embedding", server_default=None)
    op.alter_column("move_embeddings", "embedding_version", server_default=None)
