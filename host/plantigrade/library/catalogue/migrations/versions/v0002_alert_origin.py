"""Alerts say whether they were raised on the way or by an analysis."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("alerts", sa.Column("origin", sa.String(length=20), nullable=False, server_default="live"))
