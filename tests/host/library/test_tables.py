"""The tables of the library's database: which columns are sealed, and the keys and indexes of each."""

import sqlalchemy as sa
from plantigrade.library.catalogue.encrypted_columns import ENCRYPTED_COLUMNS
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import Base
from plantigrade.library.entries import Tag

from tests.host.library.library_kit import finalized


def test_what_says_something_of_a_person_is_sealed() -> None:
    assert sorted(str(column) for column in ENCRYPTED_COLUMNS) == [
        "accounts.totp_secret", "alert_answers.document", "alerts.document", "analyses.document",
        "baseline_days.document", "baseline_days.tag", "body_measures.document", "body_measures.measured_on",
        "cautions.document", "clinic_keys.secret", "clinics.address", "clinics.credential", "clinics.name",
        "clinics.problem", "clinics.there", "consents.document", "deliveries.document",
        "diary_entries.document",
        "footwear.name", "footwear.remark", "goals.document", "goals_done.document",
        "insole_keys.next_secret", "insole_keys.secret", "insole_log_keys.secret", "invitations.document",
        "notes.text", "parcels.problem", "people.birth_date", "people.name", "people.remark",
        "person_notes.text",
        "person_settings.document", "plan_verdicts.document", "plans.document", "recordings.source",
        "recordings.title", "rule_edits.document", "senders.device", "sendings.opened_by",
        "visits.document", "wear_days.document",
    ]  # fmt: skip


OF_ACCOUNT = "account_id > accounts.id CASCADE"
SECRETS = {  # of accounts: what each is found by
    "account_sessions": "token_sha256",
    "passkey_challenges": "challenge_sha256",
    "passkeys": "credential_id",
    "sign_in_links": "link_sha256",
}
SHAPE_OF_ACCOUNTS = {
    **{
        table: (
            ["id"], [OF_ACCOUNT],
            [(f"ix_{table}_account_id", False), (f"uq_{table}_{secret}", True)],
        )
        for table, secret in SECRETS.items()
    },
    "accounts": (
        ["id"], ["person_id > people.id CASCADE"],
        [("ix_accounts_person_id", False), ("uq_accounts_name", True)],
    ),
    "invitations": (
        ["id"], ["consent_id > consents.id SET NULL", "person_id > people.id CASCADE"],
        [("ix_invitations_person_id", False), ("uq_invitations_code_sha256", True)],
    ),
    "recovery_codes": (["id"], [OF_ACCOUNT], [("ix_recovery_codes_account_id", False)]),
}  # fmt: skip


OF_RECORDING = "recording_id > recordings.id CASCADE"
OF_PERSON = "person_id > people.id CASCADE"
SHAPE_OF_THE_REST = {
    "person_settings": (["person_id"], [OF_PERSON], []),
    "footwear_periods": (
        ["id"], ["footwear_id > footwear.id CASCADE", OF_PERSON],
        [("ix_footwear_periods_footwear_id", False), ("ix_footwear_periods_person_id", False)],
    ),
    "insole_assignments": (
        ["id"], [OF_PERSON],
        [("ix_insole_assignments_person_id", False), ("ix_insole_assignments_serial", False)],
    ),
    "goals_done": (
        ["id"], ["goal_id > goals.id CASCADE", OF_PERSON],
        [("ix_goals_done_person_id", False), ("uq_goals_done_goal_id_day", True)],
    ),
    "plan_verdicts": (
        ["id"], [OF_PERSON, "plan_id > plans.id CASCADE"],
        [("ix_plan_verdicts_person_id", False), ("uq_plan_verdicts_plan_id_day", True)],
    ),
    "wear_days": (
        ["id"], [OF_PERSON, OF_RECORDING],
        [("ix_wear_days_person_id_day", False), ("uq_wear_days_recording_id_day", True)],
    ),
    "alerts": (["id"], [OF_RECORDING], [("ix_alerts_recording_id", False)]),
    "analyses": (["id"], [OF_RECORDING], [("uq_analyses_of_recording", True)]),
    "audit": (["id"], [], [("ix_audit_subject", False)]),
    "devices": (["serial"], [], []), "insole_keys": (["serial"], [], []),
    "insole_log_keys": (["id"], [], [("ix_insole_log_keys_serial", False)]),
    "library": (["id"], [], []),
    "notes": (["id"], [OF_RECORDING], [("ix_notes_recording_id", False)]),
    "people": (["id"], [], [("uq_people_audit_key", True)]),
    "recording_devices": (
        ["recording_id", "foot"], [OF_RECORDING, "serial > devices.serial"],
        [("ix_recording_devices_serial", False)],
    ),
    "recordings": (
        ["id"], ["person_id > people.id"],
        [
            ("ix_recordings_deleted", False), ("ix_recordings_erasing", False), ("ix_recordings_name", False),
            ("ix_recordings_of_kind", False), ("ix_recordings_of_person", False),
            ("ix_recordings_order", False), ("ix_recordings_person_id", False),
            ("ix_recordings_text", False), ("ix_recordings_with_gaps", False),
        ],
    ),
    "recording_counts": (["id"], [], [("ix_recording_counts_day", False)]),
    "archive_results": (["recording_id"], [OF_RECORDING], []),
    "clinic_keys": (["id"], [], []),
    "clinics": (
        ["id"], ["consent_id > consents.id SET NULL", OF_PERSON], [("ix_clinics_person_id", False)],
    ),
    "parcels": (
        ["id"], ["sender_id > senders.id CASCADE"],
        [("ix_parcels_recording_id", False), ("ix_parcels_state", False), ("uq_parcels_of_sender", True)],
    ),
    "sender_invitations": (
        ["id"], [OF_PERSON],
        [("ix_sender_invitations_person_id", False), ("uq_sender_invitations_code_sha256", True)],
    ),
    "senders": (
        ["id"], [OF_PERSON], [("ix_senders_person_id", False), ("uq_senders_credential_sha256", True)],
    ),
    "sendings": (
        ["id"], ["clinic_id > clinics.id CASCADE"],
        [("ix_sendings_recording_id", False), ("uq_sendings_of_clinic", True)],
    ),
    "tags": (["recording_id", "kind", "value"], [OF_RECORDING], [("ix_tags_kind_value", False)]),
}  # fmt: skip
"""Of tables that are not alike: primary key, foreign keys, indexes."""


def test_the_tables_and_their_keys() -> None:
    shape = {
        table.name: (
            [column.name for column in table.primary_key],
            sorted(
                f"{key.parent.name} > {key.target_fullname} {key.ondelete or ''}".strip()
                for key in table.foreign_keys
            ),
            sorted((index.name, index.unique) for index in table.indexes),
        )
        for table in Base.metadata.sorted_tables
    }
    plain = (
        "body_measures", "cautions", "consents", "deliveries", "diary_entries", "footwear", "goals", "plans",
        "person_notes", "rule_edits", "visits",
    )  # fmt: skip
    parts = {
        "alert_answers": ("person_id", "person_id_rule"),
        "baseline_days": ("person_id", "person_id_day"),
        **dict.fromkeys(plain, ("person_id",)),
    }
    assert shape == {
        **SHAPE_OF_ACCOUNTS,
        **{
            table: (["id"], [OF_PERSON], [(f"ix_{table}_{columns}", False) for columns in indexes])
            for table, indexes in parts.items()
        },
        **SHAPE_OF_THE_REST,
    }


def test_what_belongs_to_a_recording_goes_with_it(library: Library) -> None:
    for name in "ab":
        finalized(library.recordings, name, rows=10)
    library.scan()
    for name in "ab":
        library.tag(name, [Tag("shoe", "x")])
        library.note(name, "x")
    library.erase("a")
    with library.store.read() as session:
        for table in ("tags", "notes", "recording_devices"):
            assert list(session.scalars(sa.text(f"SELECT recording_id FROM {table}"))) == ["b"]
