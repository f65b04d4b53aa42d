"""The first account of a library: its owner, who wears the insoles."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plantigrade.library.catalogue.accounts.entries import LinkKind, Way
from plantigrade.library.catalogue.accounts.register import checked_name
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.people import check
from plantigrade.library.entries import Person
from plantigrade.web.accounts.door import Caller, Door, SignInError
from plantigrade.web.accounts.rights import Role

FIRST_RUN = "first run"


@dataclass(frozen=True)
class Who:
    """What is asked first.

    Attributes:
        name: of the account.
        person: code of a person whom the library knows; "" for a new one.
        weight_kg: None where it was not said.
        time_zone: such as Europe/Berlin.
        language: of the pages.
    """

    name: str
    person: str
    weight_kg: float | None
    time_zone: str
    language: str


def known_people(library: Library) -> Sequence[Person]:
    """Whom the library knows already; nobody sees them but who asks by the first link."""
    with acting_as(SERVICE):
        return library.people()


def make_first_account(library: Library, door: Door, secret: str, who: Who, caller: Caller) -> str:
    """Use the link of the first run: makes the account, and the person where it is new; the token of its
    first session.

    Raises:
        LibraryError: a value makes no sense; the link can still be used.
        SignInError: the link was used or has expired.
        WaitError: too many tries.
    """
    door.check_tries("", caller.address)
    name = checked_name(who.name)
    person = Person(
        who.person or "new", weight_kg=who.weight_kg, time_zone=who.time_zone, language=who.language
    )
    check(person)
    accounts = library.accounts
    link = accounts.links.look(secret, caller.now)
    if link is None or link.kind is not LinkKind.FIRST_RUN or accounts.links.use(secret, caller.now) is None:
        raise SignInError("this link was used or has expired")
    # Not by the name: it may be a real one, and the log outlives whom it names.
    with acting_as(FIRST_RUN):
        code = who.person or library.add_person(replace(person, code="")).code
        accounts.register.add(name, {Role.OWNER, Role.PATIENT}, code)
    return door.let_in(name, Way.LINK, caller)
