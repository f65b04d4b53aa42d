"""`plantigrade analyze`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plantigrade.cli import Invocation, data_option, pass_invocation
from plantigrade.errors import FileError

if TYPE_CHECKING:
    from plantigrade.analysis.pipeline import Progress, RecordingAnalysis, Request, Span
    from plantigrade.imports.source import DecimalMark

PLOT_KINDS = (".png", ".pdf", ".svg")


def _span(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> "Span | None":
    """FROM-TO in seconds."""
    from plantigrade.analysis.pipeline import Span

    if value is None:
        return None
    try:
        first, _, last = value.partition("-")
        span = Span(float(first), float(last))
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no span in seconds such as 0-30") from error
    if not span.from_s < span.to_s:
        raise click.BadParameter(f"{value!r} ends before it begins")
    return span


def _format(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    """A known format, or a description file."""
    if value in ("auto", "plantigrade") or value.endswith(".toml"):
        return value
    from plantigrade.errors import PlantigradeError
    from plantigrade.imports.formats import import_formats, named

    try:
        return named(value, import_formats()).name
    except PlantigradeError as error:
        raise click.BadParameter(str(error)) from error


_OUTPUT = click.Path(dir_okay=False, path_type=Path, allow_dash=True)


@click.command()
@click.argument("recordings", metavar="INPUT", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    callback=_format,
    metavar="NAME",
    default="auto",
    show_default=True,
    help="What the file is (docs/reference/file-formats.md), or a description file (.toml); "
    "auto finds out from its content.",
)
@click.option(
    "--decimal-mark",
    type=click.Choice(("point", "comma")),
    help="Of a table whose numbers leave open whether 1,234 is 1.234 or 1234.",
)
@click.option(
    "--json",
    "json_file",
    type=_OUTPUT,
    metavar="FILE",
    help="Write everything as JSON (- = standard output, and nothing else there).",
)
@click.option(
    "--strides", "strides_file", type=_OUTPUT, metavar="FILE.csv", help="Write a table of all strides."
)
@click.option(
    "--events", "events_file", type=_OUTPUT, metavar="FILE.csv", help="Write all initial and final contacts."
)
@click.option(
    "--plot",
    "plot_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Draw one page (.png, .pdf or .svg).",
)
@click.option(
    "--body-weight-kg",
    type=click.FloatRange(2, 500),
    help="Weight of the person, for forces as shares of it.",
)
@click.option(
    "--foot", type=click.Choice(("left", "right")), help="Side of a one-foot file that does not state it."
)
@click.option(
    "--feet-apart-mm",
    type=click.FloatRange(20, 1000),
    help="Distance of the insoles' middle lines while standing, for the sway of the whole body.",
)
@click.option(
    "--eyes-open", callback=_span, metavar="FROM-TO", help="Span of standing with open eyes, seconds."
)
@click.option(
    "--eyes-closed", callback=_span, metavar="FROM-TO", help="Span of standing with closed eyes, seconds."
)
@click.option(
    "--rules",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The patient's posture rules, as `plantigrade posture edit` stores them.",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The person's own days, as `plantigrade posture learn` stores them.",
)
@click.option(
    "--explain",
    "explained",
    is_flag=True,
    help="Say what was understood of the file, line by line, and stop.",
)
@click.option(
    "--tag", default="everyday", show_default=True, help="Shoes or orthotic that were worn, for --baseline."
)
@data_option
@pass_invocation
def analyze(
    invocation: Invocation,
    recordings: tuple[Path, ...],
    format_name: str,
    decimal_mark: "DecimalMark | None",
    json_file: Path | None,
    strides_file: Path | None,
    events_file: Path | None,
    plot_file: Path | None,
    body_weight_kg: float | None,
    foot: str | None,
    feet_apart_mm: float | None,
    eyes_open: "Span | None",
    eyes_closed: "Span | None",
    rules: Path | None,
    baseline: Path | None,
    tag: str,
    explained: bool,
) -> None:
    """Compute gait parameters from one recording of any known format, or of the library by its identifier.

    Prints a summary; with --json - only the JSON goes to standard output.

    \b
    plantigrade analyze walk.csv
    plantigrade analyze GaCo01_01.txt.gz --json - | jq .both.stride_time_s
    plantigrade analyze example.asc --plot page.png --strides strides.csv
    plantigrade analyze walk.txt --explain
    """
    path = _only(recordings)
    if explained:
        _explain(path, format_name, foot)
        return
    outputs = {"--json": json_file, "--strides": strides_file, "--events": events_file, "--plot": plot_file}
    _check_outputs(path, outputs)
    from plantigrade.analysis.pipeline import Request
    from plantigrade.gait.signals import Foot

    request = Request(
        path=path,
        format_name=format_name,
        decimal_mark=decimal_mark,
        foot=Foot(foot) if foot else None,
        body_weight_kg=body_weight_kg,
        feet_apart_mm=feet_apart_mm,
        eyes_open=eyes_open,
        eyes_closed=eyes_closed,
        rules=rules,
        baseline=baseline,
        tag=tag,
    )
    full_analysis = _run(request, invocation)
    _ask_about(full_analysis, body_weight_kg)
    _write(full_analysis, json_file, strides_file, events_file)
    if plot_file is not None:
        from plantigrade.report.page import draw

        draw(full_analysis, plot_file)
    if not any(str(output) == "-" for output in outputs.values()):
        from rich.console import Console

        from plantigrade.analysis.terminal import print_summary

        print_summary(full_analysis, Console(highlight=False))
        for option, output in outputs.items():
            if output is not None:
                click.echo(f"{option[2:]}: {output}")


def _explain(path: Path, format_name: str, foot: str | None) -> None:
    """Print what a file was taken for; exit 1 when it is refused, as without --explain."""
    from plantigrade.gait.signals import Foot
    from plantigrade.imports import explain

    found = explain.explain(path, format_name, foot=Foot(foot) if foot else None)
    for line in explain.as_text(found):
        click.echo(line)
    if found.walk is None:
        sys.exit(1)


def _ask_about(full_analysis: "RecordingAnalysis", weight_kg: float | None) -> None:
    """Ask whether a stated weight is right that looks wrong by itself or beside the steps."""
    from plantigrade.library.person.plausible import question_of_peak, question_of_weight

    if weight_kg is None:
        return
    peaks = [
        foot.parameters["peak_force_n"].value
        for foot in full_analysis.analysis.feet
        if "peak_force_n" in foot.parameters
    ]
    peak_n = max((peak for peak in peaks if peak is not None), default=None)
    if question := question_of_weight(weight_kg) or question_of_peak(weight_kg, peak_n):
        click.echo(f"plantigrade: --body-weight-kg: {question}", err=True)


def _only(recordings: tuple[Path, ...]) -> Path:
    if not recordings:
        raise click.UsageError("name a recording: plantigrade analyze INPUT")
    if len(recordings) > 1:
        raise click.UsageError(
            f"{len(recordings)} recordings were named, one is analysed at a time; "
            'in a shell: for f in *.csv; do plantigrade analyze "$f"; done'
        )
    return next(iter(recordings))


def _check_outputs(recording: Path, outputs: dict[str, Path | None]) -> None:
    """Refuse before the work what could not be written after it."""
    plot = outputs["--plot"]
    if plot is not None and plot.suffix.lower() not in PLOT_KINDS:
        raise click.UsageError(
            f"--plot writes {', '.join(PLOT_KINDS)}, not {plot.suffix or 'a file without an ending'}"
        )
    if sum(str(output) == "-" for output in outputs.values()) > 1:
        raise click.UsageError("only one output can go to standard output")
    seen: set[Path] = set()
    for option, output in outputs.items():
        if output is None or str(output) == "-":
            continue
        if output.resolve() == recording.resolve() or output.resolve() in seen:
            raise click.UsageError(f"{option} would overwrite {output}")
        seen.add(output.resolve())
        if not output.parent.is_dir():
            raise FileError(output, "cannot be written: its folder does not exist")


def _run(request: "Request", invocation: Invocation) -> "RecordingAnalysis":
    from plantigrade.analysis.pipeline import of_walk
    from plantigrade.api.reading import open_source

    with _progress() as progress:
        source = open_source(
            request.path,
            request.format_name,
            request.foot,
            request.decimal_mark,
            invocation.data_dir(),
            on_progress=lambda share: progress("reading", share),
        )
        return of_walk(source.walk(), request, progress)


@contextmanager
def _progress() -> "Generator[Progress]":
    """A bar on standard error, where someone is looking; it vanishes when the work is done."""
    if not sys.stderr.isatty():
        yield lambda _what, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)


def _write(
    full_analysis: "RecordingAnalysis",
    json_file: Path | None,
    strides_file: Path | None,
    events_file: Path | None,
) -> None:
    from plantigrade.analysis import document, tables

    if json_file is not None:
        _put(json_file, document.to_text(full_analysis))
    if strides_file is not None:
        _put(strides_file, tables.strides_csv(full_analysis.analysis))
    if events_file is not None:
        _put(events_file, tables.events_csv(full_analysis.analysis))


def _put(path: Path, text: str) -> None:
    """Write a file as a whole or not at all; `-` is standard output."""
    if str(path) == "-":
        click.echo(text, nl=False)
        return
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(text, encoding="utf-8", newline="")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise FileError(path, f"cannot be written: {error.strerror or error}") from error
