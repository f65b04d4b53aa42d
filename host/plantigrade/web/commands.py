"""`plantigrade run`: the service with its pages."""

from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import library_options

DEFAULT_PORT = 8080


@click.command(short_help="Look after the known insoles all day, with pages in the browser.")
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port of the pages; 0 takes a free one.",
)
@click.option(
    "--lan", is_flag=True, help="Serve the pages to the home network, over TLS with a certificate of its own."
)
@click.option("--no-pages", is_flag=True, help="Without pages: the service alone.")
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
    invocation: Invocation,
    port: int,
    lan: bool,
    no_pages: bool,
    live_minutes: float | None,
    take_any: bool,
    quiet: bool,
    url: str | None,
    key_file: Path | None,
) -> None:
    """Look after the known insoles all day, for weeks: the service, with its pages.

    It finds the insoles, fetches what they logged, and goes on when they are out of reach. A recording ends
    when the insoles were not loaded for 20 minutes, and at midnight; it is analysed by itself, its alerts are
    shown, and it is completed when the rest of it arrives. Assign insoles to people on the pages or with
    `plantigrade sessions person insoles`; recordings of insoles that are nobody's wait for an answer.

    The pages are for this computer alone, at http://127.0.0.1:8080. A link that is printed at the start, also
    as a QR code, signs you in once; `plantigrade users` makes accounts. With --lan the home network reaches
    them, encrypted; docs/how-to/pages-at-home.md says what phones need.

    Ctrl-C or SIGTERM ends it; nothing that the insoles were told to forget is lost, however it ends. To start
    it whenever you log in: `plantigrade service install`.

    \b
    Examples:
      plantigrade run
      plantigrade run --port 8090 --live 10    pages at another port, live for the first ten minutes
      plantigrade run --no-pages               the service alone
      plantigrade --data /srv/insoles run --quiet
    """
    from plantigrade.service import actions

    beside: dict[str, Any] = {}
    if not no_pages:
        from plantigrade.web import starting

        beside["beside"] = starting.pages_beside(starting.Reach(port, lan), quiet)
    actions.run(
        actions.Start(
            data=invocation.data_dir(),
            url=url,
            key_file=key_file,
            live_minutes=live_minutes,
            quiet=quiet,
            take_any=take_any,
            **beside,
        )
    )
