"""`plantigrade clinic`: recordings that go to a clinic."""

from datetime import datetime
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import json_option, library_options, read_moment


@click.group()
def clinic() -> None:
    """Send recordings to a clinic: join with its invitation, see what arrived, leave.

    The recordings are encrypted for the clinic before they leave this computer, and sent by `plantigrade run`
    while the network is there, for weeks if need be. Only recordings of the person who joined go.
    """


@clinic.command()
@click.argument("invitation")
@click.option("--person", metavar="CODE", help="Whose recordings go [default: the only person there is].")
@click.option(
    "--since",
    callback=read_moment,
    metavar="DATE",
    help="Also send recordings that began on this day or later [default: only those from now on].",
)
@click.option(
    "--device", default="", metavar="NAME", help="Name that the clinic sees [default: this computer's]."
)
@click.option("--yes", is_flag=True, help="Consent without being asked.")
@library_options
@pass_invocation
def join(
    invocation: Invocation,
    invitation: str,
    person: str | None,
    since: datetime | None,
    device: str,
    yes: bool,
    **where: Any,
) -> None:
    """Take an invitation: from now on recordings go to the clinic.

    INVITATION is the link that the clinic gave you, as text or from its QR code; put it in quotes.

    \b
    Examples:
      plantigrade clinic join "https://clinic.example/join#1A2B3C4D5E6F7G8H.5EPG..."
      plantigrade clinic join "https://..." --person P001 --since 2026-03-01
    """
    from plantigrade.service.sending import actions

    actions.join_clinic(invocation.data_dir(), where, actions.Wish(invitation, person, since, device, yes))


@clinic.command()
@json_option
@library_options
@pass_invocation
def status(invocation: Invocation, json_file: Any, **where: Any) -> None:
    """Show what was sent, received and opened.

    \b
    Examples:
      plantigrade clinic status
      plantigrade clinic status --json -
    """
    from plantigrade.service.sending import actions

    actions.show_status(invocation.data_dir(), where, json_file)


@clinic.command()
@click.argument("number", type=int)
@click.option("--erase", is_flag=True, help="Ask the clinic to erase what it has.")
@library_options
@pass_invocation
def leave(invocation: Invocation, number: int, erase: bool, **where: Any) -> None:
    """Withdraw the consent: nothing more goes to a clinic.

    NUMBER is the one in `plantigrade clinic status`. The clinic is told as soon as it answers. What it has is
    its records; with --erase it is asked to erase them, and its people answer for that.

    \b
    Examples:
      plantigrade clinic leave 1
      plantigrade clinic leave 1 --erase
    """
    from plantigrade.service.sending import actions

    actions.leave_clinic(invocation.data_dir(), where, number, erase)


@clinic.command()
@library_options
@pass_invocation
def send(invocation: Invocation, **where: Any) -> None:
    """Send what waits now, without the service.

    \b
    Examples:
      plantigrade clinic send
    """
    from plantigrade.service.sending import actions

    actions.send_now(invocation.data_dir(), where)
