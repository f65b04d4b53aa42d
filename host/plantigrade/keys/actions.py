"""What `plantigrade keys` does, from options to what is said."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from plantigrade.errors import FileError
from plantigrade.json_output import write_json
from plantigrade.keys.errors import KeysError
from plantigrade.library.catalogue.audit import add_audit_entry
from plantigrade.library.catalogue.insole_key_list import ListedInsole, list_insole_keys
from plantigrade.library.catalogue.insole_keys import (
    InsoleKeys,
    LibraryKeyring,
    forget_device_key,
    insole_keys,
)
from plantigrade.library.catalogue.key_identity import library_and_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.insole_key_files import sealing
from plantigrade.library.insole_key_files.content import build, parse
from plantigrade.library.insole_key_files.recovery import write_private
from plantigrade.library.keys.typed_code import (
    MOST_CHARACTERS,
    ONE_TIME_CODE,
    PAPER_CODE,
    CodeError,
    CodeKind,
)
from plantigrade.library.keys.vault import MasterKey, Vault

if TYPE_CHECKING:
    from plantigrade.keys.recovering import Taken

SCHEMA: Final = "plantigrade.insole-key-list/1"
_LEAST_DIGITS: Final = 4
_WHERE_FROM: Final = {
    "new": "its device key is new here",
    "known": "its device key was here",
    "none in the file": "no device key in the file",
    "another one is here": "another device key is here and stays; if the insole holds the file's, "
    "`plantigrade keys forget` it first",
}


def show(library: Library, json_file: Path | None) -> None:
    """Tell which insoles have keys here, and nothing of the keys.

    Raises:
        LibraryError: the database fails.
    """
    listed = list_insole_keys(library)
    if json_file is not None:
        key_id = None if library.vault is None else library.vault.key_id
        values = [_as_json(one) for one in listed]
        write_json(
            {"schema": SCHEMA, "library": library.uuid, "library_key": key_id, "insoles": values}, json_file
        )
    if json_file is None or str(json_file) != "-":
        for one in listed:
            click.echo(_line(one))
        if not listed:
            click.echo("no insole has keys here; `plantigrade device provision` gives them")


def move(
    library: Library, serials: Sequence[str], path: Path, qr_file: Path | None, is_recovery: bool
) -> None:
    """Write the keys of insoles into a file: under a one-time code that is told, or for the library's key.

    Raises:
        KeysError: an insole is not known here, or its keys are being revoked.
        FileError: a file cannot be written.
    """
    vault = vault_of(library)
    insoles = tuple(movable(library, serial) for serial in named_serials(library, serials))
    content = build(insoles)
    _log(library, "write insole keys to a file", [one.serial for one in insoles])
    if is_recovery:
        write_private(path, sealing.seal_for_library(content, vault.keys[0]))
        click.echo(f"{path}: sealed for key {vault.key_id} of this library, and for its paper code")
        return
    secret = _new_secret()
    code = ONE_TIME_CODE.write(secret)
    write_private(path, sealing.seal_with_code(content, secret))
    if qr_file is not None:
        from plantigrade.keys.paper import write_qr

        write_qr(code, qr_file)
    click.echo(
        f"{path}: open it on the other computer with `plantigrade keys recover {path.name}` and this code"
    )
    click.echo(f"  {code}" if qr_file is None else f"  {code}  (also in {qr_file})")
    click.echo("send it another way than the file, and delete the file when it is there", err=True)


def recover_file(library: Library, path: Path, code_file: Path | None) -> None:
    """Keep the keys of a file, after its code was asked for; tell what was new.

    Raises:
        KeyFileError, CodeError: the file or the code cannot be used; nothing was changed.
        FileError: the file cannot be read.
    """
    from plantigrade.keys.recovering import take_in

    vault = vault_of(library)
    sealed = sealing.read_sealed(path)
    insoles = parse(_opened(sealed, vault, code_file))
    for one in take_in(library, insoles):
        click.echo(taken_line(one))


def recover_library_key(
    data_dir: Path, url: str | None, key_file: Path | None, code_file: Path | None, sure: bool
) -> None:
    """Put the library's key back where it is looked for, from its paper code.

    Raises:
        CodeError, KeyMissingError, KeysError: the code is none, or another key's; nothing was changed.
        LibraryError: there is no library.
    """
    from plantigrade.keys.recovering import adopt, put_back

    library, key_id = library_and_key(data_dir, url)
    key = MasterKey.from_bytes(_asked(PAPER_CODE, code_file))
    if key_id is not None:
        place = put_back(library, key_id, key, key_file)
        if place is None:
            click.echo(f"the code is right; key {key.id} was there already")
        else:
            click.echo(f"key {key.id} is in {place}: the library opens again")
        return
    if not sure:
        click.confirm(f"the library is not encrypted; encrypt it with key {key.id}?", abort=True, err=True)
    with Library(data_dir, url) as opened:
        place, count = adopt(opened, key, key_file)
    click.echo(f"key {key.id} is in {place}: {count} recordings are encrypted with it")


def forget(library: Library, text: str) -> None:
    """Forget the device key of an insole that was wiped.

    Raises:
        KeysError: there is none here.
    """
    (serial,) = named_serials(library, (text,))
    if not forget_device_key(library, serial):
        raise KeysError(f"there is no device key of insole {serial} here")
    logs = len(insole_keys(library, serial).logs)
    click.echo(f"{serial}: is an open insole from now on; {logs} log keys stay for what it has recorded")


def revoke(library: Library, text: str, port: str | None) -> None:
    """Give an insole on USB new keys.

    Raises:
        KeysError, BridgeError, LinkError: see `Revocation.run`.
    """
    from plantigrade.device.flash.esptool import require_esptool
    from plantigrade.device.flash.ports import find_board
    from plantigrade.keys.revoking import Revocation, these_keys

    require_esptool()
    vault_of(library)
    (serial,) = named_serials(library, (text,))
    with these_keys(LibraryKeyring(library)):  # of several boards it tells which is which
        board = find_board(port)
    asyncio.run(Revocation(library, serial, lambda step: click.echo(f"  {step}")).run(board))
    click.echo(
        f"{serial}: has new keys; files of `plantigrade keys move` and keys.recovery hold void ones: make "
        "new files"
    )


def paper(library: Library, path: Path | None) -> None:
    """Tell the paper code of the library's keys, or write it as a page.

    Raises:
        KeysError: the library is not encrypted.
        FileError, MissingPartError: the page cannot be set or written.
    """
    from plantigrade.keys.paper import code_of, write_paper

    vault = vault_of(library)
    _log(library, "show key for paper", [key.id for key in vault.keys])
    if path is not None:
        write_paper(library.uuid, vault.keys, path)
        click.echo(f"{path}: print it, put it away, and delete the file")
        return
    for key in vault.keys:
        click.echo(f"key {key.id} of library {library.uuid}")
        click.echo(f"  {code_of(key)}")


def taken_line(taken: "Taken") -> str:
    """What became of the keys of an insole."""
    return f"{taken.serial}: {_WHERE_FROM[taken.device]}; {taken.new_logs} of {taken.logs} log keys are new"


def _log(library: Library, action: str, subjects: Sequence[str]) -> None:
    """Have the audit log say that keys are about to leave the library."""
    with library.store.write() as session:
        for subject in subjects:
            add_audit_entry(session, action, subject)


def vault_of(library: Library) -> Vault:
    """The library's key.

    Raises:
        KeysError: it is not encrypted.
    """
    if library.vault is None:
        raise KeysError(
            "the library is not encrypted, so that it keeps no keys; `plantigrade sessions keys new`"
        )
    return library.vault


def named_serials(library: Library, texts: Sequence[str]) -> list[str]:
    """Whole serial numbers, each once, from their ends.

    Raises:
        KeysError: none of the insoles with keys here is meant, or several are.
    """
    known = [one.serial for one in list_insole_keys(library)]
    found: dict[str, None] = {}
    for text in texts:
        fitting = [serial for serial in known if serial.endswith(text.upper())]
        if len(text) < _LEAST_DIGITS or len(fitting) != 1:
            what = (
                "several insoles end" if len(fitting) > 1 and len(text) >= _LEAST_DIGITS else "no insole ends"
            )
            raise KeysError(
                f"{what} in {text} among those with keys here; `plantigrade keys show` lists them"
            )
        found[fitting[0]] = None
    return list(found)


def movable(library: Library, serial: str) -> InsoleKeys:
    """The keys of an insole that may be handed on.

    Raises:
        KeysError: they are being revoked.
    """
    if any(one.is_being_revoked for one in list_insole_keys(library) if one.serial == serial):
        raise KeysError(
            f"the keys of insole {serial} are being revoked; finish it with `plantigrade keys revoke`"
        )
    return insole_keys(library, serial)


def _opened(sealed: sealing.SealedKeys, vault: Vault, code_file: Path | None) -> bytes:
    if sealed.key_id is None:
        return sealed.open_with_code(_asked(ONE_TIME_CODE, code_file))
    for key in vault.keys:
        if key.id == sealed.key_id:
            return sealed.open_with_key(key)
    click.echo(f"the file was sealed for key {sealed.key_id}, which this library has not", err=True)
    return sealed.open_with_key(MasterKey.from_bytes(_asked(PAPER_CODE, code_file)))


def _asked(kind: CodeKind, code_file: Path | None) -> bytes:
    """The secret of a code that a person types, or that stands in a file; never on the command line, where a
    shell would remember it."""
    if code_file is None:
        text: Any = click.prompt(kind.name, err=True)
        return kind.read(str(text))
    try:
        if str(code_file) == "-":
            return kind.read(sys.stdin.read(MOST_CHARACTERS + 1))
        with code_file.open(encoding="utf-8") as file:
            return kind.read(file.read(MOST_CHARACTERS + 1))
    except OSError as error:
        raise FileError(code_file, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CodeError(f"{code_file}: holds no {kind.name}") from error


def _new_secret() -> bytes:
    import secrets

    return secrets.token_bytes(ONE_TIME_CODE.secret_bytes)


def _line(one: ListedInsole) -> str:
    if one.is_being_revoked:
        state = "revoking its keys is not finished: run `plantigrade keys revoke` again"
    elif one.device_key_utc is None:
        state = "not locked"
    else:
        state = f"locked, device key of {one.device_key_utc:%Y-%m-%d}"
    latest = "" if one.log_key_utc is None else f", the latest of {one.log_key_utc:%Y-%m-%d}"
    noun = "log key" if one.log_keys == 1 else "log keys"
    return f"{one.serial}  {state}; {one.log_keys} {noun}{latest}"


def _as_json(one: ListedInsole) -> dict[str, Any]:
    def text(moment: datetime | None) -> str | None:
        return None if moment is None else moment.isoformat()

    return {
        "serial": one.serial,
        "locked": one.is_locked,
        "device_key_utc": text(one.device_key_utc),
        "log_keys": one.log_keys,
        "log_key_utc": text(one.log_key_utc),
        "being_revoked": one.is_being_revoked,
    }
