"""`plantigrade record`."""

from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import library_options


@click.command(short_help="Make one recording with the insoles in reach.")
@click.argument("insoles", nargs=-1, metavar="[INSOLE]...")
@click.option(
    "--seconds", type=click.FloatRange(min=1), help="End after this time; by default run until Ctrl-C."
)
@click.option("--person", metavar="CODE", help="Who wears the insoles.")
@click.option("--title", default="", help="Title of the recording.")
@click.option(
    "--lsl",
    is_flag=False,
    flag_value="computer",
    type=click.Choice(("computer", "network")),
    help="Also stream live on the Lab Streaming Layer, to this computer or, unencrypted, to its network.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write what was recorded as JSON to this file; - for standard output, and nothing else there.",
)
@library_options
@pass_invocation
def record(
    invocation: Invocation,
    insoles: tuple[str, ...],
    seconds: float | None,
    person: str | None,
    title: str,
    lsl: str | None,
    json_file: Path | None,
    **where: Any,
) -> None:
    """Make one recording with the insoles in reach, live.

    INSOLE is left, right, the end of a serial number, or a serial port; by default the left and the right one
    in reach. For insoles that are worn all day there is `plantigrade run`, the service. Everything is fetched
    that the insoles hold and nobody has fetched before; what the radio loses is read from their logs. At the
    end the recording is finalized, analysed and stored, with its alerts.

    \b
    Examples:
      plantigrade record --person P001
      plantigrade record left --seconds 60
      plantigrade record --lsl           one stream for each foot, for LabRecorder and others on this computer
    """
    from plantigrade.live.actions import Plan, record_and_report

    plan = Plan(insoles, seconds, person, title, lsl)
    record_and_report(plan, invocation.data_dir(), where["url"], where["key_file"], json_file)
