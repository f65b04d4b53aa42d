"""One connection to one insole: hello, clocks, stream, gaps filled from the log.

A session ends when its link closes, when the insole falls silent, or when it is stopped. What is
learned lives in the `Insole`, which outlives it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from insole_protocol import host_messages, ids, replies
from insole_protocol.errors import ProtocolError

from plantigrade.bridge.backfill import Backfill, BackfillPolicy
from plantigrade.bridge.clock.estimate import RoundTrip
from plantigrade.bridge.command_client import Answer, CommandClient
from plantigrade.bridge.errors import (
    AnotherInsoleError,
    BridgeError,
    LockedError,
    NumbersBeganAnewError,
    RefusedError,
    ReplyTimeoutError,
)
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.keyring import is_taken_for_locked
from plantigrade.bridge.log_transfer import Transfer
from plantigrade.bridge.proving import prove
from plantigrade.bridge.slot_ranges import SlotRange
from plantigrade.link.base import Channel, Link, LinkClosedError, now_ns

SURE_NS = 2_000_000
HURRY = 4
"""So much faster clocks are compared as long as they are not known to `SURE_NS`."""
MAX_TRANSFERS = 4
"""One transfer runs at a time; ends of aborted ones may straggle in."""


@dataclass(frozen=True)
class SessionPolicy:
    """How a session behaves.

    Attributes:
        mode: mode that the insole is put in (`ids.MODE_LIVE` or `ids.MODE_DAILY`); None leaves it as it is.
        first_round_trips: clock comparisons before the stream starts, when the clock is not known yet.
        clock_period_s: pause between comparisons later on.
        status_period_s: pause between requests for the insole's counters.
        silent_after_s: no message for so long means that the link is dead although nobody reported it.
        transfer_idle_s: a transfer from the log that brings nothing for so long is given up.
        gather_s: what arrives is decoded and delivered at whole multiples of this on the loop's clock, so
            that the records of all insoles are dealt with in one go; 0: each at once.
        fill_gaps: ask the log for what the stream did not bring.
        from_log: want everything that the log holds and nobody has acknowledged, not only what is
            sampled from now on.
        stream: ask for records as they are made.
        backfill: how gaps are filled.
    """

    mode: int | None = ids.MODE_LIVE
    first_round_trips: int = 24
    clock_period_s: float = 0.5
    status_period_s: float = 5.0
    silent_after_s: float = 8.0
    transfer_idle_s: float = 5.0
    gather_s: float = 0.0
    fill_gaps: bool = True
    from_log: bool = False
    stream: bool = True
    backfill: BackfillPolicy = field(default_factory=BackfillPolicy)


class Session:
    """Talks to one insole over one open link.

    Args:
        link: an open link.
        insole: what is known of the insole; kept up to date.
        policy: how to behave.
        now: the host's monotonic clock in ns.
    """

    def __init__(
        self,
        link: Link,
        insole: Insole,
        policy: SessionPolicy | None = None,
        now: Callable[[], int] = now_ns,
    ) -> None:
        self.insole = insole
        self.policy = policy or SessionPolicy()
        self.command_client = CommandClient(link, now)
        self._link = link
        self._now = now
        self._arrived = asyncio.Event()
        self._transfers: dict[int, Transfer] = {}
        self._reading = asyncio.Lock()
        self._last_heard_ns = now()
        self._round_trips = 0
        link.on_message = self._on_message

    async def start(self) -> None:
        """Say hello, compare clocks, set the mode and ask for the stream.

        Raises:
            NumbersBeganAnewError: its slots are numbered as those that were recorded before.
            BridgeError, LinkError: the insole refuses, is silent or has gone.
        """
        self._require_numbers_to_go_on(await self.hello())
        known = self.insole.clock is not None
        wanted = self.policy.first_round_trips // 4 if known else self.policy.first_round_trips
        while self._round_trips < wanted or (self._round_trips < 2 * wanted and not self._is_sure):
            await self.compare_clocks()
            await asyncio.sleep(self.insole.clock_of(self._boot).sync.next_wait_s(self._round_trips))
        if self.policy.mode is not None:
            await self.command_client.ask(ids.OP_SET_MODE, self.policy.mode)
        await self.fetch_status()
        if self.policy.from_log:
            log = await self.fetch_log_info()
            self.insole.request_from(log.acknowledged_seq)
            self.insole.request_to(log.next_seq)
        if self.policy.stream:
            await self.begin_stream()

    async def begin_stream(self) -> None:
        """Ask for records as they are made, and want everything from now on.

        Raises:
            BridgeError, LinkError: the insole refuses, is silent or has gone.
        """
        stream = replies.StreamReply((await self.command_client.ask(ids.OP_STREAM, 1)).reply)
        self.insole.request_from(stream.first_seq)
        self.insole.request_to(stream.first_seq)

    async def run(self) -> None:
        """Keep the session going until the link closes.

        Raises:
            BridgeError: the insole fell silent or broke the protocol; the link should be closed.
            LinkError: the link broke.
        """
        jobs = [self._keep_draining(), self._keep_clock(), self._keep_status(), self._watch_silence()]
        if self.policy.fill_gaps:
            jobs.append(Backfill(self, self.policy.backfill).run())
        tasks = [asyncio.create_task(job) for job in jobs]
        tasks.append(asyncio.create_task(self._wait_closed()))
        try:
            for done in asyncio.as_completed(tasks):
                await done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.command_client.fail_all()
            self._drain()

    async def stop(self) -> replies.StatusReply:
        """End the stream in good order, fill the gaps that are left, and return the insole's last counters.

        Raises:
            BridgeError, LinkError: the insole refuses, is silent or has gone.
        """
        await self.command_client.ask(ids.OP_STREAM, 0)
        status = await self.fetch_status()
        self.insole.deliver(self.insole.receiver.flush(), self._now())
        if self.policy.fill_gaps:
            try:
                await Backfill(self, self.policy.backfill).fetch_all()
            except RefusedError as error:
                self.count_malformed(f"log_refused_{error.result}")
        return status

    async def hello(self) -> replies.HelloReply:
        """Agree on a version and learn who the insole is.

        Raises:
            VersionError: host and insole have no version in common.
            LockedError: it is locked, and we have not its key; or it is not who it says it is.
            AnotherInsoleError: it is not the one that is meant.
        """
        hello = await self._ask_hello()
        keyring = self.insole.keyring
        if hello.version == ids.LOCKED_VERSION and self.command_client.guard is None:
            serial = await prove(self.command_client, keyring, self._link.name)
            hello = await self._ask_hello()
            if (claimed := hello.serial.upper()) != serial:
                raise LockedError(f"{self._link.name} has the key of {serial} and says it is {claimed}")
        claimed = hello.serial.upper()
        if hello.version != ids.LOCKED_VERSION and is_taken_for_locked(keyring, claimed):
            raise LockedError(
                f"{self._link.name} says it is {claimed}, which was given a key, and asks for none: it was "
                "wiped (`plantigrade keys forget` takes it as an open one), or it is another insole"
            )
        if not claimed.endswith(self.insole.meant):
            raise AnotherInsoleError(self._link.name, self.insole.meant, claimed)
        self.insole.greet(hello)
        return hello

    async def _ask_hello(self) -> replies.HelloReply:
        answer = await self.command_client.ask(ids.OP_HELLO, ids.LOWEST_VERSION, ids.HIGHEST_VERSION)
        hello = replies.HelloReply(answer.reply)
        if not ids.LOWEST_VERSION <= hello.version <= ids.HIGHEST_VERSION:
            raise BridgeError(
                f"{self._link.name} chose protocol version {hello.version}, which was not offered"
            )
        return hello

    def _require_numbers_to_go_on(self, hello: replies.HelloReply) -> None:
        recorded_to = self.insole.recorded_to
        if hello.next_seq < recorded_to and hello.capabilities & ids.CAPABILITY_LOG:
            raise NumbersBeganAnewError(self._link.name, hello.next_seq, recorded_to)

    async def compare_clocks(self) -> None:
        """One round trip of the clock."""
        answer: Answer = await self.command_client.ask(ids.OP_TIME, self._now())
        reply = replies.TimeReply(answer.reply)
        self._round_trips += 1
        trip = RoundTrip(answer.sent_ns, reply.received_us, reply.sent_us, answer.arrival_ns)
        self.insole.compare_clocks(reply.boot, trip)

    async def fetch_status(self) -> replies.StatusReply:
        """The insole's counters."""
        status = replies.StatusReply((await self.command_client.ask(ids.OP_STATUS)).reply)
        self.insole.status = status
        return status

    async def fetch_log_info(self) -> replies.LogInfoReply:
        """The state of the insole's log."""
        return replies.LogInfoReply((await self.command_client.ask(ids.OP_LOG_INFO)).reply)

    def count_malformed(self, name: str) -> None:
        """Count, under a name, a message that the insole should not have sent."""
        self._link.counters.count_malformed(name)

    async def read_log(self, wanted: SlotRange, newest_first: bool = True) -> Transfer:
        """Fetch a range from the insole's log; records take the same path as live ones, gaps go into the
        ledger.

        Raises:
            RefusedError: the insole has no log, or is busy.
            ReplyTimeoutError: the transfer stopped half-way.
        """
        async with self._reading:
            # Records may overtake the reply that names the transfer, because they come on another channel.
            self._transfers.clear()
            answer = await self.command_client.ask(
                ids.OP_LOG_READ, wanted.first, wanted.end, int(newest_first)
            )
            number = replies.LogReadReply(answer.reply).transfer
            transfer = self._transfers.setdefault(number, Transfer())
            try:
                await transfer.wait(self.policy.transfer_idle_s)
            except TimeoutError as error:
                raise ReplyTimeoutError(
                    f"{self._link.name} stopped in the middle of a log transfer"
                ) from error
            finally:
                self._transfers.clear()
                self._drain()
            for first, end, reason in transfer.gaps:
                self.insole.explain_missing(first, end, reason)
            return transfer

    @property
    def _is_sure(self) -> bool:
        """Whether the clock is known well enough to compare it at leisure."""
        clock = self.insole.clock
        return clock is not None and clock.uncertainty_ns < SURE_NS

    @property
    def _boot(self) -> int:
        assert self.insole.boot is not None, "hello comes first"
        return self.insole.boot

    def _on_message(self, channel: Channel, message: bytes, arrival_ns: int) -> None:
        self._last_heard_ns = arrival_ns
        if channel is Channel.CONTROL:
            self.command_client.on_control(message, arrival_ns)
        elif channel is Channel.STREAM:
            self.insole.receiver.put(message, arrival_ns)
            self._arrived.set()
        else:
            self._on_log(message, arrival_ns)

    def _on_log(self, message: bytes, arrival_ns: int) -> None:
        try:
            parsed = host_messages.parse_log_message(self.command_client.opened(Channel.LOG, message))
        except ProtocolError as error:
            self._link.counters.count_malformed(f"log_{error.name}")
            return
        known = parsed.transfer in self._transfers
        if not self._reading.locked() or (not known and len(self._transfers) >= MAX_TRANSFERS):
            self._link.counters.count_malformed("log_unasked")
            return
        if parsed.kind == ids.LOG_BLOCK:
            for record in parsed.records:
                self.insole.receiver.put(record, arrival_ns, self.command_client.guard is not None)
            self._arrived.set()
        self._transfers.setdefault(parsed.transfer, Transfer()).take(parsed)

    def _drain(self) -> None:
        passed = self.insole.receiver.drain()
        self.insole.deliver(passed, self._now())

    async def _keep_draining(self) -> None:
        loop, gather_s = asyncio.get_running_loop(), self.policy.gather_s
        while True:
            await self._arrived.wait()
            if gather_s:
                await asyncio.sleep(gather_s - loop.time() % gather_s)
            self._arrived.clear()
            self._drain()

    async def _keep_clock(self) -> None:
        while True:
            wait_s = self.insole.clock_of(self._boot).sync.next_wait_s(self._round_trips)
            hurry = 1 if self._is_sure else HURRY
            await asyncio.sleep(self.policy.clock_period_s / hurry + wait_s)
            await self.compare_clocks()

    async def _keep_status(self) -> None:
        while True:
            await asyncio.sleep(self.policy.status_period_s)
            await self.fetch_status()

    async def _watch_silence(self) -> None:
        limit_ns = round(self.policy.silent_after_s * 1e9)
        while True:
            silent_ns = self._now() - self._last_heard_ns
            if silent_ns > limit_ns:
                raise ReplyTimeoutError(f"{self._link.name} has fallen silent")
            await asyncio.sleep((limit_ns - silent_ns) * 1e-9 + 0.01)

    async def _wait_closed(self) -> None:
        await self._link.closed.wait()
        raise LinkClosedError(f"{self._link.name} disconnected")
