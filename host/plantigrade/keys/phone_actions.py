"""What `plantigrade keys` does for phones, from options to what is said."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from insole_protocol import authentication, settings

from plantigrade.device import targets
from plantigrade.keys import phone
from plantigrade.keys.actions import movable, named_serials, vault_of
from plantigrade.keys.errors import KeysError
from plantigrade.keys.paper import write_qr
from plantigrade.keys.revoking import these_keys
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.insole_keys import LibraryKeyring
from plantigrade.library.catalogue.library import Library

_NUMBER: Final = re.compile(r"[0-9a-f]{8}")


def give(
    library: Library, serials: Sequence[str], path: Path | None, qr_file: Path | None, page: str
) -> None:
    """Make keys for a phone that nobody has yet, and write them.

    Raises:
        KeysError: an insole is not known here, is not locked, or its keys are being revoked; they are too
            many for a phone or for a QR code.
        FileError: a file cannot be written.
    """
    vault_of(library)
    host = phone.new_phone()
    insoles = [movable(library, serial) for serial in named_serials(library, serials)]
    keys = phone.keys_for(host, insoles)
    number = authentication.phone_number(host)
    _log(library, phone.GIVEN, [one.serial for one in insoles], number)
    if path is not None:
        phone.write_keys(keys, path)
        click.echo(f"{path}: take it in on the phone: page, Keys, File with keys")
    if qr_file is not None:
        write_qr(phone.link_of(page, keys), qr_file, redundancy="m", scale=6)
        click.echo(f"{qr_file}: photograph it with the phone; it opens {page}")
    click.echo(f"phone {number}: when lost: `plantigrade keys void-phone {number} INSOLE`, for each")
    click.echo("delete what was written when the keys are on the phone", err=True)


def show(library: Library) -> None:
    """Tell which phones were given keys.

    Raises:
        LibraryError: the database fails.
    """
    given = phone.given_phones(library)
    for one in given:
        state = "void" if one.is_void else "valid"
        click.echo(f"{one.number}  insole {one.serial}  given {one.at:%Y-%m-%d}  {state}")
    if not given:
        click.echo("no phone was given keys here; `plantigrade keys phone` gives them")


def void(library: Library, number: str, target: str | None) -> None:
    """Have an insole refuse a phone.

    Raises:
        KeysError: that is no phone's number, or the insole refuses four phones already.
        BridgeError, LinkError: the insole is not there, or refuses.
    """
    number = number.lower()
    if not _NUMBER.fullmatch(number):
        raise KeysError(f"{number} is no phone's number: eight digits, see `plantigrade keys phones`")
    vault_of(library)
    with these_keys(LibraryKeyring(library)):
        serial, numbers = asyncio.run(_void(number, target))
    _log(library, phone.VOIDED, [serial], number)
    places = f"{len(numbers)} of {settings.MAX_VOID_PHONES} places are taken"
    click.echo(f"{serial}: refuses phone {number} from now on; {places}")


async def _void(number: str, target: str | None) -> tuple[str, tuple[str, ...]]:
    link = await targets.find(target)
    async with targets.conversation(link) as session:
        identity = session.insole.identity
        assert identity is not None, "a conversation begins with hello"
        return identity.serial, await phone.make_void(session, number)


def _log(library: Library, action: str, serials: Sequence[str], number: str) -> None:
    with library.store.write() as session:
        for serial in serials:
            add_audit_entry(session, action, serial, number)
