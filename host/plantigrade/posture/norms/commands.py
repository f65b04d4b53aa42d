"""`plantigrade reference`: what healthy people have, and a clinic's own set of it."""

from pathlib import Path

import click

from plantigrade.json_output import json_option

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(short_help="What healthy people have: show a reference set, build a clinic's own.")
def reference() -> None:
    """What healthy people have, by parameter, on one instrument (docs/reference/reference-sets.md).

    \b
    Examples:
      plantigrade reference show
      plantigrade reference build healthy/*.csv -o ours.json --name "our clinic" \\
        --source "own recordings, 2026" --licence "not for others"
    """


@reference.command()
@click.argument("file", required=False, type=_FILE)
@json_option
def show(file: Path | None, json_file: Path | None) -> None:
    """Show a set, and the levels of posture rules that follow from it.

    \b
    Examples:
      plantigrade reference show
      plantigrade reference show ours.json
    """
    from plantigrade.posture.norms.actions import show_reference

    show_reference(file, json_file)
