# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""Each person's record; recordings with versions; audit rows that name people by a random key."""

import re
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OF_PEOPLE = ("add person", "change person", "erase person")
_TAG_KINDS = ("shoe", "orthotic", "terrain", "other")


def upgrade() -> None:
    """To this revision."""
    _people()
    _recordings()
    _body_and_footwear()
    _rules_and_baseline()
    _goals_and_plans()
    _alerts()
    _cautions_and_consents()


def _people() -> None:
    op.add_column("people", sa.Column("audit_key", sa.String(32), server_default="", nullable=False))
    op.add_column("people", sa.Column("time_zone", sa.String(64), server_default="", nullable=False))
    op.add_column("people", sa.Column("language", sa.String(20), server_default="", nullable=False))
    connection = op.get_bind()
    people = sa.table("people", sa.column("id"), sa.column("code"), sa.column("audit_key"))
    key_of = _rename_in_audit(connection)
    for person, code in connection.execute(sa.select(people.c.id, people.c.code)).all():
        key = key_of.get(code) or secrets.token_hex(16)
        connection.execute(sa.update(people).where(people.c.id == person).values(audit_key=key))
    op.create_index("uq_people_audit_key", "people", ["audit_key"], unique=True)


def _rename_in_audit(connection: sa.Connection) -> dict[str, str]:
    """Codes become random keys, by code; a code that was used again after erasing its person has another key
    then. Values of tags, which may say anything, go."""
    audit = sa.table("audit", *(sa.column(name) for name in ("id", "action", "subject", "detail")))
    keys: dict[str, str] = {}
    changed: list[dict[str, object]] = []
    for row in connection.execute(sa.select(audit).order_by(audit.c.id)).all():
        subject, detail = row.subject, row.detail
        if row.action in _OF_PEOPLE:
            subject = keys.setdefault(row.subject, secrets.token_hex(16))
        elif row.action == "assign" and row.detail != "nobody":
            detail = keys.setdefault(row.detail, secrets.token_hex(16))
        elif row.action in ("tag", "untag"):
            detail = ", ".join(
                kind for kind in re.findall(r"(?:^|, )([a-z]+):", row.detail) if kind in _TAG_KINDS
            )
        if (subject, detail) != (row.subject, row.detail):
            changed.append({"row": row.id, "new_subject": subject, "new_detail": detail})
        if row.action == "erase person":
            del keys[row.subject]
    if changed:
        row_of = sa.update(audit).where(audit.c.id == sa.bindparam("row"))
        values = row_of.values(subject=sa.bindparam("new_subject"), detail=sa.bindparam("new_detail"))
        connection.execute(values, changed)
    return keys


def _recordings() -> None:
    op.add_column("recordings", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("recordings", sa.Column("state", sa.String(20), server_default="final", nullable=False))
    op.add_column("recordings", sa.Column("completed_utc", sa.DateTime(), nullable=True))
    op.add_column("recordings", sa.Column("unassigned", sa.String(40), nullable=True))
    op.add_column("recordings", sa.Column("raw_removed_utc", sa.DateTime(), nullable=True))


def _body_and_footwear() -> None:
    op.create_table(
        "body_measures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("measured_on", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_body_measures_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_body_measures"),
    )
    op.create_index("ix_body_measures_person_id", "body_measures", ["person_id"], unique=False)
    op.create_table(
        "footwear",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_footwear_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_footwear"),
    )
    op.create_index("ix_footwear_person_id", "footwear", ["person_id"], unique=False)
    op.create_table(
        "footwear_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("footwear_id", sa.Integer(), nullable=False),
        sa.Column("from_utc", sa.DateTime(), nullable=False),
        sa.Column("to_utc", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["footwear_id"], ["footwear.id"], name="fk_footwear_periods_footwear_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_footwear_periods_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_footwear_periods"),
    )
    op.create_index("ix_footwear_periods_footwear_id", "footwear_periods", ["footwear_id"], unique=False)
    op.create_index("ix_footwear_periods_person_id", "footwear_periods", ["person_id"], unique=False)
    op.create_table(
        "insole_assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=200), nullable=False),
        sa.Column("from_utc", sa.DateTime(), nullable=False),
        sa.Column("to_utc", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_insole_assignments_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_insole_assignments"),
    )
    op.create_index("ix_insole_assignments_person_id", "insole_assignments", ["person_id"], unique=False)
    op.create_index("ix_insole_assignments_serial", "insole_assignments", ["serial"], unique=False)


def _rules_and_baseline() -> None:
    op.create_table(
        "rule_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_rule_edits_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rule_edits"),
    )
    op.create_index("ix_rule_edits_person_id", "rule_edits", ["person_id"], unique=False)
    op.create_table(
        "baseline_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.Column("undone_utc", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_baseline_days_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_baseline_days"),
    )
    op.create_index("ix_baseline_days_person_id", "baseline_days", ["person_id"], unique=False)
    op.create_index("ix_baseline_days_person_id_day", "baseline_days", ["person_id", "day"], unique=False)
    op.create_table(
        "diary_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_diary_entries_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_diary_entries"),
    )
    op.create_index("ix_diary_entries_person_id", "diary_entries", ["person_id"], unique=False)
    op.create_table(
        "wear_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("recording_id", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_wear_days_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_wear_days_recording_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_wear_days"),
    )
    op.create_index("ix_wear_days_person_id_day", "wear_days", ["person_id", "day"], unique=False)
    op.create_index("uq_wear_days_recording_id_day", "wear_days", ["recording_id", "day"], unique=True)


def _goals_and_plans() -> None:
    op.create_table(
        "goals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_day", sa.String(length=10), nullable=False),
        sa.Column("to_day", sa.String(length=10), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_goals_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_goals"),
    )
    op.create_index("ix_goals_person_id", "goals", ["person_id"], unique=False)
    op.create_table(
        "goals_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name="fk_goals_done_goal_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_goals_done_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_goals_done"),
    )
    op.create_index("ix_goals_done_person_id", "goals_done", ["person_id"], unique=False)
    op.create_index("uq_goals_done_goal_id_day", "goals_done", ["goal_id", "day"], unique=True)
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_day", sa.String(length=10), nullable=False),
        sa.Column("to_day", sa.String(length=10), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("made_utc", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_plans_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_person_id", "plans", ["person_id"], unique=False)
    op.create_table(
        "plan_verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_plan_verdicts_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name="fk_plan_verdicts_plan_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_verdicts"),
    )
    op.create_index("ix_plan_verdicts_person_id", "plan_verdicts", ["person_id"], unique=False)
    op.create_index("uq_plan_verdicts_plan_id_day", "plan_verdicts", ["plan_id", "day"], unique=True)


def _alerts() -> None:
    op.create_table(
        "alert_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("foot", sa.String(length=20), nullable=False),
        sa.Column("onset_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("until_utc", sa.DateTime(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at_utc", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_alert_answers_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert_answers"),
    )
    op.create_index("ix_alert_answers_person_id", "alert_answers", ["person_id"], unique=False)
    op.create_index("ix_alert_answers_person_id_rule", "alert_answers", ["person_id", "rule"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at_utc", sa.DateTime(), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_deliveries_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_person_id", "deliveries", ["person_id"], unique=False)
    op.create_table(
        "person_settings",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_person_settings_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_settings"),
    )


def _cautions_and_consents() -> None:
    op.create_table(
        "cautions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("caution", sa.String(length=40), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at_utc", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_cautions_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cautions"),
    )
    op.create_index("ix_cautions_person_id", "cautions", ["person_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("from_utc", sa.DateTime(), nullable=False),
        sa.Column("to_utc", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_utc", sa.DateTime(), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_consents_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_person_id", "consents", ["person_id"], unique=False)
