"""Entries of the library as JSON and as lines for a person."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any

from plantigrade.library.entries import AuditEntry, Person, RecordingEntry
from plantigrade.library.time_zone import local_time, offset_text

SCHEMA = "plantigrade.sessions/1"
_UNITS = ("B", "KB", "MB", "GB", "TB")


def listed_as_json(entry: RecordingEntry, zone: tzinfo | None) -> dict[str, Any]:
    """One recording of `sessions list --json`; `zone` is the wearer's, None that of this computer."""
    local = None if entry.start_utc_ns is None else local_time(entry.start_utc_ns, zone).isoformat()
    return entry_as_json(entry) | {"start_local": local}


def entry_as_json(entry: RecordingEntry) -> dict[str, Any]:
    """A recording as the catalogue has it."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "title": entry.title,
        "person": entry.person,
        "start_utc": None if entry.start_utc_ns is None else start_of(entry).isoformat(),
        "start_utc_ns": entry.start_utc_ns,
        "duration_s": entry.duration_s,
        "feet": list(entry.feet),
        "sample_rate_hz": entry.sample_rate_hz,
        "frames_recorded": entry.frames_recorded,
        "frames_missing": entry.frames_missing,
        "bytes": entry.bytes,
        "tags": [str(tag) for tag in entry.tags],
        "added_utc": entry.added_utc.isoformat(),
        "deleted_utc": None if entry.deleted_utc is None else entry.deleted_utc.isoformat(),
    }


def person_as_json(person: Person) -> dict[str, Any]:
    """A person."""
    born = None if person.birth_date is None else person.birth_date.isoformat()
    return asdict(person) | {"birth_date": born}


def audit_as_json(entry: AuditEntry) -> dict[str, Any]:
    """A line of the audit log."""
    return asdict(entry) | {"at_utc": entry.at_utc.isoformat()}


def start_of(entry: RecordingEntry) -> datetime:
    """When a recording began; when it was added, where no clock is known."""
    if entry.start_utc_ns is None:
        return entry.added_utc
    return datetime.fromtimestamp(entry.start_utc_ns / 1e9, UTC)


def start_text(entry: RecordingEntry, zone: tzinfo | None) -> str:
    """When a recording began, as the wearer's clock showed it; a dash where no clock is known. The distance
    from UTC stands beside it where the clock of this computer showed another time."""
    if entry.start_utc_ns is None:
        return "-"
    there, here = local_time(entry.start_utc_ns, zone), local_time(entry.start_utc_ns, None)
    away = "" if there.utcoffset() == here.utcoffset() else f" {offset_text(there)}"
    return f"{there:%Y-%m-%d %H:%M}{away}"


def duration_text(seconds: float | None) -> str:
    """A duration such as 1:02:03 or 0:12."""
    if seconds is None:
        return "?"
    total_s = round(seconds)
    hours, rest = divmod(total_s, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def size_text(size: float) -> str:
    """A size such as 3.4 MB."""
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return ""


def feet_text(feet: Iterable[str]) -> str:
    """Feet as text."""
    named = tuple(feet)
    return "both" if set(named) == {"left", "right"} else ", ".join(named)
