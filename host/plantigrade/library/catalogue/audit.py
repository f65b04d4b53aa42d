"""The audit log: who did what. It names recordings and people by identifier and code, never by name."""

import getpass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.tables import AuditRow
from plantigrade.library.entries import AuditEntry


def actor() -> str:
    """The account that is at work."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def add_audit_entry(session: Session, action: str, subject: str, detail: str = "") -> None:
    """Add a line, in the transaction of the change itself."""
    session.add(
        AuditRow(at_utc=datetime.now(UTC), actor=actor(), action=action, subject=subject, detail=detail)
    )


def audit_entries(session: Session, subject: str | None = None) -> list[AuditEntry]:
    """What was done, in order; of one recording or person if asked."""
    query = sa.select(AuditRow).order_by(AuditRow.id)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    return [
        AuditEntry(row.id, row.at_utc, row.actor, row.action, row.subject, row.detail)
        for row in session.scalars(query)
    ]
