"""What all commands on a person's record share: opening it, times in the person's zone, lists."""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation
from plantigrade.library.options import json_option, library_options, open_library, put_json
from plantigrade.library.time_zone import zone_of

if TYPE_CHECKING:
    from plantigrade.library.catalogue.record.access import RecordPart
    from plantigrade.library.catalogue.record.person_record import PersonRecord
    from plantigrade.library.entries import Person

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"])
DAY = click.DateTime(["%Y-%m-%d"])


code_argument = click.argument("code")
"""Whose record; before other arguments and options."""


def record_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`, and where the library is; after a command's own options."""
    return json_option(library_options(command))


@contextmanager
def opened(
    invocation: Invocation, code: str, where: Mapping[str, Any]
) -> "Generator[tuple[Person, PersonRecord]]":
    """A person and the person's record.

    Raises:
        UnknownPersonError: there is none of that code.
        LibraryError, KeyMissingError: the library cannot be opened.
    """
    with open_library(invocation, where) as library:
        yield library.person(code), library.record(code)


def moment_of(person: "Person", given: datetime | None) -> datetime:
    """A time that was given without a zone, as UTC: it is meant in the person's zone. Now where none was."""
    if given is None:
        return datetime.now(UTC)
    zone = zone_of(person)
    return (given.astimezone() if zone is None else given.replace(tzinfo=zone)).astimezone(UTC)


def local_text(person: "Person", utc: datetime) -> str:
    """A time as the person's clock shows it."""
    return f"{utc.astimezone(zone_of(person)):%Y-%m-%d %H:%M}"


def put_part(
    part: "RecordPart[Any]", code: str, json_file: IO[str] | None, lines: Iterable[str], empty: str
) -> None:
    """A part of the record as JSON, or as lines with what cannot be read of it."""
    if json_file is not None:
        put_json(
            json_file, person=code, **{part.what: part.as_json(), "cannot_be_read": list(part.problems())}
        )
        return
    listed = list(lines)
    for line in listed or [empty]:
        click.echo(line)
    for problem in part.problems():
        click.echo(problem, err=True)
