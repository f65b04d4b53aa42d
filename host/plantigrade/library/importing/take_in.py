"""Taking in a recording of another system: once, for one person, with its date.

The same samples are the same recording, whatever the file is called. Who imports them again gets the one
that is there: restored if it was deleted, refused if it is another person's, since two people cannot have
walked the same steps. A copy for the other person can be made on purpose.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.files.durable import replace_text
from plantigrade.gait.signals import NEWTONS_PER_KG, Walk
from plantigrade.library.catalogue import ingest, queries
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import UnknownRecordingError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import RecordingEntry
from plantigrade.library.errors import RecordingError
from plantigrade.library.person.plausible import question_of_weight
from plantigrade.library.recordings.container import MANIFEST_FILE, read_manifest
from plantigrade.library.time_zone import in_zone

EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""Clocks of devices that were never set begin in 1970."""
_ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,3}$")
_PACKED: Final = re.compile(r"\.gz$", re.IGNORECASE)
_ONE_DAY: Final = timedelta(days=1)


class SomebodyElsesError(PlantigradeError):
    """The same samples are in the library as another person's."""


class Outcome(StrEnum):
    """What became of a walk; the words are for the person who imports."""

    NEW = ""
    PRESENT = "was there already"
    RESTORED = "was deleted; it is restored"


@dataclass(frozen=True)
class TakenIn:
    """A walk in the library.

    Attributes:
        entry: its recording.
        outcome: whether it is new.
        remark: what the person should know of it; empty where there is nothing.
    """

    entry: RecordingEntry
    outcome: Outcome
    remark: str = ""


@dataclass(frozen=True)
class Origin:
    """The file that a walk came from: its name, and the SHA-256 of its content where it is one file."""

    name: str
    sha256: str | None = None


def title_of(file_name: str) -> str:
    """The title of an imported file: its name without the ending.

    Example:
        >>> [title_of(name) for name in ("Walk 1.2kmh.csv", "GaCo01_01.txt.gz", "Walk 1.8kmh")]
        ['Walk 1.2kmh', 'GaCo01_01', 'Walk 1.8kmh']
    """
    name = _PACKED.sub("", file_name)
    return _ENDING.sub("", name) or name


def take_in(
    library: Library,
    walk: Walk,
    origin: Origin,
    *,
    person: str | None = None,
    title: str = "",
    start: datetime | None = None,
    copy: bool = False,
) -> TakenIn:
    """Store a walk for a person, or find it there.

    Args:
        library: opened.
        walk: as it was read.
        origin: of it.
        person: code of who walked; None where nobody says so.
        title: of a new recording; that of the file where it is empty.
        start: when it began, as somebody says; without a zone it is meant where the person lives. None for
            what the file says.
        copy: store it for this person although the same samples are another's.

    Raises:
        SomebodyElsesError: it is another person's, and no copy is asked for.
        LibraryError, RecordingError: no such person, a start that makes no sense, or it cannot be written.
    """
    zone = None if person is None else library.zones().get(person)
    stated = in_zone(start, zone)
    begun, remark = _stated_start(walk, zone) if stated is None else (checked_start(stated), "")
    remark = "; ".join(filter(None, (remark, _question_of_weight(library, walk, person))))
    if (there := _find(library, walk, person, copy)) is not None:
        return replace(_again(library, there, person, begun, start is not None), remark=remark)
    entry = library.import_walk(
        walk,
        title or title_of(origin.name),
        origin.name,
        origin.sha256,
        begun,
        (person or "") if copy else "",
    )
    if person is not None:
        entry = library.assign(entry.id, person)
    return TakenIn(entry, Outcome.NEW, remark)


def checked_start(start: datetime) -> datetime:
    """A start that somebody named.

    Raises:
        LibraryError: nothing was recorded then.
    """
    problem = _problem_of(start)
    if problem:
        raise LibraryError(f"no recording can have begun on {start:%Y-%m-%d}: {problem}")
    return start


def set_start(library: Library, name: str, start: datetime) -> RecordingEntry:
    """Say when an import began, whose file did not say so or wrongly.

    Args:
        library: opened.
        name: of the recording.
        start: with a time zone.

    Raises:
        UnknownRecordingError: none or several are meant.
        LibraryError: it is a recording of our insoles, whose clocks say it, or the start makes no sense.
        RecordingError: its manifest cannot be read or written.
    """
    begun = checked_start(start)
    entry = library.entry(name)
    if entry.kind != ingest.IMPORT:
        raise LibraryError(
            f"{entry.id}: the clocks of its insoles say when it was; only imports are dated by hand"
        )
    folder = library.recordings / entry.id
    manifest = replace(read_manifest(folder), start_utc_ns=ingest.utc_ns(begun))
    with library.store.write() as session:
        row = queries.one(session, entry.id)
        try:
            replace_text(folder / MANIFEST_FILE, manifest.as_json())
        except OSError as error:
            raise RecordingError(folder, f"cannot be written: {error.strerror or error}") from error
        ingest.refresh(session, row, folder)
        add_audit_entry(session, "set start", row.id)
    return library.entry(entry.id)


def _stated_start(walk: Walk, zone: tzinfo | None) -> tuple[datetime | None, str]:
    """When the file says that it began, and what is odd about that."""
    begun = in_zone(walk.source.started_local, zone)
    if begun is None:
        return None, ""
    if problem := _problem_of(begun):
        return None, f"the file says that it began {begun:%Y-%m-%d}, which is left out: {problem}"
    return begun, ""


def _question_of_weight(library: Library, walk: Walk, person: str | None) -> str:
    """What is odd about the body weight that the file states, beside what is known of the person."""
    if walk.body_weight_n is None:
        return ""
    known = None if person is None else library.person(person)
    question = question_of_weight(
        round(walk.body_weight_n / NEWTONS_PER_KG, 1),
        known.height_cm if known else None,
        known.weight_kg if known else None,
    )
    return f"the body weight in the file: {question}" if question else ""


def _problem_of(begun: datetime) -> str:
    if begun < EARLIEST:
        return "no insole recorded then; the clock of the device was not set"
    if begun > datetime.now(UTC) + _ONE_DAY:
        return "that is in the future"
    return ""


def _find(library: Library, walk: Walk, person: str | None, copy: bool) -> RecordingEntry | None:
    """The recording of these samples that an import for a person means; None where there is none yet.

    Raises:
        SomebodyElsesError: there is only another person's.
    """
    own = None if person is None else _entry(library, ingest.import_id(walk, person))
    first = _entry(library, ingest.import_id(walk))
    if own is not None and own.person in (None, person):
        return own
    if first is None or person is None or first.person in (None, person):
        return first
    if copy:
        return None
    state = "is deleted but can be restored" if first.deleted_utc is not None else "is in the library"
    restore = f"plantigrade sessions restore {first.id} && " if first.deleted_utc is not None else ""
    raise SomebodyElsesError(
        f"{first.person}'s recording {first.id} has the same samples and {state}; nothing was imported for "
        f"{person}. If they are {person}'s: {restore}plantigrade sessions tag {first.id} --person {person}. "
        "If both shall have them: import with --copy"
    )


def _entry(library: Library, name: str) -> RecordingEntry | None:
    try:
        return library.entry(name)
    except UnknownRecordingError:
        return None


def _again(
    library: Library, there: RecordingEntry, person: str | None, begun: datetime | None, is_stated: bool
) -> TakenIn:
    """What an import finds: restored, given to the person, dated if it was not or somebody says so now."""
    outcome = Outcome.PRESENT
    if there.deleted_utc is not None:
        there, outcome = library.restore(there.id), Outcome.RESTORED
    if person is not None and there.person is None:
        there = library.assign(there.id, person)
    if begun is not None and (is_stated or there.start_utc_ns is None):
        there = set_start(library, there.id, begun)
    return TakenIn(there, outcome)
