"""`plantigrade status`."""

from pathlib import Path

import click

from plantigrade.cli import Invocation, data_option, pass_invocation
from plantigrade.json_output import json_option


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
