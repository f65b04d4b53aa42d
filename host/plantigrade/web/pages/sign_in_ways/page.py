"""`/settings/sign-in`: one's own ways to sign in, and where one is signed in.

Before anything is changed, its holder shows again who it is, unless that was within the last minutes.
"""

from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import Any, Final

from plantigrade.library.catalogue.accounts.entries import AccountSession
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.web.accounts.browsers import browser_name
from plantigrade.web.accounts.door import SignInError, WaitError, is_proved
from plantigrade.web.accounts.one_time_codes import (
    is_totp_secret,
    new_totp_secret,
    picture_of,
    step_of,
    uri_of,
)
from plantigrade.web.accounts.passkeys import LONGEST_CREDENTIAL, PasskeyError, Passkeys, passkeys_work
from plantigrade.web.accounts.passwords import LONGEST, BusyError, PasswordError, check_new, hash_password
from plantigrade.web.accounts.rights import Action
from plantigrade.web.entering import caller_of, door_of
from plantigrade.web.formats import formats_of
from plantigrade.web.page import Answer, Document, Form, Handler, Page, Redirect, Shown
from plantigrade.web.visit import RefusedError, Visit

_PATH: Final = "/settings/sign-in"
_TEMPLATE: Final = "pages/sign_in_ways/sign_in_ways.html"
_LONGEST_CODE: Final = 60


def show(visit: Visit) -> Answer:
    """The page."""
    return _shown(visit)


def _proved(change: Handler) -> Handler:
    """Only someone who showed recently who it is changes anything (ASVS 7.5.1)."""

    def checked(visit: Visit) -> Answer:
        return change(visit) if _may_change(visit, _session(visit)) else _shown(visit, 403, problem="prove")

    return checked


def prove(visit: Visit) -> Answer:
    """Show again who it is, by password and code."""
    password, code = visit.form.get("password", "")[: LONGEST + 1], visit.field("code", _LONGEST_CODE)
    door = door_of(visit).door
    return _tried(
        visit, lambda: door.prove_again(_session(visit), visit.token, password, code, caller_of(visit))
    )


def prove_by_passkey(visit: Visit) -> Answer:
    """Show again who it is, by passkey."""
    credential = visit.field("credential", LONGEST_CREDENTIAL)
    door = door_of(visit)

    def check() -> None:
        door.door.check_tries("", visit.address)
        key = _passkeys(visit).check(credential)
        if key.account != visit.who.name:
            raise PasskeyError("this passkey is another account's")
        door.stored.sessions.prove(visit.token, visit.now.astimezone(UTC))

    return _tried(visit, check)


def _tried(visit: Visit, check: Callable[[], None]) -> Answer:
    try:
        check()
    except (SignInError, PasskeyError):
        return _shown(visit, 400, problem="wrong")
    except WaitError as error:
        door_of(visit).note_refusal(visit.who, visit.address, _PATH, 429)
        return _shown(visit, 429, problem="wait", seconds=error.seconds)
    except BusyError:
        return _shown(visit, 503, problem="busy")
    return Redirect(_PATH)


def set_password(visit: Visit) -> Answer:
    """A new password with a new app: taken once the app shows the right code; shows recovery codes once."""
    secret, code = visit.field("secret", 64), visit.field("code", _LONGEST_CODE)
    if not is_totp_secret(secret):
        raise RefusedError(400)
    if problem := _password_problem(visit):
        return _shown(visit, 400, problem=problem, secret=secret)
    if step_of(secret, code, visit.now.timestamp()) is None:
        return _shown(visit, 400, problem="code", secret=secret)
    stored, name = door_of(visit).stored, visit.who.name
    try:
        hashed = hash_password(visit.form["password"])
    except BusyError:
        return _shown(visit, 503, problem="busy", secret=secret)
    codes = stored.register.set_password(name, hashed, secret)
    stored.sessions.end_others(name, visit.token)
    return _shown(visit, codes=codes)


def change_password(visit: Visit) -> Answer:
    """Another password; the app stays. All other sessions end."""
    if problem := _password_problem(visit):
        return _shown(visit, 400, problem=problem)
    stored, name = door_of(visit).stored, visit.who.name
    if not stored.register.get(name).has_totp:
        raise RefusedError(400)
    try:
        stored.register.change_password(name, hash_password(visit.form["password"]))
    except BusyError:
        return _shown(visit, 503, problem="busy")
    stored.sessions.end_others(name, visit.token)
    return _shown(visit, done="password")


def _password_problem(visit: Visit) -> str:
    """Key of what is wrong with a new password; "" where nothing is."""
    password = visit.form.get("password", "")
    if password != visit.form.get("again", ""):
        return "differs"
    try:
        check_new(password, visit.who.name)
    except PasswordError:
        return "weak"
    return ""


def ask(visit: Visit) -> Answer:
    """What a passkey is to sign, to show who it is."""
    return Document(_passkeys(visit).ask())


def ask_for_new(visit: Visit) -> Answer:
    """What a new passkey is to sign."""
    if not _may_change(visit, _session(visit)):
        return Document({"error": "prove"})
    return Document(_passkeys(visit).ask_for_new(visit.who.name))


def add_passkey(visit: Visit) -> Answer:
    """Take a new passkey."""
    name = visit.field("name", 100) or visit.words("sign-in-ways.a-passkey")
    try:
        _passkeys(visit).enrol(visit.who.name, visit.field("credential", LONGEST_CREDENTIAL), name)
    except (PasskeyError, LibraryError):
        return _shown(visit, 400, problem="passkey")
    return Redirect(_PATH)


def remove_passkey(visit: Visit) -> Answer:
    """Remove a passkey."""
    try:
        door_of(visit).stored.passkeys.remove(visit.who.name, _number(visit, "passkey"))
    except LibraryError:
        return _shown(visit, 409, problem="last-way")
    return Redirect(_PATH)


def end_session(visit: Visit) -> Answer:
    """End one of one's own sessions, wherever it is."""
    if not door_of(visit).stored.sessions.end_one(visit.who.name, _number(visit, "session")):
        raise RefusedError(404)
    return Redirect(_PATH)


def end_others(visit: Visit) -> Answer:
    """End all other sessions."""
    door_of(visit).stored.sessions.end_others(visit.who.name, visit.token)
    return Redirect(_PATH)


def _number(visit: Visit, name: str) -> int:
    text = visit.field(name, 12)
    if not text.isascii() or not text.isdecimal():
        raise RefusedError(400)
    return int(text)


def _passkeys(visit: Visit) -> Passkeys:
    """Passkeys under this name.

    Raises:
        RefusedError: 400, browsers take none under it.
    """
    if not passkeys_work(visit.host, visit.site.settings.secure):
        raise RefusedError(400, visit.words("sign-in-ways.passkeys-off"))
    return Passkeys(door_of(visit).stored, visit.host, visit.site.settings.secure)


def _session(visit: Visit) -> AccountSession:
    found = door_of(visit).stored.sessions.find(visit.token, active=False, now=visit.now.astimezone(UTC))
    if found is None:
        raise RefusedError(403)
    return found


def _may_change(visit: Visit, session: AccountSession) -> bool:
    """Whether the holder showed recently who it is, or has no way to show it yet."""
    account = session.account
    has_way = (account.has_password and account.has_totp) or door_of(visit).stored.passkeys.of(account.name)
    return not has_way or is_proved(session, visit.now.astimezone(UTC))


def _shown(visit: Visit, status: int = 200, **values: Any) -> Answer:
    session, stored = _session(visit), door_of(visit).stored
    secret = values.pop("secret", "") or new_totp_secret()
    shown: dict[str, Any] = {
        "own": stored.register.get(session.account.name),
        "session": session,
        "may_change": _may_change(visit, session),
        "passkeys": stored.passkeys.of(session.account.name),
        "sessions": stored.sessions.of(session.account.name, visit.now.astimezone(UTC)),
        "passkeys_work": passkeys_work(visit.host, visit.site.settings.secure),
        "secret": secret,
        "picture": picture_of(uri_of(secret, session.account.name)),
        "secret_groups": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "browser_name": browser_name,
        "formats": formats_of(visit),
        "codes": [],
        "problem": "",
        "done": "",
        "seconds": 0,
    }
    return Shown(_TEMPLATE, {**shown, **values}, status)


_form: Final = partial(Form, right=Action.KEEP_ACCOUNT)

PAGE: Final = Page(
    "sign-in-ways",
    _PATH,
    Action.KEEP_ACCOUNT,
    show,
    forms=(
        _form("prove", prove),
        _form("ask", ask),
        _form("prove-passkey", prove_by_passkey),
        _form("set-password", _proved(set_password)),
        _form("change-password", _proved(change_password)),
        _form("ask-new", ask_for_new),
        _form("add-passkey", _proved(add_passkey)),
        _form("remove-passkey", _proved(remove_passkey)),
        _form("end-session", end_session),
        _form("end-others", end_others),
    ),
)
