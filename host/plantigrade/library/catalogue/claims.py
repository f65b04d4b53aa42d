"""Recordings that nobody could be named for, and who may say that they are theirs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from plantigrade.library.catalogue.person_tables import InsoleAssignmentRow
from plantigrade.library.catalogue.recording_states import RecordingState, waiting_for_a_person
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import PersonRow, RecordingDeviceRow

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library


@dataclass(frozen=True)
class Claim:
    """A recording that a person may claim.

    Attributes:
        recording: where it stands.
        is_only_theirs: whether nobody else of this library may claim it, so that a "no" sets it aside.
    """

    recording: RecordingState
    is_only_theirs: bool


def claims_of(library: "Library", person: str) -> list[Claim]:
    """Recordings that wait for a person and that this one may claim, newest first.

    Those may claim a recording who had one of its insoles at any time; where none of its insoles was ever
    anyone's, only the one person of a library with one person. In a clinic, nobody can claim a stranger's.

    Raises:
        LibraryError: the database fails.
    """
    waiting = waiting_for_a_person(library)
    if not waiting:
        return []
    found: list[Claim] = []
    candidates = _candidates(library, [one.id for one in waiting])
    for one in waiting:
        may_claim = candidates[one.id]
        if person in may_claim:
            found.append(Claim(one, may_claim == {person}))
    return found


def answer_claim(library: "Library", person: str, recording: str, is_theirs: bool) -> None:
    """A person says whether a recording is theirs. A "no" of one of several leaves it waiting for the others.

    Raises:
        LibraryError: this person may not claim it, or somebody has answered meanwhile.
    """
    known = {one.recording.id: one for one in claims_of(library, person)}
    if recording not in known:
        raise LibraryError(f"{recording} does not wait for an answer of {person}")
    if is_theirs:
        library.assign(recording, person)
    elif known[recording].is_only_theirs:
        library.assign(recording, None, set_aside=True)


def _candidates(library: "Library", recordings: list[str]) -> dict[str, set[str]]:
    """Who may claim each recording."""
    with library.store.read() as session:
        people = set(session.scalars(sa.select(PersonRow.code).where(PersonRow.erasing.is_(False))))
        owned = (
            sa.select(RecordingDeviceRow.recording_id, PersonRow.code)
            .join(InsoleAssignmentRow, InsoleAssignmentRow.serial == RecordingDeviceRow.serial)
            .join(PersonRow, PersonRow.id == InsoleAssignmentRow.person_id)
            .where(RecordingDeviceRow.recording_id.in_(recordings), PersonRow.erasing.is_(False))
        )
        found: dict[str, set[str]] = {name: set() for name in recordings}
        for recording, code in session.execute(owned):
            found[recording].add(code)
    alone = people if len(people) == 1 else set[str]()
    return {recording: codes or alone for recording, codes in found.items()}
