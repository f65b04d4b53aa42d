"""Recordings that travel from homes to clinics, results of archives, and an index for a million of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    _clinic()
    _home()
    op.create_table(
        "archive_results",
        sa.Column("recording_id", sa.String(length=200), nullable=False),
        _text("version", 200),
        _text("manifest_sha256", 64),
        sa.Column("problem", sa.Text(), nullable=False),
        _time("made_utc", False),
        _foreign("archive_results", "recording_id", "recordings.id"),
        sa.PrimaryKeyConstraint("recording_id", name="pk_archive_results"),
    )
    op.create_index("ix_recordings_of_person", "recordings", ["person_id", "order_ns"])


def _clinic() -> None:
    op.create_table(
        "clinic_keys",
        _id(),
        _text("public", 100),
        sa.Column("secret", sa.Text(), nullable=False),
        _time("made_utc", False),
        sa.PrimaryKeyConstraint("id", name="pk_clinic_keys"),
    )
    op.create_table(
        "sender_invitations",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _text("code_sha256", 64),
        _time("made_utc", False),
        _time("ends_utc", False),
        _time("taken_utc"),
        _foreign("sender_invitations", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name="pk_sender_invitations"),
    )
    op.create_index("ix_sender_invitations_person_id", "sender_invitations", ["person_id"])
    op.create_index("uq_sender_invitations_code_sha256", "sender_invitations", ["code_sha256"], unique=True)
    op.create_table(
        "senders",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _text("credential_sha256", 64),
        sa.Column("device", sa.Text(), nullable=False),
        _time("made_utc", False),
        *(_time(name) for name in ("seen_utc", "ended_utc", "erasure_wished_utc")),
        _foreign("senders", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name="pk_senders"),
    )
    op.create_index("ix_senders_person_id", "senders", ["person_id"])
    op.create_index("uq_senders_credential_sha256", "senders", ["credential_sha256"], unique=True)
    op.create_table(
        "parcels",
        _id(),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        _text("parcel_id", 64),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        _text("state", 40),
        sa.Column("problem", sa.Text(), nullable=False),
        _text("pieces_sha256", 64),
        _text("recording_id", 200),
        sa.Column("tries", sa.Integer(), nullable=False),
        _time("begun_utc", False),
        _time("touched_utc", False),
        *(_time(name) for name in ("received_utc", "taken_utc", "filed_utc", "opened_utc")),
        _text("opened_by", 200),
        _foreign("parcels", "sender_id", "senders.id"),
        sa.PrimaryKeyConstraint("id", name="pk_parcels"),
    )
    op.create_index("uq_parcels_of_sender", "parcels", ["sender_id", "parcel_id"], unique=True)
    op.create_index("ix_parcels_state", "parcels", ["state", "id"])
    op.create_index("ix_parcels_recording_id", "parcels", ["recording_id"])


def _home() -> None:
    op.create_table(
        "clinics",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("address", "name", "there")),
        _text("public_key", 100),
        sa.Column("credential", sa.Text(), nullable=False),
        _time("since_utc", False),
        _time("joined_utc", False),
        sa.Column("problem", sa.Text(), nullable=False),
        _time("ended_utc"),
        _time("acknowledged_utc"),
        sa.Column("erase", sa.Boolean(), nullable=False),
        _foreign("clinics", "person_id", "people.id"),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consents.id"], name="fk_clinics_consent_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_clinics"),
    )
    op.create_index("ix_clinics_person_id", "clinics", ["person_id"])
    op.create_table(
        "sendings",
        _id(),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        _text("recording_id", 200),
        _text("manifest_sha256", 64),
        _text("parcel_id", 64),
        _text("pieces_sha256", 64),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sent_bytes", sa.BigInteger(), nullable=False),
        _text("state", 40),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("next_utc", False),
        _time("made_utc", False),
        *(_time(name) for name in ("received_utc", "filed_utc", "opened_utc")),
        sa.Column("opened_by", sa.Text(), nullable=False),
        _foreign("sendings", "clinic_id", "clinics.id"),
        sa.PrimaryKeyConstraint("id", name="pk_sendings"),
    )
    of_clinic = ["clinic_id", "recording_id", "manifest_sha256"]
    op.create_index("uq_sendings_of_clinic", "sendings", of_clinic, unique=True)
    op.create_index("ix_sendings_recording_id", "sendings", ["recording_id"])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _time(name: str, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE")
