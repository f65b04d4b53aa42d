"""`plantigrade keys`: the keys of insoles, and the library's key on paper."""

from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.json_output import json_option
from plantigrade.library.options import library_options, open_library

_code_file = click.option(
    "--code-file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Read the code from this file (- = standard input) instead of asking for it.",
)


@click.group(short_help="Keys of insoles: show, move, recover, revoke; the library's key on paper.")
def keys() -> None:
    """Look after the keys of insoles.

    A locked insole has a device key, by which it and its computers prove who they are, and a log key, under
    which it seals what it records. Copies of both lie in the encrypted library. SERIAL is a serial number, or
    its last digits.

    \b
    Examples:
      plantigrade keys show
      plantigrade keys paper -o paper.pdf
      plantigrade keys move 3F01 3F02 -o pair.keys
    """


@keys.command()
@json_option
@library_options
@pass_invocation
def show(invocation: Invocation, json_file: Path | None, **where: Any) -> None:
    """List the insoles with keys here, and since when.

    The keys themselves are never shown.

    \b
    Example:
      plantigrade keys show --json keys.json
    """
    from plantigrade.keys import actions

    with open_library(invocation, where) as library:
        actions.show(library, json_file)


@keys.command(short_help="Write keys of insoles into a file for another computer.")
@click.argument("serials", nargs=-1, required=True, metavar="SERIAL...")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write."
)
@click.option(
    "--qr",
    "qr_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the code as a QR code, too: a name that ends in .png or .svg.",
)
@click.option(
    "--recovery",
    is_flag=True,
    help="Seal the file for this library's key instead: a recovery file, as provisioning writes it.",
)
@library_options
@pass_invocation
def move(
    invocation: Invocation,
    serials: tuple[str, ...],
    output: Path,
    qr_file: Path | None,
    recovery: bool,
    **where: Any,
) -> None:
    """Write the keys of insoles into a file for another computer, which then is their owner as well.

    The file is sealed under a code that is shown once. The other computer asks for it: `plantigrade keys
    recover FILE`.

    \b
    Examples:
      plantigrade keys move 3F01 3F02 -o pair.keys
      plantigrade keys move 3F01 -o 3F01/keys.recovery --recovery
    """
    from plantigrade.keys import actions

    if qr_file is not None and recovery:
        raise click.UsageError("a file with --recovery has no code, so that there is none for --qr")
    if qr_file is not None and qr_file.suffix.lower() not in (".png", ".svg"):
        raise click.BadParameter("a name that ends in .png or .svg", param_hint="--qr")
    with open_library(invocation, where) as library:
        actions.move(library, serials, output, qr_file, recovery)


@keys.command(short_help="Bring keys back: of insoles from a file, of the library from paper.")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@_code_file
@click.option("--yes", is_flag=True, help="Do not ask before an open library is encrypted.")
@library_options
@pass_invocation
def recover(
    invocation: Invocation, file: Path | None, code_file: Path | None, yes: bool, **where: Any
) -> None:
    """Bring keys back: those of insoles from a FILE, the library's own from its paper code.

    With FILE, which `keys move` or provisioning wrote, the keys of insoles go into the library. Without,
    the library's key is put back where it is looked for: into --key-file, else the keyring. A wrong code
    changes nothing.

    \b
    Examples:
      plantigrade keys recover pair.keys
      plantigrade keys recover --key-file key.txt
    """
    from plantigrade.keys import actions

    if file is None:
        actions.recover_library_key(invocation.data_dir(), where["url"], where["key_file"], code_file, yes)
        return
    with open_library(invocation, where) as library:
        actions.recover_file(library, file, code_file)


@keys.command(short_help="Give an insole new keys, so that every copy of the old ones is void.")
@click.argument("serial")
@click.argument("port", required=False)
@library_options
@pass_invocation
def revoke(invocation: Invocation, serial: str, port: str | None, **where: Any) -> None:
    """Give an insole on USB new keys: every copy of those before is void.

    Whoever has such a copy can no longer talk to the insole, and cannot read what it records from now on.
    What they fetched before stays theirs. Interrupted, the same command finishes it.

    \b
    Example:
      plantigrade keys revoke 3F01 /dev/ttyACM0
    """
    from plantigrade.keys import actions

    with open_library(invocation, where) as library:
        actions.revoke(library, serial, port)


@keys.command(short_help="Forget the device key of an insole that was wiped.")
@click.argument("serial")
@library_options
@pass_invocation
def forget(invocation: Invocation, serial: str, **where: Any) -> None:
    """Forget the device key of an insole that was wiped, so that it is taken as an open one.

    Its log keys stay: they open what it has recorded.

    \b
    Example:
      plantigrade keys forget 3F01
    """
    from plantigrade.keys import actions

    with open_library(invocation, where) as library:
        actions.forget(library, serial)


@keys.command(short_help="Show the library's key as a code for paper.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with a QR code as PDF instead of showing the code.",
)
@library_options
@pass_invocation
def paper(invocation: Invocation, output: Path | None, **where: Any) -> None:
    """Show the library's key as a code for paper, or write a page with it.

    With it alone all recordings and the keys of all insoles open again; without it, and without the key,
    nobody can read them.

    \b
    Example:
      plantigrade keys paper -o paper.pdf
    """
    from plantigrade.keys import actions

    with open_library(invocation, where) as library:
        actions.paper(library, output)


def _of_phones() -> None:
    from plantigrade.keys.phone_commands import phone, phones, void_phone

    for command in (phone, phones, void_phone):
        keys.add_command(command)


_of_phones()
