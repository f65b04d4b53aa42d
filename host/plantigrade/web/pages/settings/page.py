"""`/settings`: reading, reminders, who sees what, where one is signed in, taking along and erasing."""

from datetime import UTC, datetime
from typing import Any, Final

from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.accounts.settings import INVITED_LINK_LASTS
from plantigrade.library.entries import Filter
from plantigrade.library.person.entries import DataKind
from plantigrade.library.person.settings import LEAST_RAW_DAYS, MOST_ALERTS_A_DAY
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.page import Answer, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages.settings import accounts, clinics, own_data, reading, reminders, sharing
from plantigrade.web.visit import RefusedError, Visit
from plantigrade.web.words import languages, words_of

LOG_LINES: Final = 200


def show(visit: Visit, code: str = "", problem: str = "", status: int = 200, link: str = "") -> Answer:
    """The page; a `code` of an invitation and a first `link` of an account are shown this once."""
    account, library = visit.who, visit.site.library
    stored = library.accounts.register.get(account.name)
    formats = formats_of(visit)
    values: dict[str, Any] = {
        "stored": stored,
        "languages": [(name, words_of(name)("settings.language-name")) for name in languages()],
        "zones": reading.zones(),
        "sessions": _sessions(visit, formats),
        "code": code,
        "link": link,
        "link_days": INVITED_LINK_LASTS.days,
        "typed": visit.form,
        "problem": problem,
        "done": _done(visit),
        "own": account.person,
        "clinician": Role.CLINICIAN in account.roles,
        "owner": Role.OWNER in account.roles,
        "zone": "",
    }
    if account.person is not None:
        values |= _own(visit, account.person, formats)
    if Role.OWNER in account.roles:
        values |= {"accounts": accounts.accounts_shown(visit), "roles": accounts.ROLES}
    return Shown("pages/settings/settings.html", values, status)


def _own(visit: Visit, code: str, formats: Formats) -> dict[str, Any]:
    """What a person finds beside what every account has."""
    library = visit.site.library
    record = library.record(code)
    now = datetime.fromtimestamp(visit.site.utc_ns() / 1e9, UTC)
    consents = [
        (one, formats.day(formats.day_of(one.from_utc)), one.until_utc and formats.moment(one.until_utc))
        for one in record.consents.all()
        if one.holds(now)
    ]
    invitations = [
        (one, formats.moment(one.ends_utc))
        for one in library.accounts.invitations.of(code)
        if one.taken_utc is None and one.ends_utc > now
    ]
    return {
        "zone": library.person(code).time_zone,
        "set": record.settings.get(),
        "most_alerts": MOST_ALERTS_A_DAY,
        "least_raw_days": LEAST_RAW_DAYS,
        "consents": consents,
        "invitations": invitations,
        "clinics": clinics.clinics_shown(visit, code),
        "walks": library.count(Filter(person=code)),
        "kinds": tuple(DataKind),
    }


def _sessions(visit: Visit, formats: Formats) -> list[dict[str, Any]]:
    register = visit.site.library.accounts.sessions
    this = register.find(visit.token, active=False)
    return [
        {
            "id": one.id,
            "browser": one.browser,
            "address": one.address,
            "seen": formats.moment(one.seen_utc),
            "this": this is not None and this.id == one.id,
        }
        for one in register.of(visit.who.name)
    ]


def _done(visit: Visit) -> str:
    key = f"settings.done.{visit.query.get('done', '')}"
    return visit.words(key) if key in visit.words.keys else ""


def invite(visit: Visit) -> Answer:
    """Invite someone, and show the code once."""
    try:
        return show(visit, code=sharing.invite(visit))
    except RefusedError as error:
        return show(visit, problem=error.text, status=error.status)


def accept(visit: Visit) -> Answer:
    """Take an invitation."""
    try:
        return sharing.accept(visit)
    except RefusedError as error:
        return show(visit, problem=error.text, status=error.status)


def save_reminders(visit: Visit) -> Answer:
    """Store reminders, or say what does not fit."""
    try:
        return reminders.save(visit)
    except RefusedError as error:
        return show(visit, problem=error.text, status=error.status)


def erase(visit: Visit) -> Answer:
    """Erase, or say why not."""
    try:
        return own_data.erase(visit)
    except RefusedError as error:
        return show(visit, problem=error.text, status=error.status)


def add_account(visit: Visit) -> Answer:
    """Make an account, and show its first link once."""
    try:
        return show(visit, link=accounts.add(visit))
    except RefusedError as error:
        return show(visit, problem=error.text, status=error.status)


def remove_account(visit: Visit) -> Answer:
    """Remove an account, or say why not."""
    try:
        return accounts.remove(visit)
    except RefusedError as error:
        if error.status == 404:
            raise
        return show(visit, problem=error.text, status=error.status)


def end_session(visit: Visit) -> Answer:
    """End one session of the account, or all others."""
    register, name = visit.site.library.accounts.sessions, visit.who.name
    if visit.field("session", 20) == "others":
        register.end_others(name, visit.token)
    elif not register.end_one(name, visit.integer("session", 0, 2**31)):
        raise RefusedError(404)
    return Redirect("/settings?done=signed-out")


def show_log(visit: Visit) -> Answer:
    """Who read or changed the person's record, newest first."""
    formats = formats_of(visit)
    entries = visit.site.library.audit(visit.subject)[-LOG_LINES:]
    lines = [(formats.moment(one.at_utc), one.actor, one.action, one.detail) for one in reversed(entries)]
    return Shown("pages/settings/log.html", {"lines": lines, "most": LOG_LINES})


def show_accounts_log(visit: Visit) -> Answer:
    """Sign-ins and refusals, for the owner: nothing of what anybody read."""
    formats = formats_of(visit)
    entries = visit.site.library.accounts.log.newest(LOG_LINES)
    lines = [(formats.moment(one.at_utc), one.actor, one.action, one.detail) for one in entries]
    return Shown("pages/settings/log.html", {"lines": lines, "most": LOG_LINES})


PAGE: Final = Page(
    "settings",
    "/settings",
    Action.KEEP_ACCOUNT,
    show,
    forms=(
        Form("reading", reading.save, Action.KEEP_ACCOUNT),
        Form("reminders", save_reminders, Action.CHANGE),
        Form("retention", reminders.save_retention, Action.CHANGE),
        Form("invite", invite, Action.SHARE),
        Form("take-back", sharing.take_back, Action.SHARE),
        Form("withdraw", sharing.withdraw, Action.SHARE),
        Form("accept", accept, Action.SEE_PEOPLE),
        Form("end-session", end_session, Action.KEEP_ACCOUNT),
        Form("add-account", add_account, Action.CHANGE_ACCOUNTS),
        Form("remove-account", remove_account, Action.CHANGE_ACCOUNTS),
        Form("export", own_data.order, Action.EXPORT),
        Form("erase", erase, Action.ERASE),
    ),
    parts=(
        Part("/settings/log", show_log, Action.SHARE),
        Part("/settings/sign-ins", show_accounts_log, Action.SEE_ACCOUNTS),
        Part("/settings/export", own_data.show, Action.KEEP_ACCOUNT),
        Part("/settings/export/{job}.zip", own_data.take, Action.KEEP_ACCOUNT),
    ),
)
