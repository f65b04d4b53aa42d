"""The status strip of every page: link, battery, alerts, bridge. No data is never shown as in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.status import ServiceStatus
from plantigrade.web.words import Words

CHARGE_TONIGHT_PCT: Final = 20
CHARGE_NOW_PCT: Final = 10
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
    """All cells, and a sentence when something is wrong."""

    cells: tuple[Cell, ...]
    sentence: str = ""
    alerts_open: int = 0


def strip_of(status: ServiceStatus | None, alerts_open: int, words: Words) -> Strip:
    """What the strip shows.

    Args:
        status: of the service; None where none runs.
        alerts_open: of the person whose pages these are.
        words: of the reader.
    """
    insoles = () if status is None else status.insoles
    cells = (
        _link(status, insoles, words),
        _battery(insoles, words),
        _alerts(alerts_open, words),
        _bridge(status, words),
    )
    sentence = status.problems[0] if status is not None and status.problems else ""
    return Strip(cells, sentence, alerts_open)


def _link(status: ServiceStatus | None, insoles: Sequence[InsoleState], words: Words) -> Cell:
    sides = [insole.side for insole in insoles if insole.link is LinkState.CONNECTED]
    key, state, icon, side = "none", "attention", "link-lost", ""
    if status is None:
        return Cell("link", "unknown", "link-lost", words("strip.unknown"), words("strip.unknown"))
    if status.paused:
        key, state = "paused", "asleep"
    elif not insoles:
        key, state = "no-insoles", "unknown"
    elif len(sides) > 1:
        key, state, icon = "both", "ok", "link"
    elif len(sides) == 1 and sides[0] in _SIDES:
        key, side = "one", words(f"side.{sides[0]}")
    elif all(insole.link is LinkState.BETWEEN_BURSTS for insole in insoles):
        key, state, icon = "resting", "asleep", "moon"
    long = words(f"strip.link-is.{key}", side=side)
    return Cell("link", state, icon, long, words(f"strip.link-is.{key}-short", side=side))


def _battery(insoles: Sequence[InsoleState], words: Words) -> Cell:
    known = {i.side: i.battery_pct for i in insoles if i.side in _SIDES and i.battery_pct is not None}
    if not known:
        return Cell("battery", "unknown", "battery", words("strip.unknown"), words("strip.unknown"))
    side = min(known, key=lambda name: known[name])
    pct, name = known[side], words(f"side.{side}")
    short = words("strip.battery-is.lower", side=name.capitalize(), pct=pct)
    if pct <= CHARGE_NOW_PCT:
        long = words("strip.battery-is.now", side=name, pct=pct)
        return Cell("battery", "critical", "battery-low", long, short)
    if pct <= CHARGE_TONIGHT_PCT:
        long = words("strip.battery-is.tonight", side=name, pct=pct)
        return Cell("battery", "attention", "battery-low", long, short)
    if len(known) == len(_SIDES):
        long = words("strip.battery-is.both", left=known["left"], right=known["right"])
        return Cell("battery", "ok", "battery", long, short)
    return Cell("battery", "ok", "battery", short, short)


def _alerts(alerts_open: int, words: Words) -> Cell:
    if alerts_open == 0:
        text = words("strip.alerts-are.none")
        return Cell("alerts", "ok", "bell", text, text)
    text = words.counted("strip.alerts-are", alerts_open)
    return Cell("alerts", "attention", "bell", text, text)


def _bridge(status: ServiceStatus | None, words: Words) -> Cell:
    key, state = ("stopped", "attention") if status is None else ("running", "ok")
    text = words(f"strip.bridge-is.{key}")
    return Cell("bridge", state, "bridge", text, text)
