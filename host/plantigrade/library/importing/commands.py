"""`plantigrade sessions import`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.library.options import library_options, open_library, read_moment, read_tags

if TYPE_CHECKING:
    from plantigrade.imports.source import DecimalMark
    from plantigrade.library.entries import Tag


@click.command("import", short_help="Import recordings of other systems into the library.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "format_name", default="auto", show_default=True, help="See `plantigrade analyze`.")
@click.option(
    "--decimal-mark",
    type=click.Choice(("point", "comma")),
    help="Of a table whose numbers leave open whether 1,234 is 1.234 or 1234.",
)
@click.option("--foot", type=click.Choice(("left", "right")), help="Side of a one-foot file.")
@click.option("--person", metavar="CODE", help="Who walked.")
@click.option(
    "--start",
    callback=read_moment,
    metavar="DATE",
    help="When it began, such as 2026-03-01T14:30, by the clocks where the person lives; for a file that "
    "does not say so.",
)
@click.option(
    "--copy", is_flag=True, help="Store it for this person although the same samples are another's."
)
@click.option("--tag", "tags", multiple=True, callback=read_tags, metavar="KIND:VALUE", help="Tag to add.")
@library_options
@pass_invocation
def import_files(
    invocation: Invocation,
    files: tuple[Path, ...],
    format_name: str,
    decimal_mark: "DecimalMark | None",
    foot: str | None,
    person: str | None,
    start: datetime | None,
    copy: bool,
    tags: "tuple[Tag, ...]",
    **where: Any,
) -> None:
    """Import recordings of other systems into the library: everything that `plantigrade analyze` reads.

    A file given twice is stored once; one that was deleted is restored. What is another person's is refused,
    unless --copy asks for a second one. Files that fail are named at the end; the others are stored.
    """
    from plantigrade.files.durable import file_sum
    from plantigrade.gait.signals import Foot
    from plantigrade.imports import formats
    from plantigrade.library.importing.take_in import Origin, SomebodyElsesError, take_in

    if copy and person is None:
        raise click.UsageError("--copy needs --person: the code of who shall have the copy")
    if start is not None and len(files) > 1:
        raise click.UsageError(f"--start dates one file; {len(files)} were named")
    failed: list[str] = []
    with open_library(invocation, where) as library:
        if person is not None:
            library.person(person)
        for path in files:
            try:
                side = Foot(foot) if foot else None
                walk = formats.read(path, format_name, foot=side, decimal_mark=decimal_mark)
                origin = Origin(path.name, file_sum(path) if path.is_file() else None)
                taken = take_in(library, walk, origin, person=person, start=start, copy=copy)
            except (FileError, SomebodyElsesError) as error:
                problem = str(error) if isinstance(error, FileError) else f"{path}: {error}"
                if len(files) == 1:
                    raise (error if isinstance(error, FileError) else PlantigradeError(problem)) from error
                failed.append(problem)
                continue
            if tags:
                library.tag(taken.entry.id, tags)
            click.echo("  ".join(filter(None, (taken.entry.id, str(path), taken.outcome.value))))
            if taken.remark:
                click.echo(f"plantigrade: {path}: {taken.remark}", err=True)
    if failed:
        raise PlantigradeError(f"{len(failed)} of {len(files)} files were not imported: {'; '.join(failed)}")
