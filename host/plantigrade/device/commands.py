"""`plantigrade device`: looking after one insole over its USB port or over Bluetooth."""

from pathlib import Path

import click

from plantigrade.cli import Invocation, data_option, pass_invocation
from plantigrade.device.calibrate.commands import calibrate
from plantigrade.device.changes.commands import COMMANDS as CHANGES
from plantigrade.device.flash.commands import flash
from plantigrade.device.provision.commands import provision
from plantigrade.device.set_commands import set_group

_target = click.argument("target", required=False)
_json = click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write the result as JSON to this file; - for standard output, and nothing else there.",
)


@click.group(short_help="Look after an insole: info, self-test, console.")
@pass_invocation
def device(invocation: Invocation) -> None:
    """Look after an insole: info, self-test, console.

    TARGET names the insole: a serial port (/dev/ttyACM0, COM3), or a side (left, right) or the end of a
    serial number as `plantigrade scan` shows it, which is then reached over Bluetooth. Without TARGET the
    one insole on USB is meant.

    \b
    Examples:
      plantigrade device list
      plantigrade device info /dev/ttyACM0
      plantigrade device selftest left
    """
    import os

    from plantigrade.bridge.keyring import keys_at_hand
    from plantigrade.library.insole_keyring import KeyringOnDemand

    keys_at_hand.set(KeyringOnDemand(invocation.data_dir, os.environ.get("PLANTIGRADE_LIBRARY")))


device.add_command(calibrate)
for _change in CHANGES:
    device.add_command(_change)
device.add_command(flash)
device.add_command(provision)
device.add_command(set_group)


@device.command("list")
@_json
def list_ports(json_file: Path | None) -> None:
    """List the insoles on USB, also of a running twin.

    \b
    Example:
      plantigrade device list
    """
    from plantigrade.device import actions as entry

    entry.list_ports(json_file)


@device.command()
@_target
@_json
@data_option
@pass_invocation
def info(invocation: Invocation, target: str | None, json_file: Path | None) -> None:
    """Show identity, state, settings and log of an insole.

    Of an insole with an identity record it says whether that is genuine, unsigned or altered; the factories
    that are known are those of this project and those in factory-keys of the data folder.

    \b
    Examples:
      plantigrade device info
      plantigrade device info right --json right.json
    """
    from plantigrade.device import actions as entry

    entry.info(target, json_file, invocation.data_dir())


@device.command()
@_target
@_json
def selftest(target: str | None, json_file: Path | None) -> None:
    """Have an insole test itself; exit code 1 if it finds a fault.

    Take the foot off the insole first: the test compares each unloaded sensor with the level it should have.

    \b
    Example:
      plantigrade device selftest /dev/ttyACM0
    """
    from plantigrade.device import actions as entry

    entry.selftest(target, json_file)


@device.command()
@_target
@click.option("--seconds", type=click.IntRange(1, 60), default=10, show_default=True, help="How long.")
def identify(target: str | None, seconds: int) -> None:
    """Make an insole blink, to see which one it is.

    \b
    Example:
      plantigrade device identify left --seconds 20
    """
    from plantigrade.device import actions as entry

    entry.identify(target, seconds)


@device.command()
@_target
@click.option("--seconds", type=click.IntRange(1, 30), default=12, show_default=True, help="How long.")
def hint(target: str | None, seconds: int) -> None:
    """Show the blinking that reminds a wearer.

    It is gentle, and given only to wearers who have asked for it.

    Two blinks each 1.5 s. An insole that is idle, or whose setting led is 0, stays dark and says so.

    \b
    Example:
      plantigrade device hint left
    """
    from plantigrade.device import actions as entry

    entry.hint(target, seconds)


@device.command()
@_target
@click.option("--close", "closes", is_flag=True, help="Lock it again, without a restart.")
@data_option
def service(target: str | None, closes: bool) -> None:
    """Open the locked prompt of an insole, until it restarts.

    An insole that was given keys has no prompt: whoever holds its cable sees nothing. This opens it for the
    console and for mpremote, as long as the insole runs; --close, or a restart, locks it.

    \b
    Examples:
      plantigrade device service /dev/ttyACM0
      plantigrade device service --close
    """
    from plantigrade.device import actions as entry

    entry.service(target, not closes)


@device.command()
@click.argument("port", required=False)
def console(port: str | None) -> None:
    """Open the interpreter's prompt of an insole on USB. Leave with Ctrl-].

    Ctrl-C stops the firmware and opens the prompt; Ctrl-D at the prompt starts it again. While the
    firmware is stopped nothing is recorded. An insole that was given keys has no prompt until
    `plantigrade device service` opens it.

    \b
    Example:
      plantigrade device console /dev/ttyACM0
    """
    from plantigrade.device import actions as entry

    entry.console(port)


@device.command()
@_target
@data_option
@pass_invocation
def pull(invocation: Invocation, target: str | None) -> None:
    """Fetch all that an insole has stored.

    It becomes a recording.

    Over USB this takes seconds for hours of walking. Broken off, it goes on where it was when it is started
    again; the insole keeps everything until it is safe on this computer.

    \b
    Examples:
      plantigrade device pull
      plantigrade device pull left
    """
    from plantigrade.device.pull import pull_and_report

    pull_and_report(target, invocation.data_dir())


def _ensure_data_option(command: click.Command) -> None:
    """`--data` on every command: a locked insole answers whoever has its key, which lies in the library."""
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _ensure_data_option(child)
    elif not any("--data" in parameter.opts for parameter in command.params):
        data_option(command)


_ensure_data_option(device)
