"""Keeping an insole connected: open a link, run a session, wait a little longer after each failure, try
again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from insole_protocol import replies

from plantigrade.bridge.backoff import Backoff
from plantigrade.bridge.errors import VersionError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.link.base import Link, LinkError, now_ns

LinkFactory = Callable[[], Awaitable[Link]]
"""Makes a link that is not open yet; may have to search for the insole first."""


class Connection(StrEnum):
    """The state of a connection."""

    CONNECTING = "connecting"
    STREAMING = "streaming"
    WAITING = "waiting"
    STOPPED = "stopped"


@dataclass
class ReconnectingConnection:
    """Keeps one insole connected until it is stopped.

    Attributes:
        insole: state that outlives connections.
        make_link: makes a new link for each attempt.
        policy: of the sessions.
        backoff: waits between attempts.
        on_change: called when the connection changes, with a text about the last failure (or "").
        state: where it is now.
        last_error: why the last attempt or session ended.
        malformed: dropped input of all links so far, by name.
    """

    insole: Insole
    make_link: LinkFactory
    policy: SessionPolicy = field(default_factory=SessionPolicy)
    backoff: Backoff = field(default_factory=Backoff)
    on_change: Callable[["ReconnectingConnection"], None] = lambda connection: None
    now: Callable[[], int] = now_ns
    state: Connection = Connection.STOPPED
    last_error: LinkError | None = None
    malformed: dict[str, int] = field(default_factory=dict[str, int])
    streaming: asyncio.Event = field(default_factory=asyncio.Event)
    _session: Session | None = None

    @property
    def session(self) -> Session | None:
        """The session under way, None while there is none."""
        return self._session

    async def run(self) -> None:
        """Connect and reconnect until cancelled.

        Raises:
            VersionError: the insole uses another protocol; trying again would not help.
        """
        try:
            while True:
                self._change(Connection.CONNECTING)
                try:
                    await self._one_connection()
                except VersionError:
                    raise
                except LinkError as error:
                    self.last_error = error
                _heed_cancelling()
                self._change(Connection.WAITING)
                await asyncio.sleep(self.backoff.next_s())
        finally:
            self._change(Connection.STOPPED)

    async def stop_stream(self) -> replies.StatusReply | None:
        """End the stream in good order; the insole's last counters, or None when it is not connected.

        Raises:
            LinkError: the insole vanished at this moment.
        """
        return None if self._session is None else await self._session.stop()

    async def _one_connection(self) -> None:
        link = await self.make_link()
        try:
            await link.open()
            _heed_cancelling()
            session = Session(link, self.insole, self.policy, self.now)
            await session.start()
            self.backoff.reset()
            self.last_error = None
            self._session = session
            self._change(Connection.STREAMING)
            await session.run()
        finally:
            self._session = None
            self.streaming.clear()
            await link.close()
            for name, count in link.counters.malformed.items():
                self.malformed[name] = self.malformed.get(name, 0) + count

    def _change(self, state: Connection) -> None:
        self.state = state
        if state is Connection.STREAMING:
            self.streaming.set()
        self.on_change(self)


def _heed_cancelling() -> None:
    """End here if we were cancelled meanwhile: a platform's Bluetooth may lose that on its way, as
    `asyncio.wait_for` before Python 3.12 does when what it waits for comes at the same moment.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
