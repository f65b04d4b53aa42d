"""Which exercises a person is shown, from the answers and plans in the record."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from plantigrade.library.time_zone import zone_of
from plantigrade.posture.exercises.choice import ExerciseChoice, allowed, exercise_demands
from plantigrade.posture.plans.plan import prescribed_exercises

if TYPE_CHECKING:
    from plantigrade.library.catalogue.record.person_record import PersonRecord
    from plantigrade.library.entries import Person


def exercise_choices(record: "PersonRecord", day: date) -> list[ExerciseChoice]:
    """Every exercise, and whether the person is shown it on a day.

    Raises:
        LibraryError: the database fails.
    """
    prescribed = prescribed_exercises((stored.plan for stored in record.plans.all()), day)
    return allowed(exercise_demands(), record.cautions.current(), prescribed)


def shown_in(record: "PersonRecord", person: "Person") -> frozenset[str]:
    """Identifiers of the exercises that a person is shown today, by the record.

    Raises:
        LibraryError: the database fails.
    """
    today = datetime.now(UTC).astimezone(zone_of(person)).date()
    return frozenset(one.exercise for one in exercise_choices(record, today) if one.shown)
