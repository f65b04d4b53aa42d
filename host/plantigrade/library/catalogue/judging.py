"""With which rules and own days a person's steps are judged: one answer for live and afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.library.catalogue.exercise_choices import shown_in
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.recordings.recording import Recording
from plantigrade.library.time_zone import zone_of
from plantigrade.posture.baseline.baseline import PersonalBaseline, TagReference
from plantigrade.posture.rules_engine.rulebook import RuleBook


@dataclass(frozen=True)
class Judging:
    """What steps of a time are judged with.

    Attributes:
        book: the rules of the person that held then.
        reference: the person's own days before that day, in the footwear that was worn; None where there are
            too few.
        weight_n: of the body then; None where it is not known.
        problems: what of the record could not be read; the rest holds all the same.
        edits_to_come: of the rules, that do not hold yet.
    """

    book: RuleBook
    reference: TagReference | None
    weight_n: float | None
    problems: tuple[str, ...] = ()
    edits_to_come: int = 0


def judging_at(
    record: PersonRecord, from_utc: datetime, rules_until_utc: datetime, zone: tzinfo | None
) -> Judging:
    """With what steps from a time on are judged.

    The day itself is not among its own usual days: what is found live must be found again after the day was
    learned. Rules are those that held at the end: an edit holds for what is still being walked.

    Args:
        record: of the person.
        from_utc: when the walking began.
        rules_until_utc: edits of rules that were made later do not count.
        zone: of the person, for the day; None: of this computer.
    """
    everything, problems = record.rules.readable_book()
    edits = [edit for edit in everything.trail if datetime.fromisoformat(edit.at) <= rules_until_utc]
    book = everything if len(edits) == len(everything.trail) else RuleBook(trail=tuple(edits))
    today = from_utc.astimezone(zone).date().isoformat()
    days = [day for day in record.baseline.baseline().days if day.day < today]
    reference = PersonalBaseline(days).for_tag(record.footwear.tag_at(from_utc))
    weight_kg = record.body.at(from_utc.astimezone(UTC).date()).weight_kg
    weight_n = None if weight_kg is None else weight_kg * NEWTONS_PER_KG
    return Judging(book, reference, weight_n, problems, len(everything.trail) - len(edits))


def judged_by_person(record_of: Callable[[str], PersonRecord], recording: Recording) -> Recording:
    """A recording that is judged by its wearer's own rules and days, by the shipped rules without a wearer or
    a clock; and whose report shows the exercises that the wearer may be shown.

    Args:
        record_of: gives the record of a person by code.
        recording: as loaded.
    """
    person, start_ns = recording.person, recording.entry.start_utc_ns
    if person is None:
        return recording
    recording = replace(recording, shown_exercises=lambda: shown_in(record_of(person.code), person))
    if start_ns is None:
        return recording

    def judge() -> tuple[RuleBook | None, TagReference | None]:
        begin = datetime.fromtimestamp(start_ns * 1e-9, UTC)
        end = datetime.fromtimestamp(start_ns * 1e-9 + (recording.entry.duration_s or 0.0), UTC)
        judging = judging_at(record_of(person.code), begin, end, zone_of(person))
        return judging.book, judging.reference

    return replace(recording, judge=judge)
