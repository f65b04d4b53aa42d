"""`plantigrade reference build`, from files and from the archive; `show` is the room of norms' own."""

from pathlib import Path
from typing import Any

import click

from plantigrade.archive.commands import archive_options, where_of
from plantigrade.cli import Invocation, pass_invocation
from plantigrade.posture.norms.commands import reference

__all__ = ["reference"]
_FILE = click.Path(dir_okay=False, path_type=Path)


@reference.command()
@click.argument("recordings", nargs=-1, type=_FILE)
@click.option("--archive", "from_archive", is_flag=True, help="From the results of the archive.")
@click.option("--where", metavar="SQL", help="Which recordings of the archive, as `archive query` has them.")
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="The set that is written.")
@click.option("--name", required=True, help="Of the set, as people will know it.")
@click.option("--source", required=True, help="Who recorded whom; it is named wherever the set is used.")
@click.option("--licence", required=True, help="Of the recordings.")
@click.option("--version", default=1, show_default=True, type=click.IntRange(1), help="Of the set.")
@archive_options
@pass_invocation
def build(
    invocation: Invocation,
    recordings: tuple[Path, ...],
    from_archive: bool,
    where: str | None,
    output: Path,
    **values: Any,
) -> None:
    """Build a set from recordings of healthy people.

    From files, one of each person; or from what `plantigrade archive analyze` has done, all strides of each
    person together. Each goes through the same analysis that judges others, so that the figures are
    comparable. Twelve people with 30 valid strides a foot are needed, 40 or more are better; all on the same
    instrument.

    \b
    Examples:
      plantigrade reference build healthy/*.csv -o ours.json --name "our clinic" \\
        --source "own recordings, 2026" --licence "not for others"
      plantigrade reference build --archive --where "list_contains(tags, 'other:healthy')" \\
        -o ours.json --name "our clinic" --source "own recordings, 2026" --licence "not for others"
    """
    from plantigrade.posture.norms.build import About, build_reference
    from plantigrade.posture.norms.reference_set import save_reference

    if from_archive == bool(recordings):
        raise click.UsageError("name the recordings, or --archive")
    if where is not None and not from_archive:
        raise click.UsageError("--where chooses among the recordings of the --archive")
    about = About(*(values[name] for name in ("name", "source", "licence", "version")))
    if from_archive:
        place = where_of(invocation, values)
        from plantigrade.archive.population import build_from_archive

        with place.open() as library:
            built = build_from_archive(library, place.store_of(library), where or "", about)
    else:
        built = build_reference(recordings, about)
    save_reference(built.reference, output)
    for name, why in built.left_out.items():
        click.echo(f"{name}: left out: {why}")
    found = built.reference
    note = f" ({found.note})" if found.note else ""
    click.echo(f"{output}: {len(found.distributions)} parameters of {found.people} people{note}")
