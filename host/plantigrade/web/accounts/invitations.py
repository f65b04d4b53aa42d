"""A person invites clinicians to see data, and ends that; a clinician takes an invitation by its code."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from plantigrade.library.catalogue.accounts.entries import Invitation
from plantigrade.library.catalogue.accounts.sharing import WHOLE
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.person.entries import Consent, DataKind
from plantigrade.web.accounts.rights import Account

TEXT_VERSION: Final = "pages-1"
"""Of the text that the page shows; another text has another number."""
DAYS: Final = (90, 365)
"""For how long one may share; or until it is withdrawn."""
DATA: Final = tuple(DataKind(kind) for kind in sorted(WHOLE))
"""The pages show a person as a whole, so that is what an invitation from them shares."""


@dataclass(frozen=True)
class SharedNow:
    """Someone who sees a person's data now.

    Attributes:
        id: of the consent, by which it is withdrawn.
        recipient: name of the account, or who was named otherwise.
        since_utc, until_utc: from when to when; without an end, until it is withdrawn.
        sees_pages: whether an account of that name sees the person on the pages.
    """

    id: int
    recipient: str
    since_utc: datetime
    until_utc: datetime | None
    sees_pages: bool


def shared_now(library: Library, person: str, now: datetime) -> list[SharedNow]:
    """Who sees a person's data now.

    Raises:
        UnknownPersonError: there is no such person.
    """
    names = {account.name for account in library.accounts.register.all()}
    return [
        SharedNow(
            one.id, one.recipient, one.from_utc, one.until_utc, one.recipient in names and _is_whole(one)
        )
        for one in library.record(person).consents.current(now)
    ]


def open_invitations(library: Library, person: str, now: datetime) -> list[Invitation]:
    """Invitations that nobody has taken yet."""
    every = library.accounts.invitations.of(person)
    return [one for one in every if one.taken_utc is None and one.ends_utc > now]


def invite(library: Library, person: str, label: str, days: int | None, now: datetime) -> str:
    """Invite someone to see everything that the pages show; the code to hand over, shown once.

    Args:
        library: open.
        person: code of who invites.
        label: whom the person means.
        days: for how long; None: until it is withdrawn.
        now: the time.

    Raises:
        LibraryError: the label is empty or too long, or the time is none of those offered.
    """
    if days is not None and days not in DAYS:
        raise LibraryError("an invitation is for one of the times offered")
    until = None if days is None else now.astimezone(UTC) + timedelta(days=days)
    return library.accounts.invitations.make(person, label, DATA, until, now.astimezone(UTC))[1]


def take_back(library: Library, person: str, invitation: int) -> None:
    """Take back an invitation that nobody has taken.

    Raises:
        LibraryError: there is none of that number.
    """
    library.accounts.invitations.take_back(person, invitation)


def withdraw(library: Library, person: str, consent: int, now: datetime) -> None:
    """End sharing with someone, from this moment on.

    Raises:
        LibraryError: there is no such consent.
    """
    library.record(person).consents.withdraw(consent, now.astimezone(UTC))


def take(library: Library, account: Account, code: str, purpose: str, now: datetime) -> str | None:
    """Take an invitation; the code of the person who invited, None where there is no such invitation.

    Raises:
        LibraryError: the account is gone.
    """
    invitations = library.accounts.invitations
    return invitations.take(code, account.name, purpose, TEXT_VERSION, now.astimezone(UTC))


def _is_whole(consent: Consent) -> bool:
    return frozenset(consent.data) >= WHOLE
