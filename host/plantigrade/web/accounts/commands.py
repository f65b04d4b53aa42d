"""`plantigrade users`: accounts of the pages, from the terminal of the computer that holds the library."""

from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.json_output import json_option
from plantigrade.library.options import library_options, open_library

ROLES = ("owner", "patient", "clinician", "engineer")
DEFAULT_PAGES = "http://localhost:8080"

role_option = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(ROLES),
    help="What the account is for; may be given several times.",
)
person_option = click.option(
    "--person", metavar="CODE", help="Whose account it is; a patient's account needs it, no other has it."
)
pages_option = click.option(
    "--pages",
    default=DEFAULT_PAGES,
    show_default=True,
    metavar="URL",
    help="Where the pages are, for the link that is printed.",
)


@click.group(short_help="Add, list, change and remove accounts of the pages.")
def users() -> None:
    """Accounts of the pages: who may open them, and what for.

    An owner runs the computer and makes accounts, but sees nobody's data without that person's consent. A
    patient has one person's data, and invites clinicians on the page Settings. A clinician sees the people
    who have invited them. An engineer looks after insoles and sees codes instead of names.

    The first account is made by the link that `plantigrade run` prints. Others are made here; each new
    account gets a link that works once, with which its holder signs in and sets up a passkey or a password.

    \b
    Examples:
      plantigrade users add practice --role clinician
      plantigrade users list
      plantigrade users passwd practice --link     a new link, for someone who has lost every way in
    """


@users.command(short_help="Make an account and a link that signs its holder in.")
@click.argument("name")
@role_option
@person_option
@pages_option
@library_options
@pass_invocation
def add(
    invocation: Invocation, name: str, roles: tuple[str, ...], person: str | None, pages: str, **where: Any
) -> None:
    """Make the account NAME and print a link with which its holder signs in, once, within three days.

    Hand the link over by a way that others cannot read. There is no password to begin with, so none can be
    guessed: the holder chooses a passkey, or a password with the codes of an authenticator app.

    \b
    Examples:
      plantigrade users add practice --role clinician
      plantigrade users add anna --role patient --person P001
      plantigrade users add sam --role engineer --pages https://insoles.example.org
    """
    from plantigrade.web.accounts import actions

    with open_library(invocation, where) as library:
        actions.add(library, name, roles, person, pages)


@users.command("list")
@json_option
@library_options
@pass_invocation
def list_users(invocation: Invocation, json_file: Path | None, **where: Any) -> None:
    """List all accounts: roles, person, ways to sign in, open sessions.

    \b
    Examples:
      plantigrade users list
      plantigrade users list --json -
    """
    from plantigrade.web.accounts import actions

    with open_library(invocation, where) as library:
        actions.list_users(library, json_file)


@users.command(short_help="Give an account other roles.")
@click.argument("name")
@role_option
@person_option
@library_options
@pass_invocation
def role(invocation: Invocation, name: str, roles: tuple[str, ...], person: str | None, **where: Any) -> None:
    """Give the account NAME these roles instead of those it has; its sessions end.

    \b
    Examples:
      plantigrade users role sam --role engineer --role owner
      plantigrade users role anna --role patient --person P001
    """
    from plantigrade.web.accounts import actions

    with open_library(invocation, where) as library:
        actions.set_roles(library, name, roles, person)


@users.command(short_help="Give an account a new password, or a new link.")
@click.argument("name")
@click.option("--link", is_flag=True, help="Print a one-time link instead of asking for a password.")
@pages_option
@library_options
@pass_invocation
def passwd(invocation: Invocation, name: str, link: bool, pages: str, **where: Any) -> None:
    """Give the account NAME a new password, a new authenticator app and new recovery codes.

    The password is asked for, twice; it is never an option, since others can read the list of running
    programs. All sessions of the account end. With --link its holder chooses on the pages instead: only for
    someone who has shown you who they are, since a link opens the account without a second factor.

    \b
    Examples:
      plantigrade users passwd anna
      plantigrade users passwd anna --link
    """
    from plantigrade.web.accounts import actions

    with open_library(invocation, where) as library:
        if link:
            actions.print_link(library, name, pages)
        else:
            actions.set_password(library, name)


@users.command(short_help="Remove an account and what it was shared.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@library_options
@pass_invocation
def remove(invocation: Invocation, name: str, yes: bool, **where: Any) -> None:
    """Remove the account NAME: its sessions end, and what people have shared with it is withdrawn.

    The data of a patient stay; `plantigrade sessions person erase` erases those. The last owner cannot be
    removed.

    \b
    Examples:
      plantigrade users remove practice
    """
    from plantigrade.web.accounts import actions

    with open_library(invocation, where) as library:
        actions.remove(library, name, yes)
