"""Ways to reach a person, through apprise: mail, ntfy, the desktop and many more, one address each.

An address may hold a password, a token or a topic that is as good as one. It is never shown, never logged and
never part of an error: people see the name that they gave to the channel, and the name of the service.
"""

import asyncio
import logging
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, Protocol

from plantigrade.errors import MissingPartError
from plantigrade.library.person.entries import Channel
from plantigrade.service.notify.errors import NotifyError
from plantigrade.service.notify.messages import Message
from plantigrade.service.notify.settings import LONGEST_NOTE, SEND_TIMEOUT_S, SENDING_THREADS

HIDDEN: Final = "***"
_DESKTOP: Final = {"linux": "dbus://", "darwin": "macosx://", "win32": "windows://"}
_SHORTEST_SECRET: Final = 3
"""Characters: shorter parts of an address are words such as "to" and would be hidden everywhere."""


class Sent(NamedTuple):
    """What became of an attempt: `note` says why it failed, for people."""

    delivered: bool
    note: str = ""


class Sender(Protocol):
    """Delivers a message over a channel."""

    async def send(self, channel: Channel, message: Message) -> Sent:
        """Try once. Never raises for what the other end does."""
        ...


def service_of(address: str) -> str:
    """The service behind an address, such as "ntfy" or "E-Mail".

    Raises:
        NotifyError: this is no address, or its service cannot be used on this computer. The text does not
            hold the address.
        MissingPartError: apprise is not installed.
    """
    apprise = _apprise()
    found = apprise.Apprise.instantiate(address, asset=_asset(apprise), suppress_exceptions=True)
    if found is None:
        kind = re.match(r"\w+(?=://)", address)
        raise NotifyError(
            f"this is no address that can be used{f' ({kind[0]}://...)' if kind else ''}: see"
            " https://appriseit.com/services/ for how addresses are written, and whether the service needs"
            " something that is not on this computer"
        )
    return str(found.service_name)


def desktop_address() -> str | None:
    """The address of this computer's own notifications; None where they cannot be shown."""
    address = _DESKTOP.get(sys.platform)
    if address is None:
        return None
    try:
        service_of(address)
    except (NotifyError, MissingPartError):
        return None
    return address


def hide_secrets(text: str, address: str) -> str:
    """A text without anything that stands in the address, but for its scheme.

    Example:
        >>> hide_secrets("refused: wrong token s3cret", "ntfy://s3cret@example.org/topic")
        'refused: wrong token ***'
    """
    parts = set(re.split(r"[^\w.-]+", address.partition("://")[2]))
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SHORTEST_SECRET:
            text = text.replace(part, HIDDEN)
    return text


class AppriseSender:
    """Delivers through apprise, in threads of its own: a service that hangs holds up nothing else.

    Args:
        timeout_s: of one attempt.
    """

    def __init__(self, timeout_s: float = SEND_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(SENDING_THREADS, thread_name_prefix="notify")

    async def send(self, channel: Channel, message: Message) -> Sent:
        """Try once over one channel."""
        attempt = asyncio.get_running_loop().run_in_executor(
            self._threads, _attempt, channel.address, message, self._timeout_s
        )
        try:
            # apprise ends by itself after the same time; the margin is for a thread that had to wait its turn
            async with asyncio.timeout(2 * self._timeout_s):
                return await attempt
        except TimeoutError:
            return Sent(False, f"no answer within {self._timeout_s:g} s")

    def close(self) -> None:
        """Begin no further attempts."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _attempt(address: str, message: Message, timeout_s: float) -> Sent:
    try:
        apprise = _apprise()
        service = service_of(address)
    except (NotifyError, MissingPartError) as error:
        return Sent(False, str(error))
    sender = apprise.Apprise(asset=_asset(apprise))
    sender.add(address)
    kind = apprise.NotifyType.WARNING if message.critical else apprise.NotifyType.INFO
    result = sender.notify(
        body=message.body,
        title=message.title,
        notify_type=kind,
        body_format=apprise.NotifyFormat.TEXT,
        attach=None if message.file is None else str(message.file),
        timeout=timeout_s,
    )
    if result:
        return Sent(True)
    reasons = [entry.message for entry in result.logs() if entry.level in ("WARNING", "ERROR")]
    if result.status is apprise.AppriseResultStatus.TIMEOUT:
        reasons = [f"no answer within {timeout_s:g} s"]
    reason = " ".join((reasons[0] if reasons else "it was not accepted").split())
    return Sent(False, f"{service}: {hide_secrets(reason, address)}"[:LONGEST_NOTE])


def _asset(apprise: Any) -> Any:
    """Nothing is stored on disk; no pictures from the network are referred to."""
    return apprise.AppriseAsset(
        app_id="Plantigrade",
        app_desc="Plantigrade",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )


def _apprise() -> Any:
    try:
        import apprise
    except ModuleNotFoundError as error:
        raise MissingPartError("notifications", "service", error.name or "apprise") from error
    # Both may log parts of addresses.
    logging.getLogger("apprise").propagate = False
    logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)
    return apprise
