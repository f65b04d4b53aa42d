"""Accounts of this computer, for its owner: who has one, a new one with its first link, and removing one."""

from dataclasses import dataclass
from typing import Final

from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.accounts.settings import INVITED_LINK_LASTS
from plantigrade.library.catalogue.queries import UnknownPersonError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.web.accounts.actions import LINK_PATH, account_values
from plantigrade.web.page import Answer, Redirect
from plantigrade.web.visit import RefusedError, Visit

LONGEST: Final = 60
ROLES: Final = (Role.PATIENT, Role.CLINICIAN, Role.ENGINEER, Role.OWNER)


@dataclass(frozen=True)
class ShownAccount:
    """An account in the list.

    Attributes:
        name: of it.
        roles: what it is for.
        person: code of its person; "" for none.
        has_way: whether its holder can sign in by something that lasts.
        sessions: how many are open.
        shut: nobody can sign in with it.
        own: of the owner who looks.
    """

    name: str
    roles: tuple[Role, ...]
    person: str
    has_way: bool
    sessions: int
    shut: bool
    own: bool


def accounts_shown(visit: Visit) -> list[ShownAccount]:
    """All accounts, by name."""
    library, found = visit.site.library, list[ShownAccount]()
    for account in library.accounts.register.all():
        values = account_values(library, account)
        found.append(
            ShownAccount(
                account.name,
                tuple(role for role in ROLES if role in account.roles),
                account.person or "",
                bool(values["ways"]),
                values["sessions"],
                account.disabled,
                account.name == visit.who.name,
            )
        )
    return found


def add(visit: Visit) -> str:
    """Make an account; its first link, which is shown once.

    A person has one account here: a second one would let its holder read what only the person may.

    Raises:
        RefusedError: 400, the name is taken, or role and person do not go together; for people.
    """
    words, register = visit.words, visit.site.library.accounts.register
    role, person = visit.field("role", LONGEST), visit.field("person_code", LONGEST) or None
    name = visit.field("name", LONGEST)
    if role not in ROLES:
        raise RefusedError(400, words("settings.accounts.problem.role"))
    if (person is not None) != (role == Role.PATIENT):
        raise RefusedError(400, words("settings.accounts.problem.person"))
    if name and register.find(name) is not None:
        raise RefusedError(400, words("settings.accounts.problem.taken", name=name))
    if person is not None and any(one.person == person for one in register.all()):
        raise RefusedError(400, words("settings.accounts.problem.has-one", person=person))
    try:
        account = register.add(name, [Role(role)], person)
    except UnknownPersonError as error:
        raise RefusedError(400, words("settings.accounts.problem.nobody", person=person)) from error
    except LibraryError as error:
        raise RefusedError(400, words("settings.accounts.problem.name")) from error
    secret = visit.site.library.accounts.links.make(account.name, INVITED_LINK_LASTS)
    scheme = "https" if visit.site.settings.secure else "http"
    return f"{scheme}://{visit.host}{LINK_PATH}{secret}"


def remove(visit: Visit) -> Answer:
    """Remove another account; data of its person stay.

    Raises:
        RefusedError: 404, there is none; 400, it is one's own, or the last owner's.
    """
    register = visit.site.library.accounts.register
    account = register.find(visit.field("account", LONGEST))
    if account is None:
        raise RefusedError(404)
    if account.name == visit.who.name:
        raise RefusedError(400, visit.words("settings.accounts.problem.own"))
    try:
        register.remove(account.name)
    except LibraryError as error:
        raise RefusedError(400, visit.words("settings.accounts.problem.last-owner")) from error
    return Redirect("/settings?done=account-removed")
