"""Who are you? The first question of the first run, asked on the page of its link."""

import contextlib
from typing import Any, Final
from zoneinfo import available_timezones

from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.time_zone import zone_name_of_computer
from plantigrade.service.status import ServiceError
from plantigrade.web.accounts.door import SignInError, WaitError
from plantigrade.web.accounts.first_account import Who, known_people, make_first_account
from plantigrade.web.entering import caller_of, door_of, entered
from plantigrade.web.page import Answer, Shown
from plantigrade.web.pages.first_run.settings import LIVE_MIN
from plantigrade.web.site import NoServiceError
from plantigrade.web.visit import LONGEST_NUMBER, RefusedError, Visit

_TEMPLATE: Final = "pages/first_run/who.html"
_USED: Final = "pages/sign_in_link/sign_in_link.html"
_FIELDS: Final = ("name", "person", "weight_kg", "time_zone")
_LEAST_KG: Final = 2.0
_MOST_KG: Final = 500.0


def who_are_you(visit: Visit, problems: dict[str, str] | None = None) -> Answer:
    """The question, with what was typed where something was wrong with it."""
    typed: dict[str, Any] = {name: visit.form.get(name, "")[:200] for name in _FIELDS}
    typed["time_zone"] = typed["time_zone"] or zone_name_of_computer()
    values = {
        "typed": typed,
        "problems": problems or {},
        "people": known_people(visit.site.library),
        "zones": sorted(available_timezones()),
    }
    return Shown(_TEMPLATE, values, 400 if problems else 200)


def begin(visit: Visit) -> Answer:
    """Make the account of who answers, and have the bridge look for the insoles."""
    problems: dict[str, str] = {}
    weight = _weight(visit, problems)
    name, person, zone = (visit.form.get(key, "").strip() for key in ("name", "person", "time_zone"))
    if not 1 <= len(name) <= 100:
        problems["name"] = visit.words("first-run.who.name-problem")
    if zone not in available_timezones():
        problems["time_zone"] = visit.words("first-run.who.zone-problem")
    known = {one.code for one in known_people(visit.site.library)}
    if person and person not in known:
        raise RefusedError(400)
    if problems:
        return who_are_you(visit, problems)
    who = Who(name, person, weight, zone, visit.words.language)
    secret = visit.parts["link"][:100]
    try:
        token = make_first_account(visit.site.library, door_of(visit).door, secret, who, caller_of(visit))
    except LibraryError:
        return who_are_you(visit, {"name": visit.words("first-run.who.name-problem")})
    except SignInError:
        return Shown(_USED, {"link": None, "seconds": 0}, 410)
    except WaitError as error:
        return Shown(_USED, {"link": None, "seconds": error.seconds}, 429)
    with contextlib.suppress(NoServiceError, ServiceError):
        visit.site.in_loop(lambda assembly: assembly.service.request_live(LIVE_MIN))
    return entered(visit, token, "/first-run")


def _weight(visit: Visit, problems: dict[str, str]) -> float | None:
    """In kilograms; a comma is a decimal point; nothing is allowed."""
    text = visit.form.get("weight_kg", "").strip()[:LONGEST_NUMBER].replace(",", ".")
    if not text:
        return None
    with contextlib.suppress(ValueError):
        value = float(text)
        if _LEAST_KG <= value <= _MOST_KG:
            return value
    problems["weight_kg"] = visit.words("first-run.who.weight-problem")
    return None
