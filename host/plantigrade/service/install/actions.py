"""What `plantigrade service install` and `uninstall` do."""

import getpass
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from plantigrade.files.atomic_write import new_file
from plantigrade.service.install.starter import InstallError, Starter, command_line, starter

COMMAND_TIMEOUT_S: Final = 60.0


def this_computer(data: Path) -> Starter:
    """How the service is started on this computer.

    Raises:
        InstallError: this system is not known.
    """
    return starter(sys.platform, Path.home(), command_line(data.resolve()), getpass.getuser())


def install(data: Path, dry_run: bool) -> None:
    """Write the file and make it known, so that the service runs now and after each log-in.

    Raises:
        InstallError: the system refuses; the file stays, and the message says how to go on.
        FileError: the file cannot be written.
    """
    found = this_computer(data)
    if dry_run:
        click.echo(f"would write {found.path}:")
        click.echo(
            found.content.decode("utf-16" if found.content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
        )
        for command in found.enable:
            click.echo(f"would run: {shlex.join(command)}")
        return
    found.path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(found.path) as draft:
        draft.write_bytes(found.content)
    for command in found.enable:
        _run(command, f"{found.path} is written, but the system did not take it")
    click.echo(f"The service runs now, and will run whenever you log in ({found.path}; {found.tested}).")
    click.echo("`plantigrade status` shows what it does; `plantigrade service uninstall` ends it.")


def uninstall(data: Path) -> None:
    """Stop the service and start it no longer; recordings stay.

    Raises:
        InstallError: it is not installed, or the system refuses.
    """
    found = this_computer(data)
    if not found.path.exists():
        raise InstallError(f"the service is not installed: there is no {found.path}")
    for command in found.disable:
        _run(command, "the service is still installed")
    found.path.unlink()
    click.echo(f"The service no longer starts at log-in; {found.path} is removed. Recordings stay.")


def _run(command: tuple[str, ...], failed: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=COMMAND_TIMEOUT_S)
    except FileNotFoundError as error:
        raise InstallError(f"{failed}: there is no program {command[0]} here") from error
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"{failed}: {shlex.join(command)} did not end") from error
    if done.returncode:
        output = " ".join((done.stderr or done.stdout).split())
        raise InstallError(f"{failed}: {shlex.join(command)}: {output}")
