"""Options that commands on the library share, and opening it as they say."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, data_option
from plantigrade.errors import MissingPartError

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.entries import Tag


def library_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the library is: `--data`, `--library` and `--key-file`; the last two as `url` and `key_file`."""
    command = click.option(
        "--key-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="File with the keys of an encrypted library [default: PLANTIGRADE_KEY_FILE, else the keyring].",
    )(command)
    command = click.option(
        "--library",
        "url",
        envvar="PLANTIGRADE_LIBRARY",
        metavar="URL",
        help="Database of the catalogue, as postgresql://user@host/name [env var: PLANTIGRADE_LIBRARY; "
        "default: SQLite beside the recordings].",
    )(command)
    return data_option(command)


json_option = click.option(
    "--json",
    "json_file",
    type=click.File("w", lazy=True),
    help="Write JSON to this file; - for standard output.",
)


def open_library(invocation: Invocation, where: Mapping[str, Any]) -> "Library":
    """The library that the options name.

    Raises:
        LibraryError, KeyMissingError: it cannot be opened.
    """
    from plantigrade.library.catalogue.library import Library

    return Library(invocation.data_dir(), where["url"], where["key_file"])


def put_json(file: IO[str], **content: Any) -> None:
    """Write a document."""
    from plantigrade.library.entry_text import SCHEMA

    file.write(json.dumps({"schema": SCHEMA, **content}, indent=1) + "\n")


def ask_about(
    code: str, weight_kg: float | None, height_cm: float | None = None, before_kg: float | None = None
) -> None:
    """Ask on standard error whether a weight is right that looks wrong; it is taken all the same."""
    from plantigrade.library.person.plausible import question_of_weight

    if weight_kg is not None and (question := question_of_weight(weight_kg, height_cm, before_kg)):
        click.echo(f"plantigrade: {code}: {question}", err=True)


def read_weight(_ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """A weight; one that looks wrong is asked about."""
    ask_about(parameter.opts[0], value)
    return value


def read_tags(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> "tuple[Tag, ...]":
    """KIND:VALUE texts."""
    from plantigrade.library.entries import TAG_KINDS, Tag

    tags: list[Tag] = []
    for value in values:
        kind, colon, rest = value.partition(":")
        if not colon or kind not in TAG_KINDS or not rest.strip():
            raise click.BadParameter(f"{value!r} is not KIND:VALUE with KIND one of {', '.join(TAG_KINDS)}")
        tags.append(Tag(kind, rest.strip()))
    return tuple(tags)


def read_moment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """A day or a time, with the zone that was named with it, or without one."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no date such as 2026-03-01 or 2026-03-01T14:30") from error


def part(module: str, purpose: str) -> Any:
    """A module that not every installation has.

    Raises:
        MissingPartError: it is not here; the text says how to install it.
    """
    import importlib

    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingPartError(purpose, purpose, str(error.name)) from error
