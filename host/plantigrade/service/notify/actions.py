"""What `plantigrade service notify-test` does."""

import asyncio
from collections.abc import Mapping
from typing import Any

import click

from plantigrade.cli import Invocation
from plantigrade.library.options import open_library
from plantigrade.service.notify.errors import NotifyError
from plantigrade.service.notify.library_people import LibraryPeople
from plantigrade.service.notify.trial import send_test


def test_channels(invocation: Invocation, code: str, where: Mapping[str, Any]) -> None:
    """Send a test over every channel of a person.

    Raises:
        NotifyError: the person has no channel, or one did not take it.
        LibraryError: there is no such person, or the library cannot be used.
    """
    with open_library(invocation, where) as library:
        done = asyncio.run(send_test(LibraryPeople(library), code))
    for name, sent in done:
        click.echo(f"{name}: {'delivered' if sent.delivered else sent.note}")
    failed = [name for name, sent in done if not sent.delivered]
    if failed:
        raise NotifyError(
            f"the test did not arrive over {', '.join(failed)}; look at the address and try again"
        )
