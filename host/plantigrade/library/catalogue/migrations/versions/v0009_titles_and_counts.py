"""On PostgreSQL: parts of titles in an index, and counts of recordings, for lists of a million of them."""

import sqlalchemy as sa
from alembic import op
from plantigrade.library.catalogue.server_functions import begin_counting, make_functions

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PLAIN = "pg0$"  # before a title that would look like an encrypted one
_ENCRYPTED = "pg1$%"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "recording_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("with_gaps", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recording_counts"),
    )
    op.create_index("ix_recording_counts_day", "recording_counts", ["day"])
    op.add_column("recordings", sa.Column("title_folded", sa.Text(), nullable=True))
    is_erasing = sa.text("erasing")
    op.create_index(
        "ix_recordings_erasing",
        "recordings",
        ["order_ns"],
        sqlite_where=is_erasing,
        postgresql_where=is_erasing,
    )
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    make_functions(connection)
    _fold_titles(connection)
    connection.execute(
        sa.text(
            "CREATE INDEX ix_recordings_text ON recordings"
            " USING gin (plantigrade_grams(plantigrade_folded(title, title_folded))) WITH (fastupdate = off)"
        )
    )
    begin_counting(connection)


def _fold_titles(connection: sa.Connection) -> None:
    """Those that are not in ASCII; of the others the server finds small letters by itself."""
    recordings = sa.table("recordings", *map(sa.column, ("id", "title", "title_folded")))
    title = recordings.c.title
    is_other = sa.or_(title.regexp_match("[^\\x01-\\x7f]"), title.startswith(_PLAIN, autoescape=True))
    wanted = sa.select(recordings.c.id, title).where(is_other, title.not_like(_ENCRYPTED))
    rows = connection.execute(wanted).all()
    if rows:
        connection.execute(
            sa.update(recordings)
            .where(recordings.c.id == sa.bindparam("name"))
            .values(title_folded=sa.bindparam("folded")),
            [{"name": name, "folded": text.removeprefix(_PLAIN).casefold()} for name, text in rows],
        )
