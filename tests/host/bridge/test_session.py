"""Sessions with an insole in memory, in virtual time: hello, clocks, stream, faults, reconnection, gaps
filled.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from insole_protocol import ids, messages
from plantigrade.bridge.accounting import MissingReason
from plantigrade.bridge.backoff import Backoff
from plantigrade.bridge.command_client import CommandClient
from plantigrade.bridge.errors import NumbersBeganAnewError, RefusedError, ReplyTimeoutError, VersionError
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.reconnecting import Connection, ReconnectingConnection
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.bridge.slot_ranges import SlotRange
from plantigrade.link.base import Channel, LinkClosedError, LinkError

from tests.host.bridge_kit.fake_insole import FakeInsole, FakeLink, level
from tests.host.bridge_kit.virtual_time import run_virtually, virtual_now_ns


@dataclass
class Seen:
    """What a listener of the bridge has got, in order."""

    batches: list[StampedFrames] = field(default_factory=list[StampedFrames])

    def __call__(self, insole: Insole, stamped: StampedFrames) -> None:
        self.batches.append(stamped)

    def slots(self) -> list[int]:
        return [stamped.frames.seq + row for stamped in self.batches for row in range(len(stamped.frames))]


@dataclass
class Bench:
    """An insole, the links made to it so far, and the connection that connects them."""

    chip: FakeInsole = field(default_factory=FakeInsole)
    links: list[FakeLink] = field(default_factory=list[FakeLink])
    seen: Seen = field(default_factory=Seen)
    prepare: Callable[[FakeLink], None] = lambda link: None
    policy: SessionPolicy = field(default_factory=SessionPolicy)
    states: list[Connection] = field(default_factory=list[Connection])

    def __post_init__(self) -> None:
        self.insole = Insole("fake", on_frames=[self.seen])
        self.connection = ReconnectingConnection(
            self.insole,
            self.make_link,
            self.policy,
            Backoff(rng=random.Random(1)),
            on_change=lambda connection: self.states.append(connection.state),
            now=virtual_now_ns,
        )

    async def make_link(self) -> FakeLink:
        link = FakeLink(self.chip)
        self.prepare(link)
        self.links.append(link)
        return link


def with_bench(story: Callable[[Bench], Awaitable[None]], **parts: object) -> None:
    """Run a story beside the connection, then stop it and see that the ledger balance."""

    async def main() -> None:
        bench = Bench(**parts)  # pyright: ignore
        keeping = asyncio.create_task(bench.connection.run())
        try:
            await story(bench)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        statement = bench.insole.ledger.statement()
        assert statement.balanced
        for stamped in bench.seen.batches:
            wanted = [
                [level(stamped.frames.seq + row, channel) for channel in range(16)]
                for row in range(len(stamped.frames))
            ]
            assert stamped.frames.counts.tolist() == wanted

    run_virtually(main())


def test_a_minute_of_streaming_arrives_whole_and_on_time() -> None:
    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(60)
        status = await bench.connection.stop_stream()
        assert status is not None
        slots = bench.seen.slots()
        assert slots == list(range(slots[0], slots[0] + status.frames_sent))
        assert 5990 <= len(slots) <= 6010
        assert bench.insole.ledger.statement().missing == 0
        assert bench.insole.identity is not None
        assert bench.insole.identity.serial == "0001020304050607"
        assert bench.insole.identity.side == "left"
        assert bench.insole.identity.firmware == "1.2.3"

    with_bench(story)


def test_host_times_are_those_of_the_insoles_clock_and_say_how_sure() -> None:
    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(30)
        chip = bench.chip
        for stamped in bench.seen.batches:
            assert stamped.host_ns is not None
            truth_ns = chip.started_ns + stamped.frames.device_us * 1000 / (1 + chip.drift_ppm * 1e-6)
            error_ns = abs(stamped.host_ns - truth_ns).max()
            assert error_ns < stamped.uncertainty_ns
            assert error_ns < 2e6

    with_bench(story)


def test_a_link_that_breaks_is_made_anew_and_the_hole_is_filled_from_the_log() -> None:
    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(10)
        await bench.links[0].close()
        for _ in range(40):
            bench.chip.record(None)  # the insole goes on recording while nobody listens
        await asyncio.sleep(10)
        assert bench.insole.connections == 2
        slots = bench.seen.slots()
        assert sorted(slots) == list(range(min(slots), max(slots) + 1))
        assert bench.insole.ledger.statement().missing == 0
        assert len(set(slots)) == len(slots)

    with_bench(story)


def test_what_the_log_has_not_is_missing_with_its_reason() -> None:
    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(5)
        await bench.links[0].close()
        bench.chip.reboot(jump=256)
        await asyncio.sleep(10)
        statement = bench.insole.ledger.statement()
        assert statement.missing_by_reason == {MissingReason.OFF: 256}
        assert bench.insole.boot == 8
        last = bench.seen.batches[-1]
        assert last.frames.boot == 8
        assert last.host_ns is not None

    with_bench(story)


def test_an_insole_whose_numbers_begin_anew_keeps_its_slots_until_they_go_on() -> None:
    """Its flash was erased: slots 0 on are not those that were recorded, and none is acknowledged."""

    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(5)
        await bench.links[0].close()
        chip, ledger = bench.chip, bench.insole.ledger
        chip.boot, chip.next_seq = 1, 0
        chip.log.clear()
        chip.asked.clear()
        for _ in range(20):
            chip.record(None)
        await asyncio.sleep(3)
        before, recorded_to = bench.seen.slots(), ledger.recorded.end
        error = bench.connection.last_error
        assert isinstance(error, NumbersBeganAnewError)
        assert error.recorded_to == recorded_to and error.next_seq < min(before)
        assert "flash-an-insole.md" in str(error)
        assert set(chip.asked) == {ids.OP_HELLO}, "neither a slot nor an acknowledgement"
        assert 0 in chip.log and 0 not in before

        chip.reboot(recorded_to + 500 - chip.next_seq)
        await asyncio.sleep(60)
        assert bench.connection.last_error is None
        after = bench.seen.slots()[len(before) :]
        assert after[0] >= recorded_to + 500 and len(after) > 1000
        assert len(set(after)) == len(after)
        assert ledger.statement().missing_by_reason == {MissingReason.OFF: after[0] - recorded_to}

    with_bench(story)


def test_what_storage_did_not_give_is_asked_for_again_on_the_next_connection() -> None:
    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(5)
        await bench.links[0].close()
        for _ in range(20):
            bench.chip.record(None)
        hidden = dict(sorted(bench.chip.log.items())[-8:-2])
        for seq in hidden:
            del bench.chip.log[seq]
        bench.chip.lost.append((min(hidden), max(hidden) + 5, ids.GAP_STORAGE))
        await asyncio.sleep(100)
        statement = bench.insole.ledger.statement()
        assert statement.missing_by_reason == {MissingReason.STORAGE: 30}
        bench.chip.lost.clear()
        bench.chip.log.update(hidden)
        await bench.links[1].close()
        await asyncio.sleep(10)
        assert bench.insole.ledger.statement().missing == 0

    with_bench(story)


def test_without_a_log_the_hole_stays_open_and_the_stream_goes_on() -> None:
    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(5)
        await bench.links[0].close()
        for _ in range(20):
            bench.chip.record(None)
        await asyncio.sleep(10)
        statement = bench.insole.ledger.statement()
        assert statement.missing_by_reason == {MissingReason.UNEXPLAINED: statement.missing}
        assert statement.missing >= 100
        assert bench.connection.state is Connection.STREAMING

    with_bench(story, prepare=_without_log)


def _without_log(link: FakeLink) -> None:
    link.insole.has_log = False


def test_a_lossy_stream_is_made_whole_from_the_log_while_it_runs() -> None:
    rng = random.Random(3)

    def lose(link: FakeLink) -> None:
        link.mangle = lambda record: [] if rng.random() < 0.1 else [record]

    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(30)
        settled = bench.insole.ledger.requested.end - 500
        assert not [gap for gap in bench.insole.ledger.gaps() if gap.end < settled]
        assert sum(stamped.frames.gap_before for stamped in bench.seen.batches) > 0
        assert any(stamped.frames.late for stamped in bench.seen.batches)

    with_bench(story, prepare=lose)


def test_damaged_doubled_and_swapped_records_on_the_way() -> None:
    rng = random.Random(4)
    held: list[bytes] = []

    def spoil(record: bytes) -> list[bytes]:
        fate = rng.random()
        if fate < 0.05:
            return [record[: rng.randrange(len(record))]]
        if fate < 0.1:
            at = rng.randrange(len(record))
            return [record[:at] + bytes((record[at] ^ 1 << rng.randrange(8),)) + record[at + 1 :]]
        if fate < 0.15:
            return [record, record]
        if fate < 0.2:
            held.append(record)
            return []
        swapped = [record, *held]
        held.clear()
        return swapped

    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(60)
        counters = bench.insole.receiver.counters
        assert counters.refused["duplicate"] > 5
        assert sum(counters.refused.values()) > 50
        assert len(set(bench.seen.slots())) == len(bench.seen.slots())
        in_order = [stamped.frames.seq for stamped in bench.seen.batches if not stamped.frames.late]
        assert in_order == sorted(in_order)
        assert bench.connection.state is Connection.STREAMING

    with_bench(story, prepare=lambda link: setattr(link, "mangle", spoil))


def test_a_silent_insole_is_given_up_and_tried_again() -> None:
    async def story(bench: Bench) -> None:
        await bench.connection.streaming.wait()
        await asyncio.sleep(5)
        bench.chip.silent = True
        await asyncio.sleep(12)
        assert isinstance(bench.connection.last_error, ReplyTimeoutError)
        bench.chip.silent = False
        await asyncio.sleep(60)
        assert bench.connection.state is Connection.STREAMING
        assert bench.insole.ledger.statement().missing == 0

    with_bench(story)


def test_attempts_become_rarer_while_the_insole_is_away() -> None:
    def refuse(link: FakeLink) -> None:
        link.refuses_to_open = True

    async def story(bench: Bench) -> None:
        await asyncio.sleep(600)
        assert 20 <= len(bench.links) <= 60
        assert isinstance(bench.connection.last_error, LinkError)
        assert Connection.STREAMING not in bench.states

    with_bench(story, prepare=refuse)


def test_a_newer_protocol_is_refused_with_words() -> None:
    async def main() -> None:
        bench = Bench(chip=FakeInsole(speaks=(3, 4)))
        with pytest.raises(VersionError, match="host 1-2, insole 3-4"):
            await bench.connection.run()

    run_virtually(main())


async def opened(chip: FakeInsole) -> FakeLink:
    link = FakeLink(chip)
    await link.open()
    return link


def test_each_reply_finds_its_question() -> None:
    async def main() -> None:
        link = await opened(FakeInsole())
        command_client = CommandClient(link, virtual_now_ns)
        link.on_message = lambda channel, message, arrival: command_client.on_control(message, arrival)
        answers = await asyncio.gather(*(command_client.ask(ids.OP_TIME, number) for number in range(200)))
        assert [answer.reply.fields[0] for answer in answers] == list(range(200))
        await link.close()

    run_virtually(main())


@pytest.mark.parametrize(
    "message, name",
    [
        (b"", "reply_message_length"),
        (b"\x82", "reply_message_length"),
        (b"\x82\x01\x00" + bytes(3), "reply_message_length"),
        (b"\x7f\x01\x00", "reply_unknown_command"),
        (messages.build_reply(ids.OP_STREAM, 200, 5), "reply_unasked"),
        (b"\x82\x01\x05" + b"x" * 200, "reply_message_length"),
    ],
)
def test_replies_that_make_no_sense_are_counted(message: bytes, name: str) -> None:
    async def main() -> None:
        link = FakeLink(FakeInsole())
        CommandClient(link, virtual_now_ns).on_control(message, 0)
        assert link.counters.malformed == {name: 1}

    run_virtually(main())


def test_commands_fail_with_words() -> None:
    async def main() -> None:
        chip = FakeInsole()
        link = await opened(chip)
        session = Session(link, Insole("fake"), now=virtual_now_ns)
        with pytest.raises(RefusedError, match="fake insole refused SELF_TEST: not in this fake"):
            await session.command_client.ask(ids.OP_SELF_TEST)
        chip.silent = True
        with pytest.raises(ReplyTimeoutError, match="did not answer STATUS within 4 s"):
            await session.command_client.ask(ids.OP_STATUS)
        await link.close()
        with pytest.raises(LinkClosedError):
            await session.command_client.ask(ids.OP_STATUS)

    run_virtually(main())


@pytest.mark.parametrize(
    "message, name",
    [
        (b"\x01", "log_message_length"),
        (b"\x09" + bytes(4), "log_unknown_command"),
        (b"\x01" + bytes(9), "log_unasked"),
    ],
)
def test_log_messages_nobody_asked_for_are_counted(message: bytes, name: str) -> None:
    async def main() -> None:
        link = FakeLink(FakeInsole())
        Session(link, Insole("fake"), now=virtual_now_ns)
        link.on_message(Channel.LOG, message, 0)
        assert link.counters.malformed == {name: 1}

    run_virtually(main())


def test_a_range_of_the_log_comes_with_its_gaps() -> None:
    async def main() -> None:
        chip = FakeInsole(first_seq=0)
        for _ in range(20):
            chip.record(None)
        for seq in (30, 35):
            del chip.log[seq]
        chip.lost.append((30, 40, ids.GAP_CORRUPT_PAGE))
        link = await opened(chip)
        insole = Insole("fake")
        session = Session(link, insole, now=virtual_now_ns)
        await session.hello()
        insole.ledger.request(0, 100)
        transfer = await session.read_log(SlotRange(0, 100))
        assert transfer.records == 18
        statement = insole.ledger.statement()
        assert (statement.recorded, statement.missing_by_reason) == (90, {MissingReason.CORRUPT_PAGE: 10})
        await link.close()

    run_virtually(main())
