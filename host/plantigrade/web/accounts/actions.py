"""What `plantigrade users` does."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from plantigrade.json_output import write_json
from plantigrade.library.catalogue.accounts.entries import Role, StoredAccount
from plantigrade.library.catalogue.accounts.settings import INVITED_LINK_LASTS
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.web.accounts.one_time_codes import (
    new_totp_secret,
    step_of,
    terminal_picture_of,
    uri_of,
)
from plantigrade.web.accounts.passwords import PasswordError, check_new, hash_password

SCHEMA: Final = "plantigrade.users/1"
LINK_PATH: Final = "/sign-in/"
_TRIES: Final = 3


def add(library: Library, name: str, roles: Iterable[str], person: str | None, pages: str) -> None:
    """Make an account, and print its first link.

    Raises:
        LibraryError: the name is taken, or roles and person do not go together.
    """
    account = library.accounts.register.add(name, [Role(role) for role in roles], person)
    click.echo(f"account {account.name}: {_roles(account)}")
    print_link(library, account.name, pages)


def list_users(library: Library, json_file: Path | None) -> None:
    """Print all accounts."""
    found = [account_values(library, account) for account in library.accounts.register.all()]
    if json_file is not None:
        write_json({"schema": SCHEMA, "users": found}, json_file)
        return
    if not found:
        click.echo("no accounts yet; the link that `plantigrade run` prints makes the first one")
    for one in found:
        shut = ", shut" if one["disabled"] else ""
        person = f" ({one['person']})" if one["person"] else ""
        ways = ", ".join(one["ways"]) or "no way in yet"
        click.echo(
            f"{one['name']}: {', '.join(one['roles'])}{person}; {ways}; {one['sessions']} open sessions{shut}"
        )


def set_roles(library: Library, name: str, roles: Iterable[str], person: str | None) -> None:
    """Give an account other roles.

    Raises:
        LibraryError: there is no such account, or roles and person do not go together.
    """
    account = library.accounts.register.set_roles(name, [Role(role) for role in roles], person)
    click.echo(f"account {account.name}: {_roles(account)}; its sessions have ended")


def print_link(library: Library, name: str, pages: str) -> None:
    """Print a one-time link.

    Raises:
        LibraryError: there is no such account, or it is shut.
    """
    secret = library.accounts.links.make(name, INVITED_LINK_LASTS)
    link = f"{pages.rstrip('/')}{LINK_PATH}{secret}"
    days = INVITED_LINK_LASTS.days
    click.echo(
        f"This link signs in once, within {days} days:\n  {link}\n{terminal_picture_of(link).rstrip()}"
    )


def set_password(library: Library, name: str) -> None:
    """Ask for a new password, show a new secret of the app, and take it once a code shows that it arrived.

    Raises:
        LibraryError: there is no such account.
        PasswordError: no acceptable password, or no right code, after three tries.
    """
    account = library.accounts.register.get(name)
    password = _asked_password(account.name)
    secret = new_totp_secret()
    uri = uri_of(secret, account.name)
    click.echo(f"Scan this with an authenticator app, or type the secret {secret}:")
    click.echo(terminal_picture_of(uri).rstrip())
    _ask_code(secret)
    codes = library.accounts.register.set_password(account.name, hash_password(password), secret)
    library.accounts.sessions.end_others(account.name, "")
    click.echo("Recovery codes, each for one sign-in without the app; they are shown only now:")
    for code in codes:
        click.echo(f"  {code}")
    click.echo(f"account {account.name} has a new password; its sessions have ended")


def remove(library: Library, name: str, sure: bool) -> None:
    """Remove an account.

    Raises:
        LibraryError: there is no such account, or it is the last owner.
    """
    account = library.accounts.register.get(name)
    if not sure:
        click.confirm(f"Remove account {account.name} ({_roles(account)})?", abort=True, err=True)
    library.accounts.register.remove(account.name)
    click.echo(f"account {account.name} is removed")


def _asked_password(name: str) -> str:
    for _ in range(_TRIES):
        password = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
        try:
            check_new(password, name)
        except PasswordError as error:
            click.echo(str(error), err=True)
            continue
        return password
    raise PasswordError("no password was set")


def _ask_code(secret: str) -> None:
    import time

    for _ in range(_TRIES):
        code = click.prompt("Code that the app shows", err=True)
        if step_of(secret, code, time.time()) is not None:
            return
        click.echo("that is not the code of now", err=True)
    raise PasswordError("no password was set: the app does not show the right codes; check its clock")


def _roles(account: StoredAccount) -> str:
    of = f" of {account.person}" if account.person else ""
    return ", ".join(sorted(account.roles)) + of


def account_values(library: Library, account: StoredAccount) -> dict[str, Any]:
    """An account with its ways to sign in, for lists and JSON."""
    accounts = library.accounts
    ways = ["password and app"] if account.has_password and account.has_totp else []
    try:
        keys = len(accounts.passkeys.of(account.name))
        sessions = len(accounts.sessions.of(account.name))
    except LibraryError:  # removed meanwhile
        keys = sessions = 0
    if keys:
        ways.append("1 passkey" if keys == 1 else f"{keys} passkeys")
    return {
        "name": account.name,
        "roles": sorted(account.roles),
        "person": account.person,
        "disabled": account.disabled,
        "ways": ways,
        "recovery_codes": account.recovery_codes,
        "sessions": sessions,
        "created_utc": account.created_utc.isoformat(),
    }
