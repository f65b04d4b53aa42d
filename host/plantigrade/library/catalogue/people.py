"""What the catalogue may hold about a person."""

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.entries import SEXES, Person

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


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
    elif not all(character.isalnum() or character in "-_." for character in person.code):
        problem = "a code has letters, digits, - _ and . only"
    elif person.time_zone and not _is_time_zone(person.time_zone):
        problem = f"{person.time_zone[:40]!r} is no time zone such as Europe/Berlin"
    elif person.language and not _LANGUAGE.fullmatch(person.language):
        problem = f"{person.language[:40]!r} is no language such as en or pt-BR"
    if problem:
        raise LibraryError(f"person {person.code}: {problem}")
    check_body(person.code, person.weight_kg, person.height_cm)


def check_body(code: str, weight_kg: float | None, height_cm: float | None) -> None:
    """Refuse a weight or height that no body has.

    Raises:
        LibraryError: says which.
    """
    if weight_kg is not None and not 2 <= weight_kg <= 500:
        newtons = f"; {weight_kg:g} N are {weight_kg / NEWTONS_PER_KG:.1f} kg" if weight_kg > 500 else ""
        raise LibraryError(f"person {code}: weights go from 2 to 500 kg{newtons}")
    if height_cm is not None and not 30 <= height_cm <= 280:
        raise LibraryError(f"person {code}: heights go from 30 to 280 cm")


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; a path out of the folder; a folder
        return False
    return True


def fill(row: PersonRow, person: Person) -> PersonRow:
    """Put what is known of a person into a row."""
    row.name, row.birth_date, row.remark = person.name, person.birth_date, person.remark
    row.sex, row.height_cm, row.weight_kg = person.sex, person.height_cm, person.weight_kg
    row.shoe_size_eu = person.shoe_size_eu
    row.time_zone, row.language = person.time_zone, person.language
    return row
