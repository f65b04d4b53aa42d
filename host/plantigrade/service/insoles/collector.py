"""Keeps one insole: a burst each quarter of an hour, live on request, and back.

Each insole has a collector of its own, so that one which is dead, full or refuses holds up no other.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from insole_protocol import ids, replies

from plantigrade.bridge.backfill import Backfill, BackfillPolicy
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.reconnecting import LinkFactory
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.link.base import LinkError, now_ns
from plantigrade.service.events import LinkState
from plantigrade.service.insoles.settings import CATCH_UP_SLOTS, CLOCK_PERIOD_S, CONNECT_S, GATHER_S
from plantigrade.service.insoles.wishes import Wishes
from plantigrade.service.settings import ServiceSettings

OLDEST_FIRST = BackfillPolicy(newest_first=False)
POLICY = SessionPolicy(
    mode=None,
    clock_period_s=CLOCK_PERIOD_S,
    gather_s=GATHER_S,
    from_log=True,
    stream=False,
    backfill=OLDEST_FIRST,
)


@dataclass
class InsoleCollector:
    """Keeps one insole until cancelled.

    Attributes:
        insole: what is known of it.
        make_link: makes a link for each attempt; may search for the insole first.
        wishes: what is wanted.
        commit: makes what has come durable; False when the disk does not take it.
        on_change: called when `link`, `last_error`, `log` or the insole's status changed.
        on_log: called with each state of the insole's log, before anything is fetched.
        link: of now.
        last_error: why the last attempt failed; None when it did not.
        log: its state when it was last asked.
        bursts: how many were completed.
        session: of the connection that is open now; None between two.
    """

    insole: Insole
    make_link: LinkFactory
    wishes: Wishes
    commit: Callable[[], bool]
    settings: ServiceSettings = field(default_factory=ServiceSettings)
    now: Callable[[], int] = now_ns
    on_change: Callable[["InsoleCollector"], None] = lambda collector: None
    on_log: Callable[[Insole, replies.LogInfoReply], None] = lambda insole, log: None
    link: LinkState = LinkState.SEARCHING
    last_error: LinkError | None = None
    log: replies.LogInfoReply | None = None
    bursts: int = 0
    session: Session | None = None
    _failures: int = 0

    async def run(self) -> None:
        """Keep it until cancelled."""
        while True:
            if self.wishes.paused:
                self._change(LinkState.PAUSED)
                await self.wishes.wait(None)
                continue
            try:
                await self._connect()
                self._failures, self.last_error = 0, None
            except LinkError as error:
                self._failures += 1
                self.last_error = error
            if self.wishes.paused:
                continue
            self._change(LinkState.SEARCHING if self._failures else LinkState.BETWEEN_BURSTS)
            await self._pause()

    async def _pause(self) -> None:
        """Until the next attempt is due; a wish for live, or to fetch now, cuts it short."""
        fetches = self.wishes.fetches
        until_ns = self.now() + round(self._pause_s() * 1e9)
        while (left_ns := until_ns - self.now()) > 0 and not self.wishes.paused:
            wanted = self.wishes.wants_stream(self.now())
            await self.wishes.wait(left_ns * 1e-9)
            if (self.wishes.wants_stream(self.now()) and not wanted) or self.wishes.fetches != fetches:
                return

    def _pause_s(self) -> float:
        settings = self.settings
        if not self._failures:
            return settings.burst_period_s
        longest = min(settings.burst_period_s, settings.longest_retry_s)
        return min(longest, settings.retry_s * 2.0 ** min(self._failures - 1, 16))

    async def _connect(self) -> None:
        """One connection: a burst, and a stream for as long as one is wanted.

        Raises:
            LinkError: the insole is out of reach, refuses, is silent or has gone.
        """
        link = await self.make_link()
        try:
            try:
                async with asyncio.timeout(CONNECT_S):
                    await link.open()
            except TimeoutError as error:
                raise LinkError(f"{link.name} did not connect within {CONNECT_S:.0f} s") from error
            session = Session(link, self.insole, POLICY, self.now)
            await session.start()
            self.session = session
            self._change(LinkState.CONNECTED)
            await self._take_log(session)
            streaming = self.wishes.wants_stream(self.now())
            if not streaming or self._backlog() <= CATCH_UP_SLOTS:
                await self._burst(session)
            while self.wishes.wants_stream(self.now()):
                await self._stream(session)
                await self._burst(session)
            self.bursts += 1
        finally:
            self.session = None
            await link.close()
            self.insole.deliver(self.insole.receiver.flush(), self.now())
            self.commit()

    def _backlog(self) -> int:
        return sum(gap.slots for gap in self.insole.ledger.open_gaps())

    async def _burst(self, session: Session) -> None:
        """Daily mode, and everything from the log."""
        if not self.wishes.wants_live(self.now()):
            await self._set_mode(session, ids.MODE_DAILY)
        backfill = Backfill(session, OLDEST_FIRST)
        while await backfill.fetch_one(settled_slots=0):
            self._notice()
            if not self.commit():
                return  # the disk is full: the insole keeps the rest
        self.insole.deliver(self.insole.receiver.flush(), self.now())
        if self.commit():
            await backfill.acknowledge()
        await self._take_log(session)
        await session.fetch_status()
        self._notice()

    async def _stream(self, session: Session) -> None:
        """Stream until it is no longer wanted, in live mode or in the daily one."""
        running = asyncio.create_task(self._stream_on(session))
        try:
            await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await session.stop()

    async def _stream_on(self, session: Session) -> None:
        await session.begin_stream()
        run = asyncio.create_task(session.run())
        try:
            while self.wishes.wants_stream(now := self.now()):
                live = self.wishes.wants_live(now)
                await self._set_mode(session, ids.MODE_LIVE if live else ids.MODE_DAILY)
                until_ns = self.wishes.live_until_ns if live else None
                left_s = None if until_ns is None else (until_ns - now) * 1e-9 + 0.001
                waiting = asyncio.create_task(self.wishes.wait(left_s))
                try:
                    await asyncio.wait({run, waiting}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    waiting.cancel()
                    await asyncio.gather(waiting, return_exceptions=True)
                if run.done():
                    run.result()
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)

    async def _set_mode(self, session: Session, mode: int) -> None:
        status = self.insole.status
        if status is None or status.mode != mode:
            await session.command_client.ask(ids.OP_SET_MODE, mode)
            await session.fetch_status()
            self._notice()

    async def _take_log(self, session: Session) -> None:
        self.log = await session.fetch_log_info()
        self.on_log(self.insole, self.log)
        self.insole.request_to(self.log.next_seq)

    def _change(self, link: LinkState) -> None:
        if link is not self.link:
            self.link = link
            self._notice()

    def _notice(self) -> None:
        self.on_change(self)
