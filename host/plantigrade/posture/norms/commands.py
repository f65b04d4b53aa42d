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
@click.argument("recordings", nargs=-1, required=True, type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="The set that is written.")
@click.option("--name", required=True, help="Of the set, as people will know it.")
@click.option("--source", required=True, help="Who recorded whom; it is named wherever the set is used.")
@click.option("--licence", required=True, help="Of the recordings.")
@click.option("--version", default=1, show_default=True, type=click.IntRange(1), help="Of the set.")
def build(
    recordings: tuple[Path, ...], output: Path, name: str, source: str, licence: str, version: int
) -> None:
    """Build a set from recordings of healthy people, one of each.

    Each goes through the same analysis that judges others, so that the figures are comparable. Twelve people
    with 30 valid strides a foot are needed, 40 or more are better; all on the same instrument.

    \b
    Example:
      plantigrade reference build healthy/*.csv -o ours.json --name "our clinic" \\
        --source "own recordings, 2026" --licence "not for others"
    """
    from plantigrade.posture.norms.build import About, build_reference
    from plantigrade.posture.norms.reference_set import save_reference

    built = build_reference(recordings, About(name, source, licence, version))
    save_reference(built.reference, output)
    for path, why in built.left_out.items():
        click.echo(f"{path}: left out: {why}")
    found = built.reference
    note = f" ({found.note})" if found.note else ""
    click.echo(f"{output}: {len(found.distributions)} parameters of {found.people} people{note}")


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
