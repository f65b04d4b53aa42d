"""The status strip of every page: link, battery, alerts, bridge. No data is never shown as in order.

The pages of a clinic have no bridge beside them, which could be running or know a battery: there the strip
says what came from homes, and alerts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.status import ServiceStatus
from plantigrade.web.words import Words

CHARGE_TONIGHT_PCT: Final = 20
"""Below it an insole does not last another day."""
CHARGE_NOW_PCT: Final = 10
"""Below it an insole may not last the walk."""
FETCHING_SLOTS: Final = 6000
"""A minute of samples: less to fetch is ordinary between two looks."""
_SLOTS_A_MIN: Final = 6000
_SIDES: Final = ("left", "right")


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        name: of its words: "link", "battery", "alerts" or "bridge".
        state: "ok", "attention", "critical", "unknown" or "asleep": its class.
        icon: drawn before it.
        long, short: its text on a wide and on a narrow screen.
    """

    name: str
    state: str
    icon: str
    long: str
    short: str


@dataclass(frozen=True)
class Strip:
    """All cells, and a sentence when something is wrong.

    Attributes:
        cells: link, battery, alerts, bridge; in a clinic link and alerts.
        sentence: what is wrong and what still works; "" where there is nothing to say.
        alerts_open: neither answered nor over, of the people whom the reader's strip is about.
        about: code of the person it is about; "" for the reader's own, or for several.
    """

    cells: tuple[Cell, ...]
    sentence: str = ""
    alerts_open: int = 0
    about: str = ""


@dataclass(frozen=True)
class OpenAlerts:
    """Alerts whose cause lasts: unanswered ones, those that were put off, and whether one is critical."""

    unanswered: int = 0
    asleep: int = 0
    critical: bool = False


@dataclass(frozen=True)
class Homes:
    """Where the people live whom a clinician looks after: how many sent something today, of how many."""

    heard: int
    all: int


@dataclass(frozen=True)
class Facts:
    """What the strip is made of.

    Attributes:
        status: of the service; None where none runs, or where it does not answer.
        insoles: those that concern the reader.
        alerts: of the people it is about; None where nobody knows.
        homes: for a clinician's strip about all people; None for one about one person.
        zone: for times of day.
        elsewhere: about a person whose insoles no bridge here looks after.
        about: code of the person, for the next look; "" for the reader's own.
        tells_problems: whether the reader looks after this computer: others learn only that it has a problem,
            whose words may name another person's insoles.
        has_bridge: one belongs beside these pages; in a clinic none does.
    """

    status: ServiceStatus | None
    insoles: tuple[InsoleState, ...] = ()
    alerts: OpenAlerts | None = None
    homes: Homes | None = None
    zone: tzinfo = UTC
    elsewhere: bool = False
    about: str = ""
    tells_problems: bool = True
    has_bridge: bool = True


def strip_of(facts: Facts, words: Words) -> Strip:
    """What the strip shows, in the reader's language.

    Example:
        >>> from plantigrade.web.words import words_of
        >>> [cell.long for cell in strip_of(Facts(None), words_of("en")).cells]
        ['Not known', 'Not known', 'Not known', 'Not running']
    """
    pairs = len({insole.person for insole in facts.insoles}) > 1
    link = _homes(facts.homes, words) if facts.homes is not None else _link(facts, pairs, words)
    alerts = _alerts(facts.alerts, words)
    battery = _batteries(facts.insoles, words) if pairs else _battery(facts.insoles, words)
    bridge = _bridge(facts.status, words)
    cells = (link, battery, alerts, bridge) if facts.has_bridge else (link, alerts)
    unanswered = 0 if facts.alerts is None else facts.alerts.unanswered
    return Strip(cells, _sentence(facts, words), unanswered, facts.about)


def _homes(homes: Homes, words: Words) -> Cell:
    state = "ok" if homes.all and homes.heard == homes.all else "unknown"
    values = {"heard": homes.heard, "all": homes.all}
    key = "homes" if homes.all else "nobody"
    long = words(f"strip.link-is.{key}", **values)
    return Cell("link", state, "link", long, words(f"strip.link-is.{key}-short", **values))


def _link(facts: Facts, pairs: bool, words: Words) -> Cell:
    key, state, icon = _link_state(facts, pairs)
    connected = [one for one in facts.insoles if one.link is LinkState.CONNECTED]
    values = {
        "side": words(f"side.{connected[0].side}") if key == "one" else "",
        "connected": len(connected),
        "all": len(facts.insoles),
        "minutes": max((one.slots_to_fetch for one in facts.insoles), default=0) // _SLOTS_A_MIN,
    }
    if key == "unknown":
        return Cell("link", state, icon, words("strip.unknown"), words("strip.unknown"))
    long = words(f"strip.link-is.{key}", **values)
    return Cell("link", state, icon, long, words(f"strip.link-is.{key}-short", **values))


def _link_state(facts: Facts, pairs: bool) -> tuple[str, str, str]:
    """Key of the words, state and icon."""
    links = [one.link for one in facts.insoles]
    connected = [one for one in facts.insoles if one.link is LinkState.CONNECTED]
    fetching = any(one.slots_to_fetch >= FETCHING_SLOTS for one in connected)
    one_side = len(connected) == 1 and connected[0].side in _SIDES
    cases: Sequence[tuple[bool, tuple[str, str, str]]] = (
        (facts.status is None and facts.has_bridge, ("unknown", "unknown", "link-lost")),
        (facts.elsewhere or not facts.has_bridge, ("elsewhere", "unknown", "link-lost")),
        (facts.status is not None and facts.status.paused, ("paused", "asleep", "moon")),
        (not links, ("no-insoles", "unknown", "link-lost")),
        (pairs, ("pairs", "ok" if len(connected) == len(links) else "attention", "link")),
        (len(connected) > 1 and fetching, ("fetching", "ok", "link")),
        (len(connected) > 1, ("both", "ok", "link")),
        (one_side, ("one", "attention", "link-lost")),
        (all(link is LinkState.BETWEEN_BURSTS for link in links), ("resting", "asleep", "moon")),
    )
    return next((state for holds, state in cases if holds), ("none", "attention", "link-lost"))


def _battery(insoles: Sequence[InsoleState], words: Words) -> Cell:
    known = {i.side: i for i in insoles if i.side in _SIDES and i.battery_pct is not None}
    if not known:
        return Cell("battery", "unknown", "battery", words("strip.unknown"), words("strip.unknown"))
    percent = {side: insole.battery_pct or 0 for side, insole in known.items()}
    side = min(percent, key=lambda name: (bool(known[name].charging), percent[name]))
    pct, name = percent[side], words(f"side.{side}")
    short = words("strip.battery-is.lower", side=name.capitalize(), pct=pct)
    if known[side].charging:
        charging = words("strip.battery-is.charging", side=name, pct=pct)
        return Cell("battery", "ok", "battery", charging, short)
    if pct <= CHARGE_NOW_PCT:
        long = words("strip.battery-is.now", side=name, pct=pct)
        return Cell("battery", "critical", "battery-low", long, short)
    if pct <= CHARGE_TONIGHT_PCT:
        long = words("strip.battery-is.tonight", side=name, pct=pct)
        return Cell("battery", "attention", "battery-low", long, short)
    if len(known) == len(_SIDES):
        long = words("strip.battery-is.both", left=percent["left"], right=percent["right"])
        return Cell("battery", "ok", "battery", long, short)
    other = words(f"side.{_SIDES[1 - _SIDES.index(side)]}")
    long = words("strip.battery-is.one", side=name.capitalize(), pct=pct, other=other)
    return Cell("battery", "unknown", "battery", long, short)


def _batteries(insoles: Sequence[InsoleState], words: Words) -> Cell:
    """Of several pairs: how many want to be charged."""
    low = {
        insole.person
        for insole in insoles
        if insole.battery_pct is not None and insole.battery_pct <= CHARGE_TONIGHT_PCT and not insole.charging
    }
    unknown = sum(insole.battery_pct is None for insole in insoles)
    if low:
        text = words.counted("strip.battery-is.low-pairs", len(low))
        return Cell("battery", "attention", "battery-low", text, text)
    if unknown:
        text = words.counted("strip.battery-is.unknown-pairs", unknown)
        return Cell("battery", "unknown", "battery", text, text)
    text = words("strip.battery-is.all-charged")
    return Cell("battery", "ok", "battery", text, text)


def _alerts(alerts: OpenAlerts | None, words: Words) -> Cell:
    if alerts is None:
        return Cell("alerts", "unknown", "bell", words("strip.unknown"), words("strip.unknown"))
    if alerts.unanswered:
        text = words.counted("strip.alerts-are", alerts.unanswered)
        state = "critical" if alerts.critical else "attention"
        return Cell("alerts", state, "octagon" if alerts.critical else "bell", text, text)
    if alerts.asleep:
        text = words.counted("strip.alerts-are.asleep", alerts.asleep)
        return Cell("alerts", "asleep", "moon", text, text)
    text = words("strip.alerts-are.none")
    return Cell("alerts", "ok", "bell", text, text)


def _bridge(status: ServiceStatus | None, words: Words) -> Cell:
    key, state = ("stopped", "attention") if status is None else ("running", "ok")
    if status is not None and status.problems:
        key, state = "troubled", "attention"
    text = words(f"strip.bridge-is.{key}")
    return Cell("bridge", state, "bridge", text, text)


def _sentence(facts: Facts, words: Words) -> str:
    """What is wrong, what still works: an insole out of reach first, then what the service cannot do."""
    if facts.status is None:
        return ""
    lost = [one for one in facts.insoles if one.link is LinkState.SEARCHING and one.side in _SIDES]
    if lost and not facts.status.paused and facts.homes is None:
        lost_side = words(f"side.{lost[0].side}") if len(lost) == 1 else words("side.both")
        since_ns = max((one.last_frame_utc_ns or 0 for one in lost), default=0)
        if since_ns == 0:
            return words("strip.say.never", side=lost_side)
        since = datetime.fromtimestamp(since_ns / 1e9, UTC).astimezone(facts.zone)
        return words("strip.say.lost", side=lost_side, at=f"{since:%H:%M}")
    if not facts.status.problems:
        return ""
    return facts.status.problems[0] if facts.tells_problems else words("strip.say.troubled")
