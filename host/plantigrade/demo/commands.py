"""`plantigrade demo`."""

from pathlib import Path

import click


@click.command(short_help="Play a recorded walk on two virtual insoles, end to end.")
@click.option(
    "--source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Walk to play: a record of PhysioNet's gaitpdb, .txt or .txt.gz [default: the bundled walk].",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=5, max=3600),
    default=60,
    show_default=True,
    help="Seconds of walking at the insoles; a shorter walk is repeated.",
)
@click.option(
    "--interval-ms",
    type=click.FloatRange(min=7.5, max=200),
    default=30,
    show_default=True,
    help="Connection interval of the virtual radio.",
)
@click.option("--no-browser", is_flag=True, help="Open no browser: show the walk in the terminal only.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write the summary as JSON to this file; - for standard output, and nothing else there.",
)
def demo(
    source: Path | None, seconds: float, interval_ms: float, no_browser: bool, json_file: Path | None
) -> None:
    """Play a recorded walk on two virtual insoles, end to end.

    Forces of the walk go through a model of sensors and amplifier into two virtual boards that run the real
    firmware; its frames come over a virtual Bluetooth LE radio to the bridge, are calibrated to newtons and
    cut into strides while you watch. At the end all of it is compared with the truth, which only a twin
    knows: frames sent inside the firmware, the insoles' true clocks, the strides in the source forces.

    Where a browser can be opened, it shows the walk on the page Now, signed in by a link that works once, and
    then the summary; the pages stay for ten minutes. Everywhere else, and with --no-browser, the terminal
    shows it.

    Exit code 0 means that nothing was missing and the strides were found again.

    \b
    Examples:
      plantigrade demo
      plantigrade demo --seconds 30 --json -
      plantigrade demo --source GaPt03_01.txt.gz --interval-ms 50
    """
    from plantigrade.demo.actions import main

    main(source, seconds, interval_ms, json_file, browser=not no_browser)
