"""`/insoles`: are the devices well, and what can be done with them?"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from plantigrade.errors import PlantigradeError
from plantigrade.service.assembly import Assembly
from plantigrade.service.events import LinkState
from plantigrade.service.settings import MAX_LIVE_MIN
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import formats_of
from plantigrade.web.page import Answer, Document, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages.insoles import calibrate
from plantigrade.web.pages.insoles.view import InsoleView, Known, known_insoles, view_of
from plantigrade.web.visit import RefusedError, Visit

SCHEMA: Final = "plantigrade.insoles/1"
LONGEST_SERIAL: Final = 64
LIVE_MIN: Final = 10.0
"""Live mode for looking at an insole: long enough for zeroing and a few tries."""


def show(visit: Visit, problem: str = "", status: int = 200) -> Answer:
    """The page."""
    known = known_insoles(visit)
    formats = formats_of(visit)
    shown = [view_of(one, visit, formats) for one in known or []]
    values = {
        "title": _title(visit, known, shown),
        "insoles": [one for one in shown if one.owner is not None],
        "others": sum(one.owner is None for one in shown),
        "running": known is not None,
        "engineer": visit.may(Action.SERVE_INSOLES),
        "may_update": visit.may(Action.CONTROL_SERVICE),
        "problem": problem,
        "done": _done(visit),
        "own": visit.who.person,
    }
    return Shown("pages/insoles/insoles.html", values, status)


def _title(visit: Visit, known: list[Known] | None, shown: list[InsoleView]) -> str:
    """The answer to the page's question."""
    words = visit.words
    faulty = [one for one in shown if one.state.faults]
    if known is None:
        title = words("insoles.title.not-running")
    elif not shown:
        title = words("insoles.title.none")
    elif any(one.state.link is LinkState.SEARCHING for one in shown):
        title = words("insoles.title.searching")
    elif faulty:
        title = words.counted("insoles.title.faults", len(faulty), side=faulty[0].side)
    elif any(one.battery in ("attention", "critical") for one in shown):
        title = words("insoles.title.charge")
    else:
        title = words("insoles.title.well")
    return title


def _done(visit: Visit) -> str:
    key = f"insoles.done.{visit.query.get('done', '')}"
    return visit.words(key) if key in visit.words.keys else ""


def as_json(visit: Visit) -> Document:
    """The insoles as a document."""
    rows: list[dict[str, Any]] = []
    for known in known_insoles(visit) or []:
        one = view_of(known, visit, formats_of(visit))
        if one.owner is None:
            continue
        state = known.state
        rows.append(
            {
                "serial": state.serial,
                "side": state.side,
                "link": state.link.value,
                "mode": state.mode,
                "last_frame_utc_ns": state.last_frame_utc_ns,
                "battery_pct": state.battery_pct,
                "charging": state.charging,
                "log_used_pct": state.log_used_pct,
                "slots_to_fetch": state.slots_to_fetch,
                "firmware": known.firmware or None,
                "person": one.owner or None,
                "faults": "; ".join(state.faults),
            }
        )
    return Document({"schema": SCHEMA, "insoles": rows})


def _serial(visit: Visit) -> str:
    """The insole of a form, of which this account may know.

    Raises:
        RefusedError: 404, there is none.
    """
    serial = visit.field("serial", LONGEST_SERIAL)
    for known in known_insoles(visit) or []:
        if known.state.serial == serial and view_of(known, visit, formats_of(visit)).owner is not None:
            return serial
    raise RefusedError(404)


def _done_or_why_not(visit: Visit, action: Callable[[], object], done: str) -> Answer:
    """Do it, and say on the page how it went."""
    try:
        action()
    except RefusedError:
        raise
    except PlantigradeError as error:
        return show(visit, problem=str(error), status=409)
    return Redirect(f"/insoles?done={done}")


def identify(visit: Visit) -> Answer:
    """Let one blink."""
    serial, site = _serial(visit), visit.site
    return _done_or_why_not(
        visit, lambda: site.awaited(lambda found: found.care.identify(serial)), "identify"
    )


def self_test(visit: Visit) -> Answer:
    """Let one test itself."""
    serial, site = _serial(visit), visit.site
    return _done_or_why_not(
        visit, lambda: site.awaited(lambda found: found.care.self_test(serial)), "self-test"
    )


def zero(visit: Visit) -> Answer:
    """Measure the unloaded codes of one."""
    serial, site = _serial(visit), visit.site
    return _done_or_why_not(visit, lambda: site.awaited(lambda found: found.care.zero(serial)), "zero")


def fetch(visit: Visit) -> Answer:
    """Fetch what all have logged."""
    return _done_or_why_not(visit, lambda: visit.site.in_loop(lambda found: found.care.fetch_now()), "fetch")


def live(visit: Visit) -> Answer:
    """Live mode for some minutes."""
    minutes = visit.number("minutes", 1, MAX_LIVE_MIN) if visit.form.get("minutes") else LIVE_MIN

    def begin(assembly: Assembly) -> None:
        assembly.service.request_live(minutes)

    return _done_or_why_not(visit, lambda: visit.site.in_loop(begin), "live")


def pause(visit: Visit) -> Answer:
    """Leave the insoles alone, or look after them again."""
    resume = visit.field("resume", 8) == "yes"

    def change(assembly: Assembly) -> None:
        if resume:
            assembly.service.resume()
        else:
            assembly.service.pause()

    return _done_or_why_not(visit, lambda: visit.site.in_loop(change), "resume" if resume else "pause")


def assign(visit: Visit) -> Answer:
    """An insole is the account's person's from now on."""
    serial, record = _serial(visit), visit.site.library.record(visit.subject)
    at = datetime.fromtimestamp(visit.site.utc_ns() / 1e9, UTC)

    def assign_now() -> None:
        record.insoles.assign(serial, at)
        visit.site.people_changed()

    return _done_or_why_not(visit, assign_now, "assign")


def release(visit: Visit) -> Answer:
    """An insole is no longer the account's person's."""
    serial, record = _serial(visit), visit.site.library.record(visit.subject)
    at = datetime.fromtimestamp(visit.site.utc_ns() / 1e9, UTC)

    def release_now() -> None:
        record.insoles.release(serial, at)
        visit.site.people_changed()

    return _done_or_why_not(visit, release_now, "release")


PAGE: Final = Page(
    "insoles",
    "/insoles",
    Action.SEE_INSOLES,
    show,
    forms=(
        Form("identify", identify, Action.SEE_INSOLES),
        Form("fetch", fetch, Action.CONTROL_SERVICE),
        Form("live", live, Action.CONTROL_SERVICE),
        Form("pause", pause, Action.CONTROL_SERVICE),
        Form("self-test", self_test, Action.CONTROL_SERVICE),
        Form("zero", zero, Action.CONTROL_SERVICE),
        Form("assign", assign, Action.CHANGE),
        Form("release", release, Action.CHANGE),
        Form("bench", calibrate.bench, Action.SERVE_INSOLES, calibrate.MOST_BYTES),
        Form("weight", calibrate.weight, Action.CHANGE),
    ),
    parts=(Part("/insoles/calibrate", calibrate.show, Action.CONTROL_SERVICE),),
    as_json=as_json,
    rows="insoles",
)
