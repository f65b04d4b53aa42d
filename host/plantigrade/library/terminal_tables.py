"""Tables of the library for the terminal."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click
from insole_protocol.gap_reasons import title_of
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from plantigrade.library.entries import RecordingEntry
from plantigrade.library.entry_text import duration_text, feet_text, size_text, start_text
from plantigrade.library.time_zone import local_time, offset_text, zone_of

if TYPE_CHECKING:
    from plantigrade.analysis.pipeline import Progress
    from plantigrade.gait.results import Parameter
    from plantigrade.library.recordings.recording import Recording
    from plantigrade.posture.baseline.before_after import Difference

WIDE = 200
Row = tuple[str, "Parameter", "Parameter"]


def _console() -> Console:
    """Lines are not broken where nobody reads them (a pipe, a file)."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=WIDE)


@contextmanager
def working(what: str) -> Generator["Progress"]:
    """Show on a terminal that something takes its time, and how far it is where the work tells what it gets;
    nothing where there is no terminal."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        yield lambda _what, _share: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda step, share: bar.update(task, description=f"{what}: {step}", completed=share, total=1.0)


def print_entries(
    entries: Sequence[RecordingEntry],
    total: str,
    zones: Mapping[str | None, tzinfo | None],
    following: str | None = None,
) -> None:
    """Recordings as a table; below it how many there are, and how to see the next ones.

    Args:
        entries: of this page.
        total: number of recordings that the filter finds, as text.
        zones: time zones of the wearers, by code.
        following: what the next page comes after; None where this is the last.
    """
    if not entries:
        click.echo("no recordings")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    table.add_column("start")  # in two lines where there is no room
    table.add_column("person", no_wrap=True)
    for head in ("length", "feet", "missing", "size"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("title and tags", overflow="fold")
    for entry in entries:
        requested = entry.frames_recorded + entry.frames_missing
        missing = f"{100 * entry.frames_missing / requested:.2f} %" if entry.frames_missing else "0"
        table.add_row(
            entry.id,
            start_text(entry, zones.get(entry.person)),
            entry.person or "-",
            duration_text(entry.duration_s),
            feet_text(entry.feet),
            missing,
            size_text(entry.bytes),
            " ".join(filter(None, (entry.title, *map(str, entry.tags)))),
        )
    _console().print(table)
    if following is not None:
        click.echo(f"{len(entries)} of {total}; --limit shows more, --after {following} the next ones")


def print_recording(recording: "Recording") -> None:
    """All that is known of a recording."""
    entry, manifest = recording.entry, recording.manifest
    click.echo(f"{entry.id}  {entry.title}".rstrip())
    if entry.start_utc_ns is not None:
        start = local_time(entry.start_utc_ns, zone_of(recording.person))
        click.echo(f"  start    {start:%Y-%m-%d %H:%M:%S} {offset_text(start)}")
    click.echo(
        f"  length   {duration_text(entry.duration_s)}, {entry.sample_rate_hz:g} Hz, {size_text(entry.bytes)}"
    )
    who = recording.person
    if who is not None:
        click.echo(f"  person   {who.code}{'' if who.name is None else f' ({who.name})'}")
    for foot in manifest.feet:
        device = recording.devices.get(foot.foot)
        insole = "" if device is None else f"  insole {device.serial}, firmware {device.firmware}"
        click.echo(
            f"  {foot.foot:8} {foot.frames_requested} frames requested = {foot.frames_recorded} recorded"
            f" + {foot.frames_missing} missing{insole}"
        )
        for reason, slots in foot.missing_by_reason.items():
            click.echo(f"           {slots} {title_of(reason)}")
    _print_remarks(recording)


def _print_remarks(recording: "Recording") -> None:
    entry, manifest = recording.entry, recording.manifest
    if entry.tags:
        click.echo(f"  tags     {' '.join(map(str, entry.tags))}")
    for name, value in manifest.provenance.items():
        if value not in ("", None):
            click.echo(f"  {name.replace('_', ' ')}: {value}")
    for note in recording.notes:
        at = "" if note.at_s is None else f" at {note.at_s:g} s"
        click.echo(f"  note {note.id}{at} ({note.author}, {note.created_utc:%Y-%m-%d}): {note.text}")
    for stored in recording.analyses:
        click.echo(f"  analysis {stored.algorithm} {stored.version}, {stored.made_utc:%Y-%m-%d}")
    for alert in recording.alerts:
        click.echo(f"  alert    {alert.rule}, {alert.foot}, at {alert.from_s:.0f} s")


def comparison_as_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Parameters of two recordings."""
    return {
        name: {
            "unit": first.unit,
            "first": first.value,
            "second": second.value,
            "difference": _gap(first, second),
        }
        for name, first, second in rows
    }


def print_comparison(one: RecordingEntry, other: RecordingEntry, rows: Sequence[Row]) -> None:
    """Parameters of two recordings side by side."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("parameter")
    for head in (one.id, other.id, "difference"):
        table.add_column(head, justify="right", no_wrap=True)
    for name, first, second in rows:
        table.add_row(name, *(_text(value) for value in (first.value, second.value, _gap(first, second))))
    _console().print(table)


def print_changes(changes: Sequence["Difference"]) -> None:
    """Changes of each foot with what they have to exceed, each in a sentence."""
    for change in changes:
        click.echo(change.words)


def _gap(first: "Parameter", second: "Parameter") -> float | None:
    return None if first.value is None or second.value is None else second.value - first.value


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
