"""Who sees the person's data: consents, invitations, and taking an invitation."""

from datetime import UTC, datetime, timedelta
from typing import Final

from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.person.entries import DataKind
from plantigrade.web.page import Answer, Redirect
from plantigrade.web.visit import RefusedError, Visit

TEXT_VERSION: Final = "2"
"""Of the words of `settings.share`; a change of their meaning gives the next number."""
LONGEST: Final = 80
DAYS_MOST: Final = 3650


def invite(visit: Visit) -> str:
    """Invite someone to see what is ticked; the code, which is shown once.

    Raises:
        RefusedError: 400, nobody is named, nothing is ticked, or the time makes no sense.
    """
    days = visit.field("days", LONGEST)
    until = None
    if days:
        until = _now(visit) + timedelta(days=visit.integer("days", 1, DAYS_MOST))
    kinds = tuple(kind for kind in DataKind if visit.form.get(f"kind_{kind}") == "yes")
    if not kinds:
        raise RefusedError(400, visit.words("settings.share.nothing"))
    try:
        _, code = visit.site.library.accounts.invitations.make(
            visit.subject, visit.field("label", LONGEST), kinds, until, _now(visit)
        )
    except LibraryError as error:
        raise RefusedError(400, str(error)) from error
    return code


def take_back(visit: Visit) -> Answer:
    """Take an open invitation back."""
    number = visit.integer("invitation", 0, 2**31)
    try:
        visit.site.library.accounts.invitations.take_back(visit.subject, number)
    except LibraryError as error:
        raise RefusedError(404) from error
    return Redirect("/settings?done=taken-back")


def withdraw(visit: Visit) -> Answer:
    """Stop sharing."""
    number = visit.integer("consent", 0, 2**31)
    try:
        visit.site.library.record(visit.subject).consents.withdraw(number, _now(visit))
    except LibraryError as error:
        raise RefusedError(404) from error
    return Redirect("/settings?done=withdrawn")


def accept(visit: Visit) -> Answer:
    """Take an invitation with the code that a person gave.

    Raises:
        RefusedError: 400, there is no such invitation, or it has expired.
    """
    person = visit.site.library.accounts.invitations.take(
        visit.field("code", LONGEST), visit.who.name, visit.words("settings.share.purpose"), TEXT_VERSION,
        _now(visit),
    )  # fmt: skip
    if person is None:
        raise RefusedError(400, visit.words("settings.share.no-invitation"))
    return Redirect(f"/people/{person}")


def _now(visit: Visit) -> datetime:
    return datetime.fromtimestamp(visit.site.utc_ns() / 1e9, UTC)
