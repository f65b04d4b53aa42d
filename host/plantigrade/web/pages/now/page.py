"""`/now`: do both feet arrive, where is the load, is it even?

An account with a person sees that person's pair; one without, such as an engineer's, insoles that are
nobody's.
"""

import contextlib
import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from plantigrade.errors import PlantigradeError
from plantigrade.service.assembly import Assembly
from plantigrade.service.live_frames.balance import Balance, balance_of
from plantigrade.service.live_frames.frames import Frame
from plantigrade.service.live_frames.settings import FEET_APART_MM, HELD_S
from plantigrade.web.accounts.rights import Action, Role
from plantigrade.web.feet.geometry import TOP_KPA, insole_map
from plantigrade.web.formats import formats_of
from plantigrade.web.live.settings import LIVE_MIN, PATH
from plantigrade.web.page import Answer, Document, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages.now.numbers import numbers_of
from plantigrade.web.site import NoServiceError
from plantigrade.web.visit import RefusedError, Visit

VIEWS: Final = ("map", "numbers", "balance")
HALF_S: Final = 30
"""Seconds of each half of the balance test: sway of shorter spans does not repeat."""
AXIS_N: Final = 1300.0
"""Top of the strip of forces, as in its script: the peaks of a heavy person's steps."""
FIGURES: Final = (
    ("cadence", "now.per-minute"),
    ("stance-left", ""),
    ("stance-right", ""),
    ("left-share", ""),
)
"""Names of the figures of the last steps and the words of their units; "" for per cent."""
SCRIPTS: Final = ("message", "words", "foot", "strip", "socket")
SCRIPTS_OF: Final = {"map": ("training",), "numbers": ("table",), "balance": ("balance",)}
STANDING_SCHEMA: Final = "plantigrade.standing/1"


def show(visit: Visit) -> Answer:
    """The page."""
    return _shown(visit)


def _shown(visit: Visit, refusal: str = "", status: int = 200) -> Shown:
    _check(visit)
    wanted = visit.form.get("view") or visit.query.get("view", "map")
    view = wanted if wanted in VIEWS else "map"
    state, formats = visit.site.status(), formats_of(visit)
    values: dict[str, Any] = {
        "view": view,
        "views": [(name, _url(visit, "/now", view="" if name == "map" else name)) for name in VIEWS],
        "heading": visit.words("now.standing.title" if view == "balance" else "now.title"),
        "socket": _url(visit, PATH),
        "map_url": _url(visit, "/now/map.json"),
        "standing_url": _url(visit, "/now/standing.json"),
        "numbers_url": _url(visit, "/now", view="numbers"),
        "live_words": _live_words(visit),
        "zone": visit.zone.key if isinstance(visit.zone, ZoneInfo) else "",
        "scripts": (*SCRIPTS, *SCRIPTS_OF[view], "page"),
        "top": formats.quantity(TOP_KPA, "kPa"),
        "axis": ("0", formats.number(AXIS_N / 2), formats.quantity(AXIS_N, "N")),
        "figures": [(name, visit.words(unit) if unit else "%") for name, unit in FIGURES],
        "half_s": HALF_S,
        "feet_apart_mm": f"{FEET_APART_MM:g}",
        "size_known": _shoe_size(visit) is not None,
        "asked_person": visit.person if _asks_for_another(visit) else "",
        "may_control": visit.may(Action.CONTROL_SERVICE),
        "may_mark": visit.person is None or visit.may(Action.CHANGE),
        "recording": state is not None and state.recording is not None,
        "refusal": refusal,
        **_note(visit),
    }
    if view == "numbers":
        values |= _numbers(visit)
    return Shown("pages/now/now.html", values, status)


def _check(visit: Visit) -> None:
    """Whoever looks at a person's pair needs that person's consent."""
    if visit.person is not None:
        visit.require(Action.SEE)


def _asks_for_another(visit: Visit) -> bool:
    return visit.person is not None and visit.person != visit.who.person


def _url(visit: Visit, path: str, **query: str) -> str:
    person = {"person": visit.person or ""} if _asks_for_another(visit) else {}
    known = {name: value for name, value in (query | person).items() if value}
    return f"{path}?{urlencode(known)}" if known else path


def _live_words(visit: Visit) -> str:
    prefix = "now.live."
    texts = {key.removeprefix(prefix): visit.words(key) for key in visit.words.keys if key.startswith(prefix)}
    return json.dumps(texts | {"not-known": visit.words("now.not-known")}, ensure_ascii=False, sort_keys=True)


def _shoe_size(visit: Visit) -> float | None:
    return None if visit.person is None else visit.site.library.person(visit.person).shoe_size_eu


def _note(visit: Visit) -> dict[str, str]:
    """What whoever looks should know about whose insoles these are."""
    if visit.person is None:
        if Role.CLINICIAN in visit.who.roles:
            return {"note": "choose-person", "note_url": "/people", "note_link": "to-people"}
        return {"note": ""}
    with contextlib.suppress(NoServiceError):
        frames, person = visit.site.service.frames, visit.person
        if visit.site.in_loop(lambda _: bool(frames.insoles(person)) and not frames.is_own(person)):
            return {"note": "nobodys", "note_url": "/insoles", "note_link": "to-insoles"}
    return {"note": ""}


def _numbers(visit: Visit) -> dict[str, Any]:
    formats = formats_of(visit)
    numbers = numbers_of(_look(visit), _shoe_size(visit), formats)
    caption = visit.words("now.table.caption-none")
    if numbers.at_utc_ns is not None:
        local = formats.local(numbers.at_utc_ns)
        caption = visit.words("now.table.caption", time=f"{local:%H:%M:%S}")
    return {
        "rows": numbers.rows,
        "totals": numbers.totals,
        "sentence": numbers.sentence,
        "caption": caption,
    }


def _look(visit: Visit) -> Frame | None:
    """Both feet once; asks for live mode, so that the next look finds more."""

    async def look(assembly: Assembly) -> Frame:
        with contextlib.suppress(PlantigradeError):  # paused: what came last is shown with its time
            assembly.service.request_live(LIVE_MIN)
        return await assembly.frames.look(visit.person)

    try:
        return visit.site.awaited(look)
    except NoServiceError:
        return None


def show_map(visit: Visit) -> Answer:
    """Outline, sensors and map of the insole, for the page's script."""
    _check(visit)
    return Document(insole_map(_shoe_size(visit)).as_json())


def show_standing(visit: Visit) -> Answer:
    """Balance between two moments of the last minute and a half."""
    _check(visit)
    try:
        from_ms, to_ms = (float(visit.query[name]) for name in ("from_utc_ms", "to_utc_ms"))
    except (KeyError, ValueError) as error:
        raise RefusedError(400) from error
    if not 0 < to_ms - from_ms <= HELD_S * 1e3:
        raise RefusedError(400)
    size = _shoe_size(visit)

    def measure(assembly: Assembly) -> Balance | None:
        frames = assembly.frames
        if not frames.is_watched(visit.person):
            return None
        shift_s = frames.utc_minus_now_s()
        return balance_of(frames.feet(visit.person), size, from_ms / 1e3 - shift_s, to_ms / 1e3 - shift_s)

    found = visit.site.in_loop(measure)
    if found is None:
        raise RefusedError(409)
    values: dict[str, Any] = {
        name: None if value is None else round(value, 1)
        for name, value in vars(found).items()
        if name != "notes"
    }
    return Document({"schema": STANDING_SCHEMA, **values, "notes": list(found.notes)})


def start(visit: Visit) -> Answer:
    """Begin a recording of its own."""
    title = f"{visit.words('now.title')} {visit.now:%Y-%m-%d %H:%M}"
    return _ordered(visit, lambda assembly: assembly.service.start_recording(title))


def stop(visit: Visit) -> Answer:
    """End it."""
    return _ordered(visit, lambda assembly: assembly.service.stop_recording())


def mark(visit: Visit) -> Answer:
    """Note this moment in what is being recorded."""
    if visit.person is not None:
        visit.require(Action.CHANGE)
    text, actor = visit.words("now.mark-note"), visit.who.person or visit.who.name
    return _ordered(visit, lambda assembly: assembly.marks.add(text, visit.person, actor))


def zero(visit: Visit) -> Answer:
    """Take what the insoles read now as unloaded."""
    return _ordered(visit, lambda assembly: assembly.frames.zero(visit.person))


def _ordered(visit: Visit, order: Callable[[Assembly], object]) -> Answer:
    _check(visit)
    try:
        visit.site.in_loop(order)
    except NoServiceError:
        raise
    except PlantigradeError as error:
        return _shown(visit, str(error), 409)
    view = visit.form.get("view", "")
    return Redirect(_url(visit, "/now", view=view if view in VIEWS[1:] else ""))


PAGE: Final = Page(
    "now",
    "/now",
    Action.SEE_INSOLES,
    show,
    forms=(
        Form("start", start, Action.CONTROL_SERVICE),
        Form("stop", stop, Action.CONTROL_SERVICE),
        Form("mark", mark, Action.CONTROL_SERVICE),
        Form("zero", zero, Action.CONTROL_SERVICE),
    ),
    parts=(
        Part("/now/map.json", show_map, Action.SEE_INSOLES),
        Part("/now/standing.json", show_standing, Action.SEE_INSOLES),
    ),
)
