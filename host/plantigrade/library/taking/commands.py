"""`plantigrade sessions take`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from insole_protocol.gap_reasons import title_of

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.library.options import library_options, open_library, part

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.recordings.container import FootManifest
    from plantigrade.library.taking.journals import Taken


@click.command(short_help="Take in what a phone has fetched: seal, analyse, report.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--person", metavar="CODE", help="Who wore the insoles.")
@click.option("--title", default="", help="Of the recording.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a report as PDF as well; of one FILE.",
)
@library_options
@pass_invocation
def take(
    invocation: Invocation,
    files: tuple[Path, ...],
    person: str | None,
    title: str,
    report: Path | None,
    **where: Any,
) -> None:
    """Take in journals that a phone has saved: each becomes a recording of the library, and is analysed.

    A FILE is what the page for phones saves, plantigrade-DATE-TIME.journal. What locked insoles have sealed
    is opened with the keys of this library. Taking a file again changes nothing; the file stays.

    \b
    Examples:
      plantigrade sessions take plantigrade-20261129-081204.journal --person P001
      plantigrade sessions take *.journal --person P001
    """
    from plantigrade.library.terminal_tables import working

    if report is not None and len(files) > 1:
        raise click.UsageError(f"--report is of one file; {len(files)} were named")
    failed: list[str] = []
    with open_library(invocation, where) as library:
        if person is not None:
            library.person(person)
        for path in files:
            try:
                with working(f"sealing and analysing {path.name}"):
                    taken = _take(library, path, person, title)
            except FileError as error:
                if len(files) == 1:
                    raise
                failed.append(str(error))
                continue
            for line in lines_of(taken, path):
                click.echo(line)
            if report is not None:
                _write_report(library, taken.entry.id, report)
    if failed:
        raise PlantigradeError(f"{len(failed)} of {len(files)} files were not taken in: {'; '.join(failed)}")


def _take(library: "Library", path: Path, person: str | None, title: str) -> "Taken":
    from plantigrade.library.taking.journals import take_journal

    return take_journal(library, path, person, title)


def lines_of(taken: "Taken", path: Path) -> list[str]:
    """What the person is told of a journal that was taken in."""
    lines = [f"{taken.entry.id}  {path}{'' if taken.is_new else '  was there already'}"]
    lines += [f"  {_foot_line(foot)}" for foot in taken.feet]
    if taken.damaged_bytes:
        lines.append(f"  {taken.damaged_bytes} bytes of the file could not be used")
    if taken.note:
        lines.append(f"  {taken.note}")
    elif taken.findings:
        lines += [f"  {one}" for one in taken.findings]
    else:
        lines.append("  no finding")
    return lines


def _foot_line(foot: "FootManifest") -> str:
    line = f"{foot.foot:6} {foot.frames_recorded} of {foot.frames_requested} slots"
    if foot.missing_by_reason:
        reasons = ", ".join(f"{title_of(name)} {count}" for name, count in foot.missing_by_reason.items())
        line += f"; missing: {reasons}"
    return line


def _write_report(library: "Library", name: str, path: Path) -> None:
    pdf = part("plantigrade.report.pdf", "reports")
    language_for = part("plantigrade.report.wording", "reports").language_for
    recording = library.open(name)
    person = recording.entry.person
    language = language_for(library.person(person).language if person else "")
    exercises = recording.shown_exercises()
    pdf.write_report(recording, path, language=language, exercises=exercises)
    click.echo(f"report: {path}")
