"""`/sign-in`: by passkey, or by password and the code of an app. What is wrong is never told apart."""

from typing import Any, Final

from plantigrade.web.accounts.door import SignInError, WaitError
from plantigrade.web.accounts.passkeys import LONGEST_CREDENTIAL, Passkeys, passkeys_work
from plantigrade.web.accounts.passwords import LONGEST, BusyError
from plantigrade.web.entering import caller_of, door_of, entered, own_path
from plantigrade.web.layout.navigation import first_page_of
from plantigrade.web.page import Answer, Document, Form, Page, Redirect, Shown
from plantigrade.web.visit import Visit

_PATH: Final = "/sign-in"
_COMMAND: Final = "plantigrade run"
_LONGEST_NAME: Final = 200
_LONGEST_CODE: Final = 60


def show(visit: Visit) -> Answer:
    """The page; who is signed in already goes on."""
    if visit.account is not None:
        return Redirect(own_path(visit.query.get("next", "")) or first_page_of(visit.account))
    return _shown(visit)


def by_password(visit: Visit) -> Answer:
    """Sign in with name, password and code."""
    name = visit.field("name", _LONGEST_NAME)
    code = visit.field("code", _LONGEST_CODE)
    # Not `field`, which takes white space off: a password may have it (ASVS 6.2.8).
    password = visit.form.get("password", "")[: LONGEST + 1]
    try:
        token = door_of(visit).door.by_password(name, password, code, caller_of(visit))
    except SignInError:
        return _shown(visit, 400, error="wrong", name=name)
    except WaitError as error:
        return waiting(visit, error, name)
    except BusyError:
        return _shown(visit, 503, error="busy", name=name)
    return entered(visit, token, own_path(visit.form.get("next", "")))


def by_passkey(visit: Visit) -> Answer:
    """Sign in with what a passkey answered; without script there is none."""
    credential = visit.field("credential", LONGEST_CREDENTIAL)
    if not credential or not _passkeys_work(visit):
        return _shown(visit, 400, error="no-passkey")
    keys = Passkeys(door_of(visit).stored, visit.host, visit.site.settings.secure)
    try:
        token = door_of(visit).door.by_passkey(credential, keys, caller_of(visit))
    except SignInError:
        return _shown(visit, 400, error="passkey-wrong")
    except WaitError as error:
        return waiting(visit, error, "")
    return entered(visit, token, own_path(visit.form.get("next", "")))


def ask_passkey(visit: Visit) -> Answer:
    """What the script asks a passkey to sign."""
    if not _passkeys_work(visit):
        return Document({"error": "no-passkey"})
    try:
        door_of(visit).door.check_tries("", visit.address)
    except WaitError as error:
        return Document({"error": "wait", "seconds": error.seconds})
    return Document(Passkeys(door_of(visit).stored, visit.host, visit.site.settings.secure).ask())


def waiting(visit: Visit, error: WaitError, name: str) -> Answer:
    """The page after too many tries: again in so many seconds."""
    door_of(visit).note_refusal(None, visit.address, _PATH, 429)
    return _shown(visit, 429, error="wait", name=name, seconds=error.seconds)


def _passkeys_work(visit: Visit) -> bool:
    return passkeys_work(visit.host, visit.site.settings.secure)


def _shown(visit: Visit, status: int = 200, **values: Any) -> Answer:
    found = {
        "passkeys": _passkeys_work(visit),
        "secure": visit.site.settings.secure,
        "local": visit.host.startswith(("localhost", "127.", "[::1]")),
        "next": own_path(visit.query.get("next", "") or visit.form.get("next", "")),
        "name": "",
        "error": "",
        "seconds": 0,
        "command": _COMMAND,
    }
    return Shown("pages/sign_in/sign_in.html", {**found, **values}, status)


PAGE: Final = Page(
    "sign-in",
    _PATH,
    None,
    show,
    forms=(
        Form("password", by_password, None),
        Form("passkey", by_passkey, None),
        Form("ask-passkey", ask_passkey, None),
    ),
)
