"""`plantigrade sessions`: the recordings."""

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from plantigrade.cli import Invocation, data_option, pass_invocation
from plantigrade.errors import PlantigradeError

if TYPE_CHECKING:
    from plantigrade.library.verify import Verdict


class UnknownRecordingError(PlantigradeError):
    """A recording was named that is not there."""


class UnsoundRecordingError(PlantigradeError):
    """At least one recording did not prove."""


@click.group()
def sessions() -> None:
    """List and verify recordings."""


def _folders(data: Path, names: tuple[str, ...]) -> list[Path]:
    from plantigrade.library.recording import find_recordings

    known = {folder.name: folder for folder in find_recordings(data / "recordings")}
    for name in names:
        if name not in known:
            raise UnknownRecordingError(
                f"{data}: no recording {name}; `plantigrade sessions list` shows what there is"
            )
    return [known[name] for name in names] if names else list(known.values())


@sessions.command("list")
@data_option
@pass_invocation
def list_recordings(invocation: Invocation) -> None:
    """List recordings: name, duration, frames recorded and missing."""
    from plantigrade.library.recording import read_books

    for folder in _folders(invocation.data_dir(), ()):
        books = read_books(folder)
        recorded = sum(foot.frames_recorded for foot in books.feet)
        missing = sum(foot.frames_missing for foot in books.feet)
        duration = "unknown" if books.duration_s is None else f"{books.duration_s:.0f} s"
        feet = ", ".join(foot.foot for foot in books.feet)
        click.echo(f"{books.id}  {duration:>9}  {feet:11}  {recorded} frames, {missing} missing")


@sessions.command()
@click.argument("names", nargs=-1)
@click.option(
    "--json", "json_file", type=click.File("w"), help="Write the verdicts as JSON; - for standard output."
)
@data_option
@pass_invocation
def verify(invocation: Invocation, names: tuple[str, ...], json_file: IO[str] | None) -> None:
    """Prove recordings: checksums and books, and a reason for every gap. All of them unless NAMES are given.

    Exits with 1 if any recording is not sound.
    """
    from plantigrade.library.verify import SCHEMA
    from plantigrade.library.verify import verify as verify_folder

    verdicts = [verify_folder(folder) for folder in _folders(invocation.data_dir(), names)]
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
    for foot in verdict.books.feet if verdict.books else []:
        click.echo(
            f"  {foot.foot}: {foot.frames_requested} frames requested = {foot.frames_recorded} recorded"
            f" + {foot.frames_missing} missing"
        )
        for gap in foot.gaps:
            when = (
                "at unknown time"
                if gap.from_s is None or gap.to_s is None
                else f"{gap.from_s:.2f} s to {gap.to_s:.2f} s"
            )
            click.echo(f"    {when}: {gap.end - gap.first} frames, {gap.reason.replace('_', ' ')}")
