"""`plantigrade run`, the service, and `plantigrade status`."""

from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, data_option, pass_invocation
from plantigrade.json_output import json_option
from plantigrade.library.options import library_options


@click.command(short_help="Look after the known insoles all day: the service.")
@click.option(
    "--live",
    "live_minutes",
    type=click.FloatRange(min=1, max=240),
    metavar="MINUTES",
    help="Begin with live mode for this long; else insoles are fetched from every quarter of an hour.",
)
@click.option(
    "--any",
    "take_any",
    is_flag=True,
    help="Also take insoles that nobody knows; else only known ones, or the first pair in reach.",
)
@click.option(
    "--quiet", is_flag=True, help="Show nothing but errors; `plantigrade status` shows how things are."
)
@library_options
@pass_invocation
def run(
    invocation: Invocation, live_minutes: float | None, take_any: bool, quiet: bool, **where: Any
) -> None:
    """Look after the known insoles all day, for weeks: the service.

    It finds the insoles, fetches what they logged, and goes on when they are out of reach. A recording ends
    when the insoles were not loaded for 20 minutes, and at midnight; it is analysed by itself, its alerts are
    shown, and it is completed when the rest of it arrives. Assign insoles to people with
    `plantigrade sessions person insoles`; recordings of insoles that are nobody's wait for an answer.

    Ctrl-C or SIGTERM ends it; nothing that the insoles were told to forget is lost, however it ends. To start
    it whenever you log in: `plantigrade service install`.

    \b
    Examples:
      plantigrade run
      plantigrade run --live 10          show strides and alerts as they happen, for ten minutes
      plantigrade --data /srv/insoles run --quiet
    """
    from plantigrade.service import actions

    actions.run(
        actions.Start(
            data=invocation.data_dir(),
            url=where["url"],
            key_file=where["key_file"],
            live_minutes=live_minutes,
            quiet=quiet,
            take_any=take_any,
        )
    )


@click.command(short_help="Show what the running service knows of the insoles.")
@json_option
@data_option
@pass_invocation
def status(invocation: Invocation, json_file: Path | None) -> None:
    """Show what the running service knows: links, batteries, logs, what is being fetched, open alerts.

    Exit code 1 when no service runs. docs/reference/status.md describes the JSON.

    \b
    Examples:
      plantigrade status
      plantigrade status --json - | jq '.insoles[].battery_pct'
    """
    from plantigrade.service import actions

    actions.show_status(invocation.data_dir(), json_file)
