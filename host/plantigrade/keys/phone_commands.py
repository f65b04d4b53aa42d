"""`plantigrade keys phone`, `phones` and `void-phone`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import library_options, open_library


@click.command(short_help="Give a phone keys of its own: to watch and to fetch, nothing more.")
@click.argument("serials", nargs=-1, required=True, metavar="SERIAL...")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, such as pair.phone-keys.",
)
@click.option(
    "--qr",
    "qr_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a QR code that opens the page with the keys: a name that ends in .png or .svg. Needs --page.",
)
@click.option("--page", metavar="URL", help="Address of the page on the phone: https://.../phone/")
@library_options
@pass_invocation
def phone(
    invocation: Invocation,
    serials: tuple[str, ...],
    output: Path | None,
    qr_file: Path | None,
    page: str | None,
    **where: Any,
) -> None:
    """Give a phone keys of its own for locked insoles.

    With them a phone watches live and fetches what the insoles recorded, which stays encrypted. It changes no
    setting, erases nothing, and cannot compute the insoles' own keys. The file and the QR code hold the same
    keys, in the open: delete them when they are on the phone.

    \b
    Examples:
      plantigrade keys phone 3F01 3F02 -o pair.phone-keys
      plantigrade keys phone 3F01 3F02 --qr code.png --page https://clinic.example/phone/
    """
    from plantigrade.keys import phone_actions

    if output is None and qr_file is None:
        raise click.UsageError("name a file with --output, or one for a QR code with --qr")
    if qr_file is not None and page is None:
        raise click.UsageError("--qr needs --page, the address that the code opens")
    if qr_file is not None and qr_file.suffix.lower() not in (".png", ".svg"):
        raise click.BadParameter("a name that ends in .png or .svg", param_hint="--qr")
    if page is not None and not _is_encrypted(page):
        raise click.BadParameter("an address that begins with https://", param_hint="--page")
    with open_library(invocation, where) as library:
        phone_actions.give(library, serials, output, qr_file, page or "")


def _is_encrypted(page: str) -> bool:
    """Whether nobody on the way can change the page that gets the keys: https, or this computer."""
    address = urlsplit(page)
    is_here = address.scheme == "http" and address.hostname in ("localhost", "127.0.0.1")
    return is_here or (address.scheme == "https" and bool(address.hostname))


@click.command(short_help="List the phones that were given keys.")
@library_options
@pass_invocation
def phones(invocation: Invocation, **where: Any) -> None:
    """List which phones were given keys of which insoles, and which of them are void.

    \b
    Example:
      plantigrade keys phones
    """
    from plantigrade.keys import phone_actions

    with open_library(invocation, where) as library:
        phone_actions.show(library)


@click.command("void-phone", short_help="Make the keys of one phone void, and no others.")
@click.argument("number")
@click.argument("target", required=False)
@library_options
@pass_invocation
def void_phone(invocation: Invocation, number: str, target: str | None, **where: Any) -> None:
    """Have an insole refuse a phone that was lost: its keys alone become void.

    NUMBER is the phone's, as `plantigrade keys phones` and the page itself show it. TARGET is the insole, as
    for `plantigrade device`: left, right, the end of a serial number, or a port. Do it for both insoles. An
    insole remembers four phones; `plantigrade keys revoke` makes those of every phone void.

    \b
    Examples:
      plantigrade keys void-phone 1a2b3c4d left
      plantigrade keys void-phone 1a2b3c4d /dev/ttyACM0
    """
    from plantigrade.keys import phone_actions

    with open_library(invocation, where) as library:
        phone_actions.void(library, number, target)
