"""Makes a register of the journals when its file cannot be read: nothing is lost, some cuts are less exact.

Each journal says which wearing it is of, which recording it becomes, when it begins, and from which slot on
it holds an insole.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from plantigrade.bridge.journal.entries import Damage, Kind, scan
from plantigrade.files.mapped import mapped
from plantigrade.service.wearing.register import (
    KnownInsole,
    Moment,
    Register,
    RegisterError,
    Segment,
    Stage,
    Switch,
    Wearing,
)

JOURNAL: Final = re.compile(r"^(\d{6,})\.journal$")
ALWAYS: Final = Moment("", -(1 << 62), 0)
"""The moment of a group's first switch: its first wearing holds everything that is older."""
UNREADABLE: Final = ".unreadable"


@dataclass
class _Found:
    """What a journal says of itself."""

    number: int
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    last_utc_ns: int = 0
    sides: dict[str, str] = field(default_factory=dict[str, str])
    first_slots: dict[str, int] = field(default_factory=dict[str, int])


def set_aside(path: Path) -> None:
    """Move a register that cannot be read out of the way, for someone to look at.

    Raises:
        RegisterError: it cannot be moved.
    """
    try:
        path.replace(path.with_name(path.name + UNREADABLE))
    except OSError as error:
        raise RegisterError(path, f"cannot be moved: {error.strerror}") from error


def rebuild(path: Path) -> Register:
    """A register of the journals beside `path`; not saved.

    Raises:
        OSError: a journal cannot be read.
    """
    register = Register(path)
    found = [_look(journal) for journal in sorted(path.parent.iterdir()) if JOURNAL.match(journal.name)]
    for journal in found:
        if journal.about:
            _enter(register, journal)
    for group in {wearing.group for wearing in register.wearings.values()}:
        current = register.current(group)
        if current is not None:
            current.stage, current.ended_utc_ns = Stage.OPEN, None
    return register


def _enter(register: Register, journal: _Found) -> None:
    about, number = journal.about, journal.number
    group, first_load = str(about.get("group", "")), about.get("first_load_utc_ns")
    wearing = Wearing(number, group, recording=str(about.get("recording", "")))
    wearing.from_utc_ns, wearing.first_load_utc_ns = int(about.get("from_utc_ns", 0)), first_load
    wearing.stage, wearing.ended_utc_ns = Stage.ENDED, journal.last_utc_ns
    register.wearings[number] = wearing
    register.next_wearing = number + 1
    moment = Moment("", 0, wearing.from_utc_ns) if register.switches_of(group) else ALWAYS
    register.switches.append(Switch(number, group, moment, number))
    register.next_switch = number + 1
    for serial, first in journal.first_slots.items():
        known = register.insoles.setdefault(serial, KnownInsole(serial, journal.sides[serial], group))
        known.group, known.applied, known.heard_utc_ns = group, number, journal.last_utc_ns
        known.segments = [segment for segment in known.segments if segment.first < first]
        known.segments.append(Segment(first, number))


def _look(path: Path) -> _Found:
    found = _Found(int(path.stem))
    serials: dict[int, str] = {}
    with mapped(path) as data:
        for entry in scan(data, Damage()):
            if entry.kind is Kind.RUN:
                values = entry.json()
                found.last_utc_ns = values["utc_ns"]
                found.about |= values
            elif entry.kind is Kind.INSOLE:
                values = entry.json()
                serials[entry.insole] = values["serial"]
                found.sides[values["serial"]] = values["side"]
            elif entry.kind is Kind.REQUEST and entry.insole in serials:
                found.first_slots.setdefault(serials[entry.insole], entry.range()[0])
    return found
