"""`plantigrade scan`."""

from pathlib import Path

import click


@click.command(short_help="List the insoles in reach, real and virtual.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.5, max=300),
    default=5,
    show_default=True,
    help="How long to listen.",
)
@click.option("--quick", is_flag=True, help="Do not connect to read serial number and firmware version.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write the list as JSON to this file; - for standard output, and nothing else there.",
)
def scan(seconds: float, quick: bool, json_file: Path | None) -> None:
    """List the insoles in reach, real and virtual.

    Listens on this computer's Bluetooth adapter and, when `plantigrade twin run` is running, on its virtual
    radio. An insole serves two hosts at once: while one is connected it is still found, while two are it
    does not advertise and is not found.

    \b
    Examples:
      plantigrade scan
      plantigrade scan --seconds 10 --json insoles.json
    """
    from plantigrade.scan.actions import main

    main(seconds, quick, json_file)
