"""`plantigrade device flash`: options and help."""

from pathlib import Path

import click

from plantigrade.json_output import json_option


@click.command(short_help="Make an insole of a blank board, over USB.")
@click.argument("port", required=False)
@click.option(
    "--micropython",
    "micropython",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="MicroPython for the ESP32-S3: the .bin file for the whole flash. Not for a virtual board.",
)
@click.option(
    "--accept-unknown",
    metavar="SHA256",
    help="Take a FILE that is not among the known images; its hash, 64 digits, compared with its maker's.",
)
@click.option(
    "--test-keys",
    is_flag=True,
    help="Let the insole trust updates signed with the keys of the repository, which everybody has.",
)
@click.option("--erase", is_flag=True, help="Erase the whole flash before: identity, keys and log too.")
@click.option(
    "--keep-log/--erase-log",
    default=None,
    help="What is recorded on the board: kept where the board has our partition table, unless you say so.",
)
@click.option(
    "--keep-identity/--erase-identity",
    default=None,
    help="Identity and keys from the factory: kept where the board has our partition table, as the log.",
)
@click.option(
    "--keep-settings/--erase-settings",
    default=None,
    help="Settings, bonds, numbers, crash records and events: kept where the board has our partition table.",
)
@click.option("--dry-run", is_flag=True, help="Check everything and show the plan; write nothing.")
@json_option
def flash(
    port: str | None,
    micropython: Path | None,
    accept_unknown: str | None,
    test_keys: bool,
    erase: bool,
    keep_log: bool | None,
    keep_identity: bool | None,
    keep_settings: bool | None,
    dry_run: bool,
    json_file: Path | None,
) -> None:
    """Make an insole of a blank board, or write a used one anew, over USB.

    In one go: finds the board, checks chip, flash and image, writes boot loader, partition table, MicroPython
    and the firmware compiled for that chip, verifies all of it, restarts the board and waits until it says
    hello. Identity, keys, settings, bonds and what is recorded stay, unless you say otherwise.

    PORT is needed only where several boards are connected. A board that runs is restarted in its boot loader
    by itself; hold the button of any other while you plug it in.

    All that can be refused is refused before the first byte is written, and the board is as it was. Once
    writing has begun, the board starts nothing until it is whole: after a broken cable or a flat battery run
    the same command again.

    \b
    Examples:
      plantigrade device flash --micropython ESP32_GENERIC_S3-20250809-v1.26.0.bin
      plantigrade device flash /dev/ttyACM0 --micropython FILE --dry-run
      plantigrade device flash /dev/pts/3
    """
    from plantigrade.device.flash import actions
    from plantigrade.device.flash.plan import Wishes

    if erase and (keep_log or keep_identity or keep_settings):
        raise click.UsageError("--erase erases everything; leave --keep-... out")
    actions.flash_and_report(
        port,
        micropython,
        accept_unknown,
        test_keys,
        Wishes(erase, keep_log, keep_identity, keep_settings),
        dry_run,
        json_file,
    )
