"""What the page shows of each insole, made from the service and the library."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from plantigrade.calibration.staleness import staleness
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.service.assembly import Assembly
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.insoles.care import SelfTest
from plantigrade.service.insoles.settings import LOG_FILLS_PCT
from plantigrade.service.live_frames.settings import RATE_HZ
from plantigrade.support import support_of
from plantigrade.web.accounts.rights import Action
from plantigrade.web.drawing.insole import InsoleDrawing, draw_insole
from plantigrade.web.formats import Formats
from plantigrade.web.layout.strip import CHARGE_NOW_PCT, CHARGE_TONIGHT_PCT
from plantigrade.web.site import NoServiceError
from plantigrade.web.visit import Visit

_TAGS: Final = {
    LinkState.CONNECTED: ("ok", "check"),
    LinkState.BETWEEN_BURSTS: ("", "moon"),
    LinkState.SEARCHING: ("attention", "link-lost"),
    LinkState.PAUSED: ("", "moon"),
}


@dataclass(frozen=True)
class Known:
    """What the service knows of one insole.

    Attributes:
        state: as it stands.
        firmware: its version; "" before it has introduced itself.
        test: its newest self-test.
    """

    state: InsoleState
    firmware: str
    test: SelfTest | None


@dataclass(frozen=True)
class InsoleView:
    """One insole on the page.

    Attributes:
        state: as the service knows it.
        side: as text, "Left" and so on.
        tag, icon: of the link.
        link: as text, with the age of the last frame.
        owner: code of its person; "" while nobody's; None: somebody of whom this account may not know.
        mine: it is of the account's own person.
        firmware: its version, or that it is not known.
        support: until when it gets security updates, as text; "" where that is not known.
        support_ended: that day is over.
        calibration: as text.
        stale: whether a new calibration is due.
        log_full: the log fills up.
        not_fetched: how much is still in its log, as text; "" for nothing.
        battery: class of the level.
        drawing: with its sensors, as far as a self-test told.
        test: the newest self-test.
        tested: when, as text.
    """

    state: InsoleState
    side: str
    tag: str
    icon: str
    link: str
    owner: str | None
    mine: bool
    firmware: str
    support: str
    support_ended: bool
    calibration: str
    stale: bool
    log_full: bool
    not_fetched: str
    battery: str
    drawing: InsoleDrawing
    test: SelfTest | None
    tested: str


def known_insoles(visit: Visit) -> list[Known] | None:
    """What the service knows, left before right; None where it does not run."""

    def ask(assembly: Assembly) -> list[Known]:
        firmware = {
            identity.serial: identity.firmware
            for collector in assembly.service.collectors.values()
            if (identity := collector.insole.identity) is not None
        }
        return [
            Known(state, firmware.get(state.serial, ""), assembly.care.tests.get(state.serial))
            for state in assembly.service.status().insoles
        ]

    try:
        found = visit.site.in_loop(ask)
    except NoServiceError:
        return None
    return sorted(found, key=lambda one: (one.state.side, one.state.serial))


def view_of(known: Known, visit: Visit, formats: Formats) -> InsoleView:
    """One insole, as text."""
    state, words = known.state, visit.words
    tag, icon = _TAGS[state.link]
    side = state.side if state.side in ("left", "right") else "unset"
    calibration, stale = _calibration(state.serial, visit, formats)
    support = support_of(known.firmware)
    ended = f"insoles.support-{'ended' if support.has_ended(visit.now.date()) else 'until'}"
    return InsoleView(
        state=state,
        side=words(f"insoles.side.{side}"),
        tag=tag,
        icon=icon,
        link=_link(state, visit, formats),
        owner=_owner(state, visit),
        mine=state.person is not None and state.person == visit.who.person,
        firmware=known.firmware or words("insoles.not-known"),
        support="" if support.until is None else words(ended, day=formats.day(support.until)),
        support_ended=support.has_ended(visit.now.date()),
        calibration=calibration,
        stale=stale,
        log_full=state.log_used_pct is not None and state.log_used_pct > LOG_FILLS_PCT,
        not_fetched=("" if not state.slots_to_fetch else formats.duration(state.slots_to_fetch / RATE_HZ)),
        battery=_battery(state.battery_pct),
        drawing=draw_insole(state.side, _sensor_states(known.test)),
        test=known.test,
        tested="" if known.test is None else formats.moment(known.test.at_utc_ns),
    )


def _link(state: InsoleState, visit: Visit, formats: Formats) -> str:
    words = visit.words
    link = words(f"insoles.link.{state.link.name.lower().replace('_', '-')}")
    if state.last_frame_utc_ns is None:
        return words("insoles.link-no-frame", link=link)
    age_s = max(0.0, (visit.site.utc_ns() - state.last_frame_utc_ns) / 1e9)
    return words("insoles.link-age", link=link, age=formats.duration(age_s))


def _owner(state: InsoleState, visit: Visit) -> str | None:
    if state.person is None:
        return ""
    engineer = visit.may(Action.SERVE_INSOLES)
    return state.person if engineer or visit.may(Action.SEE, state.person) else None


def _battery(pct: int | None) -> str:
    if pct is None:
        return "unknown"
    if pct <= CHARGE_NOW_PCT:
        return "critical"
    return "attention" if pct <= CHARGE_TONIGHT_PCT else "ok"


def _sensor_states(test: SelfTest | None) -> dict[str, str]:
    """How a self-test found each sensor."""
    if test is None:
        return {}
    return {name: "good" if sound else "bad" for name, sound in test.sensors()}


def _calibration(serial: str, visit: Visit, formats: Formats) -> tuple[str, bool]:
    """As text, and whether a new one is due."""
    known = calibration_of(visit.site.library, serial) if serial else None
    if known is None:
        return visit.words("insoles.never-calibrated"), True
    day, today = datetime.fromisoformat(known.made_on).date(), visit.now.date()
    text = visit.words(
        "insoles.calibrated", method=known.method, day=formats.day(day), days=known.age_days(today)
    )
    return text, staleness(known, today).stale
