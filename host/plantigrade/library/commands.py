"""`plantigrade sessions`: the library on the command line."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from insole_protocol.gap_reasons import title_of

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.library.options import (
    json_option,
    library_options,
    open_library,
    part,
    put_json,
    read_moment,
    read_tags,
)

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.recordings.recording import Recording
    from plantigrade.library.recordings.verify import Verdict


MAX_EARLIER = 30
MOST_COUNTED = 100_000
"""Of a list, how many are counted; PostgreSQL carries the usual counts on by itself."""
MOST_TAGGED = 5_000
"""The same of a tag together with anything else: for that PostgreSQL looks at one recording after the other,
which for a year of half a million takes 0.4 s, and 0.1 s up to here."""


class UnsoundRecordingError(PlantigradeError):
    """At least one recording failed verification."""


class ExportFormatOption(click.Option):
    """An option whose help names the formats of exports, which are only looked up when help is asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        formats = part("plantigrade.exports.registry", "exports").export_formats()
        if (record := super().get_help_record(ctx)) is None:
            return None
        return record[0], record[1].format(", ".join(formats.offered))


@click.group()
def sessions() -> None:
    """List, show, import, export, delete and verify recordings.

    Name a recording by its identifier or by a unique beginning of it.
    """


@sessions.command("list")
@click.option("--person", metavar="CODE", help="Of this person.")
@click.option("--tag", "tags", multiple=True, callback=read_tags, metavar="KIND:VALUE", help="With this tag.")
@click.option("--device", metavar="SERIAL", help="Recorded with this insole.")
@click.option("--kind", type=click.Choice(("insole", "import")), help="Of our insoles, or imported.")
@click.option("--since", callback=read_moment, metavar="DATE", help="Begun on this local day or later.")
@click.option("--until", callback=read_moment, metavar="DATE", help="Begun before this local day.")
@click.option("--text", help="With this text in the title.")
@click.option("--gaps/--no-gaps", "with_gaps", default=None, help="With missing frames, or with none.")
@click.option("--deleted", is_flag=True, help="The deleted ones that can still be restored.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most this many.")
@click.option("--after", metavar="NAME", help="The next ones: those that follow this recording in the list.")
@json_option
@library_options
@pass_invocation
def list_recordings(invocation: Invocation, json_file: IO[str] | None, **options: Any) -> None:
    """List recordings, newest first.

    \b
    plantigrade sessions list --person P001 --since 2026-03-01
    plantigrade sessions list --tag shoe:trail --json - | jq .recordings[].id
    """
    from plantigrade.library.entries import Filter
    from plantigrade.library.entry_text import listed_as_json
    from plantigrade.library.time_zone import in_zone

    where = {name: options.pop(name) for name in ("url", "key_file")}
    with open_library(invocation, where) as library:
        zones = library.zones()
        zone = zones.get(options["person"])
        options |= {name: in_zone(options[name], zone) for name in ("since", "until")}
        if options["after"] is not None:
            options["after"] = library.entry(options["after"]).id
        wanted = Filter(**options | {"limit": options["limit"] + 1})  # one more tells whether there is more
        found = library.find(wanted)
        entries = found[: options["limit"]]
        following = entries[-1].id if len(found) > len(entries) else None
        if wanted.text:  # where there is another page, not more titles are read for a number
            most = len(entries)
            total = most if following is None and wanted.after is None else most + 1
        else:
            is_of_tags_alone = replace(wanted, tags=(), limit=None, after=None) == Filter()
            most = MOST_TAGGED if wanted.tags and not is_of_tags_alone else MOST_COUNTED
            total = library.count(wanted, most + 1)
    if json_file is not None:
        listed = [listed_as_json(one, zones.get(one.person)) for one in entries]
        known = None if total > most else total
        put_json(json_file, total=known, after=following, recordings=listed)
        return
    from plantigrade.library.terminal_tables import print_entries

    shown = f"more than {most}" if total > most else str(total)
    print_entries(entries, shown, zones, following)


@sessions.command()
@click.argument("name")
@json_option
@library_options
@pass_invocation
def show(invocation: Invocation, name: str, json_file: IO[str] | None, **where: Any) -> None:
    """Show everything that the library knows about a recording."""
    with open_library(invocation, where) as library:
        recording = library.open(name)
        if json_file is not None:
            put_json(json_file, recording=recording.as_json(), audit=_audit(library, recording.id))
            return
    from plantigrade.library.terminal_tables import print_recording

    print_recording(recording)


def _audit(library: "Library", subject: str) -> list[dict[str, Any]]:
    from plantigrade.library.entry_text import audit_as_json

    return [audit_as_json(entry) for entry in library.audit(subject)]


@sessions.command()
@click.argument("name")
@click.option(
    "--format", "format_name", required=True, metavar="NAME", cls=ExportFormatOption, help="One of {}."
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="File or folder to write."
)
@click.option(
    "--deidentify",
    is_flag=True,
    help="Leave out what identifies the person: names, dates, serials, notes, report.",
)
@click.option("--no-report", is_flag=True, help="Leave the PDF report out of fhir and zip.")
@library_options
@pass_invocation
def export(
    invocation: Invocation,
    name: str,
    format_name: str,
    output: Path,
    deidentify: bool,
    no_report: bool,
    **where: Any,
) -> None:
    """Write a recording in a format that other programs read."""
    from plantigrade.library.terminal_tables import working

    registry = part("plantigrade.exports.registry", "exports")
    try:
        form = registry.export_formats().named(format_name)
    except registry.UnknownFormatError as error:
        raise click.UsageError(str(error)) from error
    if output.exists() and output.is_file() and not output.stat().st_size:
        output.unlink()
    if not output.resolve().parent.is_dir():
        raise FileError(output, "cannot be written: its folder does not exist")
    with open_library(invocation, where) as library:
        recording = library.open(name)
        with working(f"{recording.id} as {format_name}") as progress:
            recording.full_analysis(progress)
            remarks = form.write(
                recording, output, deidentify=deidentify, report=not no_report, progress=progress
            )
    for remark in remarks or ():
        click.echo(f"plantigrade: {remark}", err=True)
    click.echo(f"{format_name}: {output}")


@sessions.command(short_help="Write a report as PDF.")
@click.argument("name")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="PDF file."
)
@click.option("--compare", metavar="NAME", help="Compare with this recording.")
@click.option("--baseline", is_flag=True, help="Compare with the person's earlier days.")
@click.option("--paper", type=click.Choice(("a4", "letter")), default="a4", show_default=True)
@click.option("--language", help="en or de; the person's own unless given.")
@library_options
@pass_invocation
def report(
    invocation: Invocation,
    name: str,
    output: Path,
    compare: str | None,
    baseline: bool,
    paper: str,
    language: str | None,
    **where: Any,
) -> None:
    """Write a report as PDF: a page for the patient, then the clinician's."""
    from plantigrade.library.terminal_tables import working

    pdf = part("plantigrade.report.pdf", "reports")
    language_for = part("plantigrade.report.wording", "reports").language_for
    with open_library(invocation, where) as library:
        other = None if compare is None else library.open(compare)
        recording = library.open(name)
        earlier = earlier_of(library, recording) if baseline else []
        with working(f"analysing {1 + len(earlier) + (other is not None)} recordings") as progress:
            recording.full_analysis(progress)
            shown = recording.shown_exercises()
            person = recording.entry.person
            written = language or language_for(library.person(person).language if person else "")
            pdf.write_report(
                recording, output, other=other, paper=paper, language=written, baseline=earlier,
                exercises=shown,
            )  # fmt: skip
    click.echo(f"report: {output}")


def earlier_of(library: "Library", recording: "Recording") -> "list[Recording]":
    """The recordings of the same person before this one, newest first.

    Raises:
        PlantigradeError: nobody is named as the wearer, or no clock says when it was.
    """
    from datetime import timedelta

    from plantigrade.library.entries import Filter
    from plantigrade.library.entry_text import start_of

    options = [
        *(["--person CODE"] if recording.person is None else []),
        *(["--start 2026-03-01T14:30"] if recording.entry.start_utc_ns is None else []),
    ]
    if recording.person is None or recording.entry.start_utc_ns is None:
        raise PlantigradeError(
            f"{recording.id}: earlier days are known only of a recording with a person and a start; name "
            f"what is missing: `plantigrade sessions tag {recording.id} {' '.join(options)}`"
        )
    until = start_of(recording.entry) - timedelta(milliseconds=1)
    wanted = Filter(person=recording.person.code, kind=recording.entry.kind, until=until, limit=MAX_EARLIER)
    return [library.open(entry.id) for entry in library.find(wanted)]


@sessions.command(short_help="Set two recordings side by side.")
@click.argument("name")
@click.argument("other")
@json_option
@library_options
@pass_invocation
def compare(invocation: Invocation, name: str, other: str, json_file: IO[str] | None, **where: Any) -> None:
    """Set the gait parameters of two recordings side by side, the first as before, the second as after.

    Changes of each foot are compared with the assumed variation between ordinary days of one person.
    """
    from plantigrade.analysis.document import both_parameters
    from plantigrade.library.before_after import changes_of
    from plantigrade.library.terminal_tables import working

    with open_library(invocation, where) as library:
        first, second = library.open(name), library.open(other)
        with working("analysing both recordings"):
            mine, theirs = both_parameters(first.full_analysis()), both_parameters(second.full_analysis())
            changes = changes_of([first], [second])
    rows = [(key, mine[key], theirs[key]) for key in mine if key in theirs]
    from plantigrade.library import terminal_tables

    if json_file is not None:
        put_json(
            json_file,
            first=first.id,
            second=second.id,
            parameters=terminal_tables.comparison_as_json(rows),
            changes=[asdict(change) | {"foot": change.foot.value} for change in changes],
        )
        return
    terminal_tables.print_comparison(first.entry, second.entry, rows)
    terminal_tables.print_changes(changes)


@sessions.command(short_help="Verify recordings: checksums, slot counts, gaps.")
@click.argument("names", nargs=-1)
@json_option
@library_options
@pass_invocation
def verify(invocation: Invocation, names: tuple[str, ...], json_file: IO[str] | None, **where: Any) -> None:
    """Verify recordings: checksums, slot counts, and a reason for every gap. All of them unless NAMES are
    given.

    Exits with 1 if any recording is not sound.
    """
    from plantigrade.library.recordings.verify import SCHEMA
    from plantigrade.library.terminal_tables import working

    with open_library(invocation, where) as library, working("checking every file"):
        verdicts = [library.verify(name) for name in names] if names else library.verify_all()
    if json_file is not None:
        document = {"schema": SCHEMA, "recordings": [verdict.as_json() for verdict in verdicts]}
        json_file.write(json.dumps(document, indent=1) + "\n")
    else:
        for verdict in verdicts:
            _show(verdict)
    unsound = [verdict.id for verdict in verdicts if not verdict.ok]
    if unsound:
        raise UnsoundRecordingError(f"not sound: {', '.join(unsound)}")


def _show(verdict: "Verdict") -> None:
    click.echo(f"{verdict.id}: {'sound' if verdict.ok else 'NOT SOUND'}")
    for problem in verdict.problems:
        click.echo(f"  {problem}")
    for foot in verdict.manifest.feet if verdict.manifest else []:
        click.echo(
            f"  {foot.foot}: {foot.frames_requested} frames requested = {foot.frames_recorded} recorded"
            f" + {foot.frames_missing} missing"
        )
        for gap in foot.gaps:
            known = gap.from_s is not None and gap.to_s is not None
            when = f"{gap.from_s:.2f} s to {gap.to_s:.2f} s" if known else "at unknown time"
            click.echo(f"    {when}: {gap.end - gap.first} frames, {title_of(gap.reason)}")


def _add_others() -> None:
    from plantigrade.library.change.commands import COMMANDS, person
    from plantigrade.library.importing.commands import import_files
    from plantigrade.library.record_commands.commands import COMMANDS as OF_RECORD
    from plantigrade.library.taking.commands import take

    for command in COMMANDS:
        sessions.add_command(command)
    sessions.add_command(import_files)
    sessions.add_command(take)
    for command in OF_RECORD:
        person.add_command(command)


_add_others()
