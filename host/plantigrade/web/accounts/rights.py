"""What each account may do. Pages, downloads and WebSockets all ask here; what is not listed is refused.

OWASP ASVS 5.0, 8.2.1 to 8.2.3 and 8.3.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from plantigrade.library.catalogue.accounts.entries import Role as Role
from plantigrade.library.catalogue.accounts.sharing import ALL_KINDS as ALL_KINDS
from plantigrade.library.person.entries import DataKind


class Action(StrEnum):
    """What can be asked for."""

    SEE = "see"
    """Data of a person."""
    CHANGE = "change"
    """Data of a person: diary, answers, notes, rules, plans."""
    PRESCRIBE = "prescribe"
    """Levels of rules, critical rules, exercises, plans by a clinician."""
    SHARE = "share"
    """Give and withdraw consents."""
    ERASE = "erase"
    """A person's data, or recordings."""
    EXPORT = "export"
    """Take a person's data along."""
    SEE_INSOLES = "see insoles"
    SERVE_INSOLES = "serve insoles"
    """Identify, test, calibrate, update."""
    CONTROL_SERVICE = "control service"
    """Live mode, recordings, pause."""
    SEE_PEOPLE = "see people"
    """The list of those who share."""
    SEE_ACCOUNTS = "see accounts"
    CHANGE_ACCOUNTS = "change accounts"
    KEEP_ACCOUNT = "keep account"
    """One's own: ways to sign in, sessions, how pages look."""


OF_A_PERSON: Final = frozenset(
    {Action.SEE, Action.CHANGE, Action.PRESCRIBE, Action.SHARE, Action.ERASE, Action.EXPORT}
)
"""Actions that name a person."""

KINDS_SHOWN: Final[Mapping[str, frozenset[DataKind]]] = {
    "/alerts": frozenset({DataKind.ALERTS}),
    "/compare": frozenset({DataKind.RECORDINGS, DataKind.ANALYSES, DataKind.PLANS}),
    "/diary": frozenset({DataKind.DIARY}),
    "/walks": frozenset({DataKind.RECORDINGS, DataKind.ANALYSES}),
    "/walks/{id}": frozenset({DataKind.RECORDINGS, DataKind.ANALYSES}),
}
"""What pages show of a person; a consent that names all of it opens them for reading. Any other page shows
everything, and opens to those alone who were given everything."""

_OWN: Final = OF_A_PERSON - {Action.PRESCRIBE}
_SHARED: Final = frozenset({Action.SEE, Action.CHANGE, Action.PRESCRIBE, Action.EXPORT})
_EVERYBODY: Final = frozenset({Action.SEE_INSOLES, Action.KEEP_ACCOUNT})
_GENERAL: Final[Mapping[Role, frozenset[Action]]] = {
    Role.OWNER: frozenset({*_EVERYBODY, Action.CONTROL_SERVICE, Action.SEE_ACCOUNTS, Action.CHANGE_ACCOUNTS}),
    Role.PATIENT: frozenset({*_EVERYBODY, Action.CONTROL_SERVICE}),
    Role.CLINICIAN: frozenset({*_EVERYBODY, Action.SEE_PEOPLE, Action.CONTROL_SERVICE}),
    Role.ENGINEER: frozenset({*_EVERYBODY, Action.SERVE_INSOLES, Action.CONTROL_SERVICE}),
}


@dataclass(frozen=True)
class Account:
    """An account.

    Attributes:
        name: that its holder signs in with.
        roles: what it is for; the first account of a home is owner and patient in one.
        person: whose account it is, by code; None for clinicians, engineers and owners who wear no insoles.
    """

    name: str
    roles: frozenset[Role]
    person: str | None = None


def kinds_shown(path: str) -> frozenset[DataKind]:
    """The kinds of data that the page at an address shows.

    Example:
        >>> sorted(kinds_shown("/diary")), kinds_shown("/people/{code}") == ALL_KINDS
        ([<DataKind.DIARY: 'diary'>], True)
    """
    return KINDS_SHOWN.get(path, ALL_KINDS)


def may(
    account: Account, action: Action, person: str | None = None, shared: bool = False, part: bool = False
) -> bool:
    """Whether an account may do something.

    Args:
        account: who asks.
        action: what for.
        person: code of the person it is about, for actions in `OF_A_PERSON`.
        shared: whether that person shares everything with this account now.
        part: whether that person shares what is asked for, be it with or without the rest: to be read, not
            changed or taken along.

    Example:
        >>> home = Account("home", frozenset({Role.PATIENT}), "P001")
        >>> may(home, Action.SEE, "P001"), may(home, Action.SEE, "P002")
        (True, False)
    """
    if action not in OF_A_PERSON:
        return any(action in _GENERAL[role] for role in account.roles)
    if person is None:
        return False
    if Role.PATIENT in account.roles and account.person == person and action in _OWN:
        return True
    # The owner of a home is asked for consent like anyone else, and may then see, not prescribe.
    if Role.CLINICIAN in account.roles:
        return (shared and action in _SHARED) or (part and action is Action.SEE)
    return Role.OWNER in account.roles and (shared or part) and action is Action.SEE
