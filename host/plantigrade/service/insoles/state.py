"""One insole as it stands, for people: what the bridge knows of it, in one value."""

from insole_protocol import ids

from plantigrade.bridge.insole import Insole
from plantigrade.service.events import InsoleState
from plantigrade.service.insoles.collector import InsoleCollector
from plantigrade.service.insoles.settings import LOG_FILLS_PCT, LOW_BATTERY_PCT

MODES = {ids.MODE_IDLE: "idle", ids.MODE_DAILY: "daily", ids.MODE_LIVE: "live"}
FAULTS = (
    (ids.FAULT_SENSOR, "a force sensor does not work"),
    (ids.FAULT_IMU, "the motion sensor does not work"),
    (ids.FAULT_LOG, "the log cannot be written"),
    (ids.FAULT_SETTINGS, "its settings were lost"),
    (ids.FAULT_BATTERY, "its battery is empty"),
    (ids.FAULT_CLOCK, "its clock is not even"),
    (ids.FAULT_WATCHDOG, "its program had to be restarted"),
    (ids.FAULT_SAFE_MODE, "it runs in safe mode and records nothing"),
    (ids.FAULT_CRASHED, "its program restarted after an error"),
    (ids.FAULT_NATIVE_CODE, "its program was made for another chip and is slow"),
    (ids.FAULT_RADIO, "its radio had an error"),
    (ids.FAULT_CARD, "its memory card does not work; the log is in the smaller internal memory"),
    (ids.FAULT_BONDS, "its list of paired computers was lost"),
    (ids.FAULT_CHARGER, "it does not charge although it is plugged in"),
    (ids.FAULT_GAUGE, "the battery gauge does not work"),
    (ids.FAULT_KEYS, "its keys were damaged: it has to be provisioned again"),
)


def state_of(
    collector: InsoleCollector,
    last_frame_utc_ns: int | None,
    charging: bool | None,
    person: str | None,
    foot: str = "",
) -> InsoleState:
    """An insole as it stands.

    Args:
        collector: whose.
        last_frame_utc_ns: time of the newest frame.
        charging: as its newest record said.
        person: whose it is.
        foot: for which it is assigned; "" where nobody said.
    """
    insole = collector.insole
    identity, status = insole.identity, insole.status
    return InsoleState(
        serial="" if identity is None else identity.serial,
        side=_side(insole),
        link=collector.link,
        last_frame_utc_ns=last_frame_utc_ns,
        battery_pct=None if status is None else status.battery_pct,
        charging=charging,
        log_used_pct=_log_used_pct(collector),
        faults=tuple(swapped(_side(insole), foot) + _faults(collector, charging)),
        slots_to_fetch=sum(gap.slots for gap in insole.ledger.open_gaps()),
        person=person,
        mode="" if status is None else MODES.get(status.mode, "unknown"),
    )


def swapped(side: str, foot: str) -> list[str]:
    """What is to be said of an insole that calls itself of one side and is assigned for the other foot.

    >>> swapped("left", "left"), swapped("unset", "left"), swapped("left", "")
    ([], [], [])
    """
    if side == foot or not foot or side == "unset":
        return []
    return [f"it says {side}, but is assigned as the {foot} one: were the insoles exchanged?"]


def _side(insole: Insole) -> str:
    if insole.identity is not None:
        return insole.identity.side
    return insole.name if insole.name in ("left", "right") else "unset"


def _log_used_pct(collector: InsoleCollector) -> float | None:
    log = collector.log
    if log is None or not log.capacity_pages:
        return None
    return round(100.0 * log.used_pages / log.capacity_pages, 1)


def _faults(collector: InsoleCollector, charging: bool | None) -> list[str]:
    status, found = collector.insole.status, []
    if status is not None:
        found = [text for flag, text in FAULTS if status.faults & flag]
        if status.battery_pct is not None and status.battery_pct < LOW_BATTERY_PCT and not charging:
            found.append(f"the battery is at {status.battery_pct} %: charge it")
    used_pct = _log_used_pct(collector)
    if used_pct is not None and used_pct > LOG_FILLS_PCT:
        found.append(f"its log is {used_pct:.0f} % full: leave it near this computer")
    if collector.last_error is not None:
        found.append(str(collector.last_error))
    return found
