"""The recordings of a visit: found by their titles, given to the person, tagged with what was done."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from plantigrade.library.entries import Filter, RecordingEntry, Tag
from plantigrade.library.person.visits import PersonVisit, StepKind, VisitStep
from plantigrade.service.people.settings import FOUND_WITHIN_S

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library


def recordings_of(library: "Library", person: str, visit: PersonVisit) -> dict[StepKind, RecordingEntry]:
    """The recording of each step of which there is one by now. One that is nobody's yet is given to the
    person; one of somebody else, whose insoles were heard as well, is left alone.

    Raises:
        LibraryError: the database fails.
    """
    wanted = {step.title: step for step in visit.steps if step.title and step.began_utc is not None}
    if not wanted:
        return {}
    since = min(step.began_utc for step in wanted.values() if step.began_utc is not None)
    candidates = library.find(Filter(since=since - timedelta(seconds=FOUND_WITHIN_S)))
    found: dict[StepKind, RecordingEntry] = {}
    for title, step in wanted.items():
        entry = _chosen(person, (one for one in candidates if one.title == title))
        if entry is not None:
            found[step.kind] = _taken(library, person, entry, step, visit)
    return found


def _chosen(person: str, entries: Iterable[RecordingEntry]) -> RecordingEntry | None:
    of_person: list[RecordingEntry] = []
    of_nobody: list[RecordingEntry] = []
    for entry in entries:
        if entry.person == person:
            of_person.append(entry)
        elif entry.person is None:
            of_nobody.append(entry)
    both = [*of_person, *of_nobody]
    return max(both, key=lambda one: (one.person == person, len(one.feet)), default=None)


def _taken(
    library: "Library", person: str, entry: RecordingEntry, step: VisitStep, visit: PersonVisit
) -> RecordingEntry:
    if entry.person is None:
        entry = library.assign(entry.id, person)
    tags = {Tag("other", f"visit: {step.kind.value}")}
    if step.kind is StepKind.ORTHOTIC and visit.orthotic:
        tags.add(Tag("orthotic", visit.orthotic))
    missing = sorted(tags - set(entry.tags))
    return library.tag(entry.id, missing) if missing else entry
