"""The service in a terminal: a line when something happens, and the status as a table of words."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.service.events import (
    AlertEvent,
    DeliveryEvent,
    Event,
    InsoleState,
    RecordingEvent,
    WarningEvent,
    WatchingEvent,
)

_NS: Final = 1e9
_HOUR_S: Final = 3600.0
_MINUTE_S: Final = 60.0


class Console:
    """Says what happens.

    Args:
        write: takes each line.
        now_s: the wall clock in seconds.

    Example:
        >>> lines = []
        >>> Console(lines.append, now_s=lambda: 0.0).show(RecordingEvent("r1", "P001", 1, "provisional"))
        >>> lines[0].partition("  ")[2]
        'recording r1 of P001: provisional'
    """

    def __init__(self, write: Callable[[str], Any], now_s: Callable[[], float] = time.time) -> None:
        self._write = write
        self._now_s = now_s
        self._links: dict[str, str] = {}

    def show(self, event: Event) -> None:
        """Write a line about an event, where it is worth one."""
        text = self._text(event)
        if text:
            at = datetime.fromtimestamp(self._now_s()).astimezone()
            self._write(f"{at:%H:%M:%S}  {text}")

    def _text(self, event: Event) -> str:
        text = ""
        match event:
            case InsoleState():
                text = self._insole(event)
            case AlertEvent():
                text = _alert(event)
            case RecordingEvent():
                note = f" ({event.note})" if event.note else ""
                text = f"recording {event.recording} of {event.person or 'nobody'}: {event.stage}{note}"
            case WatchingEvent(watching=True):
                text = f"watching {event.person}"
            case WatchingEvent():
                text = f"not watching {event.person}: do not rely on reminders"
            case DeliveryEvent(delivered=False):
                text = f"{event.person} could not be told over {event.channel}: {event.note}"
            case WarningEvent():
                text = event.text
            case _:
                pass
        return text

    def _insole(self, state: InsoleState) -> str:
        """Only when the link changes: numbers change all the time."""
        name = state.serial or "an insole"
        if self._links.get(name) == state.link.value:
            return ""
        self._links[name] = state.link.value
        battery = "" if state.battery_pct is None else f", battery {state.battery_pct} %"
        return f"{state.side} insole {name}: {state.link.value}{battery}"


def _alert(event: AlertEvent) -> str:
    if not event.shown:
        return ""
    side = {"left": Foot.LEFT, "right": Foot.RIGHT}.get(event.foot)
    late = "" if event.alert_class.value == "live" else f", {event.alert_class.value}"
    if event.cleared_utc_ns is not None:
        return f"{event.person}: {event.rule} is over{late}"
    return f"{event.person}: {event.severity} {event.rule}{late}: {catalogue().patient(event.rule, side)}"


def status_lines(values: Mapping[str, Any]) -> list[str]:
    """A status (`plantigrade.status/1`) in lines; empty where there is none.

    Example:
        >>> status_lines({"insoles": [], "alerts_open": 0, "recording": None, "problems": [], "paused": False,
        ...               "live_until_utc": None, "wearings": []})[0]
        'no insole is known yet; `plantigrade sessions person insoles` says whose they are'
    """
    if not values:
        return []
    lines = [_insole_line(insole) for insole in values["insoles"]]
    if not lines:
        lines.append("no insole is known yet; `plantigrade sessions person insoles` says whose they are")
    if values["paused"]:
        lines.append("paused: the insoles are left alone and keep logging")
    if values["live_until_utc"]:
        lines.append(f"live until {values['live_until_utc']}")
    if values["recording"] is not None:
        lines.append(f"recording {values['recording'] or 'without a title'}")
    open_alerts = values["alerts_open"]
    lines.append(f"{open_alerts} open alert{'' if open_alerts == 1 else 's'}")
    lines += [f"problem: {problem}" for problem in values["problems"]]
    return lines


def _insole_line(insole: Mapping[str, Any]) -> str:
    parts = [f"{insole['side']:5} {insole['serial'] or 'unknown'}: {insole['link']}, {insole['mode']} mode"]
    age_s = insole["last_frame_age_s"]
    parts.append("no frame yet" if age_s is None else f"last frame {_age(age_s)} ago")
    battery = insole["battery_pct"]
    charging = " (charging)" if insole["charging"] else ""
    parts.append(f"battery {'not known' if battery is None else f'{battery} %'}{charging}")
    if insole["log_used_pct"] is not None:
        parts.append(f"log {insole['log_used_pct']:.0f} % full")
    if insole["fetching"]:
        parts.append(f"{insole['fetching']} frames to fetch")
    parts.append(f"worn by {insole['person']}" if insole["person"] else "nobody's")
    return ", ".join([*parts, *insole["faults"]])


def _age(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{seconds / _HOUR_S:.1f} h"
