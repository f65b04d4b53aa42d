"""What the catalogue may hold about a person."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.entries import SEXES, Person


def free_code(session: Session, wanted: str) -> str:
    """The code that was asked for, or the next free one where none was.

    Raises:
        LibraryError: the code is taken.
    """
    codes = set(session.scalars(sa.select(PersonRow.code)))
    if wanted in codes:
        raise LibraryError(f"person {wanted} is there already")
    number = len(codes) + 1
    while not wanted and f"P{number:03d}" in codes:
        number += 1
    return wanted or f"P{number:03d}"


def check(person: Person) -> None:
    """Refuse values that make no sense.

    Raises:
        LibraryError: says which and why.
    """
    problem = ""
    if person.sex is not None and person.sex not in SEXES:
        problem = f"sex is one of {', '.join(SEXES)}"
    elif (
        person.birth_date is not None
        and not date(1850, 1, 1) <= person.birth_date <= datetime.now(UTC).date()
    ):
        problem = "the birth date lies in the future or is impossible"
    elif person.shoe_size_eu is not None and not 15 <= person.shoe_size_eu <= 55:
        problem = "EU shoe sizes go from 15 to 55"
    elif person.weight_kg is not None and not 2 <= person.weight_kg <= 500:
        problem = "weights go from 2 to 500 kg"
    elif person.height_cm is not None and not 30 <= person.height_cm <= 280:
        problem = "heights go from 30 to 280 cm"
    elif not all(character.isalnum() or character in "-_." for character in person.code):
        problem = "a code has letters, digits, - _ and . only"
    if problem:
        raise LibraryError(f"person {person.code}: {problem}")


def fill(row: PersonRow, person: Person) -> PersonRow:
    """Put what is known of a person into a row."""
    row.name, row.birth_date, row.remark = person.name, person.birth_date, person.remark
    row.sex, row.height_cm, row.weight_kg = person.sex, person.height_cm, person.weight_kg
    row.shoe_size_eu = person.shoe_size_eu
    return row
