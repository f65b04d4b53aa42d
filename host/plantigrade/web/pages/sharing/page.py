"""`/settings/sharing`: who sees my data; invite, withdraw; who read it. Clinicians take invitations."""

from datetime import UTC
from functools import partial
from typing import Any, Final

from plantigrade.library.catalogue.store import LibraryError
from plantigrade.web.accounts import invitations
from plantigrade.web.accounts.door import WaitError
from plantigrade.web.accounts.entering import door_of
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import formats_of
from plantigrade.web.page import Answer, Form, Page, Redirect, Shown
from plantigrade.web.visit import RefusedError, Visit

_PATH: Final = "/settings/sharing"
_MOST_READS: Final = 50
_LONGEST_CODE: Final = 40


def show(visit: Visit) -> Answer:
    """The page."""
    return _shown(visit)


def invite(visit: Visit) -> Answer:
    """Invite someone: the page shows the code, once."""
    label, days = visit.field("label", 100), visit.field("days", 5)
    if days and days not in {str(one) for one in invitations.DAYS}:
        raise RefusedError(400)
    try:
        code = invitations.invite(
            visit.site.library, visit.subject, label, int(days) if days else None, visit.now
        )
    except LibraryError:
        return _shown(visit, 400, label=label, problem="label")
    return _shown(visit, code=code, invited=label)


def take_back(visit: Visit) -> Answer:
    """Take back an invitation."""
    invitations.take_back(visit.site.library, visit.subject, _number(visit, "invitation"))
    return Redirect(_PATH)


def withdraw(visit: Visit) -> Answer:
    """End sharing with someone."""
    invitations.withdraw(visit.site.library, visit.subject, _number(visit, "consent"), visit.now)
    return Redirect(_PATH)


def take(visit: Visit) -> Answer:
    """Take an invitation by its code."""
    code = visit.field("code", _LONGEST_CODE)
    try:
        door_of(visit).door.check_tries(visit.who.name, visit.address)
    except WaitError as error:
        return _shown(visit, 429, problem="wait", seconds=error.seconds)
    purpose = visit.words("sharing.purpose")
    person = invitations.take(visit.site.library, visit.who, code, purpose, visit.now)
    if person is None:
        return _shown(visit, 400, problem="code", typed=code)
    return Redirect(f"/people/{person}")


def _number(visit: Visit, name: str) -> int:
    text = visit.field(name, 12)
    if not text.isascii() or not text.isdecimal():
        raise RefusedError(400)
    return int(text)


def _shown(visit: Visit, status: int = 200, **values: Any) -> Answer:
    library, now = visit.site.library, visit.now.astimezone(UTC)
    own = visit.who.person
    is_patient = own is not None and visit.may(Action.SHARE, own)
    shown: dict[str, Any] = {
        "is_patient": is_patient,
        "takes": visit.may(Action.SEE_PEOPLE),
        "shared": invitations.shared_now(library, own, now) if is_patient and own else [],
        "waiting": invitations.open_invitations(library, own, now) if is_patient and own else [],
        "reads": library.record(own).accesses()[:_MOST_READS] if is_patient and own else [],
        "days": invitations.DAYS,
        "formats": formats_of(visit),
        "code": "",
        "invited": "",
        "label": "",
        "typed": "",
        "problem": "",
        "seconds": 0,
    }
    return Shown("pages/sharing/sharing.html", {**shown, **values}, status)


_of_person: Final = partial(Form, right=Action.SHARE)

PAGE: Final = Page(
    "sharing",
    _PATH,
    Action.KEEP_ACCOUNT,
    show,
    forms=(
        _of_person("invite", invite),
        _of_person("take-back", take_back),
        _of_person("withdraw", withdraw),
        Form("take", take, Action.SEE_PEOPLE),
    ),
)
