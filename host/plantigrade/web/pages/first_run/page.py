"""`/first-run`: from an empty library to "Both feet arrive", step by step, without a terminal."""

from datetime import UTC
from functools import partial
from typing import Any, Final

from plantigrade.calibration.zero import ZeroError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.link.base import now_ns
from plantigrade.service.assembly import Assembly
from plantigrade.service.live_frames.steps import StepsSeen, count_steps
from plantigrade.service.status import ServiceError
from plantigrade.web.accounts.rights import Action
from plantigrade.web.page import Answer, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages.first_run.pair import SIDES, PairFound, pair_of
from plantigrade.web.pages.first_run.settings import COUNT_S, LIVE_MIN, LOOK_EVERY_S
from plantigrade.web.visit import RefusedError, Visit

_PATH: Final = "/first-run"
_TEMPLATE: Final = "pages/first_run/first_run.html"
STEPS: Final = ("find", "sides", "zero", "walk", "done")
_ASKED: Final = STEPS[:-1]
"""Steps that an address names; that both feet arrive is seen, never asked for."""


def show(visit: Visit) -> Answer:
    """The step that is next, or the one that was asked for."""
    pair = pair_of(visit)
    asked = visit.query.get("step", "")
    return _shown(visit, pair, asked if asked in _ASKED else next_step(pair))


def found(visit: Visit) -> Answer:
    """What is found by now, for the page that looks by itself."""
    return Shown(
        "pages/first_run/found.html", {"pair": pair_of(visit), "sides": SIDES, "every": LOOK_EVERY_S}
    )


def next_step(pair: PairFound) -> str:
    """Which step is next: what is done already is not asked again."""
    if not pair.is_complete:
        return "find"
    if not pair.is_own:
        return "sides"
    return "walk" if len(pair.zeroed) == len(SIDES) else "zero"


def look(visit: Visit) -> Answer:
    """Look for the insoles now."""
    _keep_live(visit)
    pair = pair_of(visit)
    return Redirect(f"{_PATH}?step=sides" if pair.is_complete else f"{_PATH}?step=find")


def blink(visit: Visit) -> Answer:
    """Let the insole of a side blink."""
    _keep_live(visit)
    side = visit.field("side", 10)
    pair = pair_of(visit)
    if side not in pair.insoles:
        raise RefusedError(400)
    serial = pair.insoles[side].serial
    try:
        visit.site.awaited(lambda assembly: assembly.care.identify(serial))
    except ServiceError:
        return _shown(visit, pair, "sides", 503, problem="blink-failed")
    return _shown(visit, pair, "sides", blinking=side)


def take(visit: Visit) -> Answer:
    """Both insoles are this person's from now on."""
    _keep_live(visit)
    pair = pair_of(visit)
    if set(pair.insoles) != set(SIDES):
        return _shown(visit, pair, "find", 409, problem="not-both")
    record = visit.site.library.record(visit.subject)
    try:
        for side in SIDES:
            if side not in pair.own:
                record.insoles.assign(pair.insoles[side].serial, visit.now.astimezone(UTC))
    except LibraryError:
        return _shown(visit, pair, "sides", 409, problem="not-yours")
    return Redirect(f"{_PATH}?step=zero")


def zero(visit: Visit) -> Answer:
    """Measure both insoles unloaded."""
    _keep_live(visit)
    pair = pair_of(visit)
    serials = [pair.insoles[side].serial for side in SIDES if side in pair.insoles]
    if len(serials) < len(SIDES):
        return _shown(visit, pair, "find", 409, problem="not-both")

    async def both(assembly: Assembly) -> None:
        await assembly.care.zero_all(serials)

    try:
        visit.site.awaited(both)
    except ZeroError:
        return _shown(visit, pair, "zero", 409, problem="pressed")
    except ServiceError:
        return _shown(visit, pair, "zero", 503, problem="silent")
    return Redirect(f"{_PATH}?step=walk")


def walk(visit: Visit) -> Answer:
    """Count the steps of the next seconds."""
    _keep_live(visit)
    person = visit.subject
    seen: StepsSeen = visit.site.awaited(
        lambda assembly: count_steps(assembly.frames, person, COUNT_S, now_ns)
    )
    pair = pair_of(visit)
    if seen.are_enough:
        return _shown(visit, pair, "done", seen=seen)
    return _shown(visit, pair, "walk", seen=seen, problem=_what_lacks(seen))


def _what_lacks(seen: StepsSeen) -> str:
    if not seen.left_arrives and not seen.right_arrives:
        return "nothing-came"
    if not seen.left_arrives:
        return "no-left"
    return "few-steps" if seen.right_arrives else "no-right"


def _keep_live(visit: Visit) -> None:
    """Insoles answer within seconds only while they stay connected."""
    visit.site.in_loop(lambda assembly: assembly.service.request_live(LIVE_MIN))


def _shown(visit: Visit, pair: PairFound, step: str, status: int = 200, **values: Any) -> Answer:
    shown: dict[str, Any] = {
        "pair": pair,
        "step": step,
        "steps": STEPS,
        "sides": SIDES,
        "every": LOOK_EVERY_S,
        "problem": "",
        "blinking": "",
        "seen": None,
    }
    return Shown(_TEMPLATE, {**shown, **values}, status)


_form: Final = partial(Form, right=Action.CHANGE)

PAGE: Final = Page(
    "first-run",
    _PATH,
    Action.CHANGE,
    show,
    forms=(
        _form("look", look),
        _form("blink", blink),
        _form("take", take),
        _form("zero", zero),
        _form("walk", walk),
    ),
    parts=(Part(f"{_PATH}/found", found, Action.CHANGE),),
)
