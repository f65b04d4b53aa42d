"""`plantigrade sessions person weekly`: the summary of a week."""

import importlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.errors import MissingPartError
from plantigrade.library.options import library_options, open_library
from plantigrade.library.record_commands.opening import DAY, code_argument
from plantigrade.library.time_zone import zone_of


@click.command(short_help="Show or print the summary of a week.")
@code_argument
@click.option("--to", "to_day", type=DAY, help="Last day of the week; yesterday, if left out.")
@click.option(
    "--pdf",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as PDF to this file; else it is shown in sentences.",
)
@click.option("--paper", type=click.Choice(("a4", "letter")), default="a4", show_default=True)
@library_options
@pass_invocation
def weekly(
    invocation: Invocation, code: str, to_day: datetime | None, pdf: Path | None, paper: str, **where: Any
) -> None:
    """Show or print the summary of a week: wear, goal, usual days, what was noticed.

    \b
    Examples:
      plantigrade sessions person weekly P001
      plantigrade sessions person weekly P001 --to 2026-03-08 --pdf week.pdf
    """
    # The report stands above the library, which must not depend on it.
    try:
        week = importlib.import_module("plantigrade.report.week")
        summary = importlib.import_module("plantigrade.report.weekly")
    except ModuleNotFoundError as error:
        raise MissingPartError("the summary of a week", "report", str(error.name)) from error
    with open_library(invocation, where) as library:
        person = library.person(code)
        yesterday = datetime.now(UTC).astimezone(zone_of(person)).date() - timedelta(days=1)
        last = yesterday if to_day is None else to_day.date()
        language = person.language or "en"
        if pdf is None:
            click.echo(summary.weekly_text(week.week_of(library, code, last), language))
            return
        summary.write_weekly(library, code, last, pdf, paper, language)
    click.echo(f"summary: {pdf}")


COMMANDS = (weekly,)
