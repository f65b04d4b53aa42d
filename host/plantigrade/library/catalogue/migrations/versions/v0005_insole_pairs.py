"""Which foot an assigned insole is for, and the keys of insoles that were provisioned here."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "insole_assignments", sa.Column("side", sa.String(length=20), nullable=False, server_default="")
    )
    op.create_table(
        "insole_keys",
        sa.Column("serial", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_insole_keys"),
    )
