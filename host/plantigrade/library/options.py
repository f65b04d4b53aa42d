"""Options that every command on the library has, and opening it as they say."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, data_option

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library


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
