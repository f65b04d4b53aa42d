"""The log keys of insoles that seal their records, and a device key that is to take another's place."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "insole_log_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_insole_log_keys"),
    )
    op.create_index("ix_insole_log_keys_serial", "insole_log_keys", ["serial"])
    op.add_column("insole_keys", sa.Column("next_secret", sa.Text(), nullable=True))
