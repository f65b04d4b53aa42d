"""Indexes for lists of a million recordings: what is rare in them, and beginnings of their names."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "recordings"


def upgrade() -> None:
    """To this revision."""
    _partial("ix_recordings_with_gaps", "frames_missing > 0")
    _partial("ix_recordings_deleted", "deleted_utc IS NOT NULL")
    op.create_index("ix_recordings_of_kind", _TABLE, ["kind", "order_ns"])
    # PostgreSQL finds beginnings of texts in the order of their bytes, not in that of a language.
    op.create_index("ix_recordings_name", _TABLE, ["id"], postgresql_ops={"id": "varchar_pattern_ops"})


def _partial(name: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, _TABLE, ["order_ns"], sqlite_where=condition, postgresql_where=condition)
