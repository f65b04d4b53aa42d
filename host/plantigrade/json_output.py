"""What a command answers as JSON: `--json FILE`, or `-` for standard output."""

import json
from pathlib import Path
from typing import Any

import click

from plantigrade.errors import FileError

json_option = click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the result as JSON (- = standard output, and nothing else there).",
)


def write_json(values: dict[str, Any], json_file: Path) -> None:
    """Write an answer to a file, or to standard output for `-`.

    Raises:
        FileError: the file cannot be written.
    """
    text = json.dumps(values, indent=2)
    if str(json_file) == "-":
        click.echo(text)
        return
    try:
        json_file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise FileError(json_file, f"cannot be written: {error.strerror}") from error
