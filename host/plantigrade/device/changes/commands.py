"""`plantigrade device update`, `rollback`, `wipe`, `forget` and `log`."""

from pathlib import Path

import click

from plantigrade.cli import Invocation, data_option, pass_invocation
from plantigrade.json_output import json_option

_target = click.argument("target", required=False)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("target", required=False)
@click.argument("bundle", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--all", "everyone", is_flag=True, help="All insoles that are known, one after the other.")
@click.option("--micropython", type=_file, help="Update MicroPython itself with this bundle.")
@click.option("--again", is_flag=True, help="Also install the version that runs already.")
@click.option("--older", is_flag=True, help="Also install an older version.")
@json_option
@data_option
@pass_invocation
def update(
    invocation: Invocation,
    target: str | None,
    bundle: Path | None,
    everyone: bool,
    micropython: Path | None,
    again: bool,
    older: bool,
    json_file: Path | None,
) -> None:
    """Bring a new firmware onto an insole, over USB or Bluetooth.

    BUNDLE is a file made by `plantigrade firmware build` and `sign`; without it the firmware that comes with
    this version of Plantigrade is meant. The insole records nothing while it is updated; what it has
    recorded stays. It tries the new firmware and goes back by itself when that is not well. Broken off, the
    update goes on where it was when it is started again.

    \b
    Examples:
      plantigrade device update left
      plantigrade device update /dev/ttyACM0 plantigrade-0.2.0-xtensawin.pgfw
      plantigrade device update --all
    """
    from plantigrade.device.update.actions import Request
    from plantigrade.device.update.actions import update as run
    from plantigrade.device.update.result import Wishes

    if target is not None and bundle is None and target.endswith(".pgfw"):
        target, bundle = None, Path(target)
    if everyone and target is not None:
        raise click.UsageError("--all and a TARGET exclude each other")
    if bundle is not None and micropython is not None:
        raise click.UsageError("a BUNDLE and --micropython exclude each other")
    data = invocation.data_dir()
    run(Request(target, everyone, data, bundle, micropython, Wishes(again, older), json_file))


@click.command(short_help="Go back to the firmware before the last update.")
@_target
@json_option
def rollback(target: str | None, json_file: Path | None) -> None:
    """Have an insole run the firmware again that it ran before its last update.

    \b
    Example:
      plantigrade device rollback left
    """
    from plantigrade.device.changes import actions

    actions.rollback(target, json_file)


@click.command(short_help="Erase what belongs to a person.")
@_target
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@json_option
def wipe(target: str | None, sure: bool, json_file: Path | None) -> None:
    """Erase what belongs to a person, so that the insole can be passed on.

    The log, the paired hosts, keys, all settings but the side. What is erased is named first, and frames that
    nobody has fetched yet are counted.

    \b
    Example:
      plantigrade device wipe /dev/ttyACM0
    """
    from plantigrade.device.changes import actions

    actions.wipe(target, sure, json_file)


@click.command(short_help="Forget the hosts that an insole is paired with.")
@_target
@json_option
def forget(target: str | None, json_file: Path | None) -> None:
    """Have an insole forget the hosts that it is paired with.

    Over Bluetooth this computer stays paired; over USB all are forgotten.

    \b
    Example:
      plantigrade device forget /dev/ttyACM0
    """
    from plantigrade.device.changes import actions

    actions.forget(target, json_file)


@click.command("log", short_help="List who updated, erased and paired an insole.")
@_target
@json_option
def show_log(target: str | None, json_file: Path | None) -> None:
    """List the last events of an insole: who updated, erased and paired.

    \b
    Example:
      plantigrade device log left
    """
    from plantigrade.device.changes import actions

    actions.show_log(target, json_file)


COMMANDS = (update, rollback, wipe, forget, show_log)
