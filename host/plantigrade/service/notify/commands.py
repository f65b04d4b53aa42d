"""`plantigrade service notify-test`: does a message arrive?"""

from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import library_options


@click.command("notify-test", short_help="Send a test over every channel of a person.")
@click.argument("code")
@library_options
@pass_invocation
def notify_test(invocation: Invocation, code: str, **where: Any) -> None:
    """Send a test message over every channel of a person, once each, and say what became of it.

    Exit code 1 when a channel did not take it. Channels are set with `plantigrade sessions person settings`.

    \b
    Example:
      plantigrade service notify-test P001
    """
    from plantigrade.service.notify import actions

    actions.test_channels(invocation, code, where)
