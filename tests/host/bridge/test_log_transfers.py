"""Reading the insole's log: which messages belong to a transfer, what they leave in the accounts, and when a
transfer is given up. Virtual time.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from insole_protocol import ids, messages
from insole_protocol.host_messages import build_log_block
from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.errors import RefusedError, ReplyTimeoutError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.session import Session
from plantigrade.bridge.slot_ranges import SlotRange
from plantigrade.link.base import Channel

from tests.host.bridge_kit.fake_insole import record_of
from tests.host.bridge_kit.scripted_link import Answerer, ScriptedLink, refusal, silence
from tests.host.bridge_kit.virtual_time import run_virtually, virtual_now_ns

WANTED = SlotRange(0, 20)


def run(
    story: Callable[[Session, ScriptedLink, list[int]], Awaitable[None]], answer: Answerer = silence
) -> ScriptedLink:
    async def main() -> ScriptedLink:
        link = ScriptedLink({ids.OP_LOG_READ: answer})
        insole = Insole("right")
        seen: list[int] = []
        insole.on_frames.append(lambda _, stamped: seen.append(stamped.frames.seq))
        await story(Session(link, insole, now=virtual_now_ns), link, seen)
        return link

    return run_virtually(main())


def block(transfer: int, *first_slots: int) -> bytes:
    return build_log_block(transfer, *(record_of(seq, 5, 3, seq * 10_000) for seq in first_slots))


def end(transfer: int, slots: int = 0) -> bytes:
    return messages.build_log_end(transfer, slots, ids.END_COMPLETE)


async def read(
    session: Session,
    link: ScriptedLink,
    *log_messages: tuple[float, bytes],
    number: int = 7,
    reply_s: float = 1.0,
) -> object:
    """Read slots 0 to 19; messages and the reply come at their moments."""
    reading = asyncio.create_task(session.read_log(WANTED))
    await asyncio.sleep(0.001)
    for moment, message in log_messages:
        link.bring(Channel.LOG, message, moment)
    link.bring(Channel.CONTROL, messages.build_reply(ids.OP_LOG_READ, 1, number), reply_s)
    (result,) = await asyncio.gather(reading, return_exceptions=True)
    return result


def test_asks_for_the_range_newest_first_and_takes_records_and_gaps() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        gap = messages.build_log_gap(7, 10, 15, ids.GAP_OFF)
        transfer = await read(
            session, link, (2, block(7, 15)), (3, block(7, 0, 5)), (4, gap), (5, end(7, 15))
        )
        assert not isinstance(transfer, BaseException)
        assert (transfer.records, transfer.slots_sent) == (3, 15)  # pyright: ignore
        assert sorted(seen) == [0, 5, 15]
        assert session.insole.ledger.explained == [SlotGap(10, 15, MissingReason.OFF)]
        assert link.at_s() == pytest.approx(5.001)

    link = run(story)
    assert link.arguments(ids.OP_LOG_READ) == [(0, 20, 1)]
    assert link.counters.malformed == {}


def test_oldest_first_is_asked_for_where_that_is_wanted() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        with pytest.raises(RefusedError):
            await session.read_log(WANTED, newest_first=False)

    link = run(story, refusal(ids.RESULT_BUSY, "busy"))
    assert link.arguments(ids.OP_LOG_READ) == [(0, 20, 0)]


def test_records_may_overtake_the_reply_that_names_their_transfer() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        transfer = await read(session, link, (0.1, block(7, 0)), (0.2, end(7, 5)), reply_s=0.5)
        assert (transfer.records, transfer.slots_sent) == (1, 5)  # pyright: ignore
        assert seen == [0]

    run(story)


def test_what_straggles_in_of_another_transfer_is_taken_but_does_not_end_this_one() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        transfer = await read(
            session, link, (0.1, block(6, 5)), (0.2, end(6, 5)), (2, block(7, 0)), (3, end(7, 5))
        )
        assert transfer.records == 1  # pyright: ignore
        assert sorted(seen) == [0, 5]
        assert link.at_s() == pytest.approx(3.001)

    run(story)


def test_more_transfers_than_can_straggle_are_strangers() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        strays = [(0.1 + 0.01 * number, end(number)) for number in (1, 2, 3, 4, 5)]
        reading = asyncio.create_task(read(session, link, *strays, (0.2, end(4)), (2, end(7)), number=7))
        await asyncio.sleep(0.5)
        assert link.counters.malformed == {"log_unasked": 1}
        await reading

    # Four are kept apart; the one that was asked for has its place all the same once the reply has named it.
    assert run(story).counters.malformed == {"log_unasked": 1}


def test_between_transfers_nothing_of_the_log_is_wanted() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        await read(session, link, (2, end(7)))
        link.on_message(Channel.LOG, block(7, 0), virtual_now_ns())
        assert link.counters.malformed == {"log_unasked": 1}
        assert session.insole.receiver.drain() == []

    run(story)


def test_a_new_transfer_does_not_end_by_what_the_last_one_left() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        await read(session, link, (0.1, end(8)), (2, end(7)))
        reading = asyncio.create_task(session.read_log(WANTED))
        await asyncio.sleep(0.001)
        link.bring(Channel.CONTROL, messages.build_reply(ids.OP_LOG_READ, 2, 8))
        link.bring(Channel.LOG, end(8), 3)
        began = link.at_s()
        await reading
        assert link.at_s() - began == pytest.approx(3)

    run(story)


def test_what_came_of_a_transfer_whose_reply_was_lost_does_not_end_the_next_one() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        failure = await read(session, link, (0.1, end(8)), number=8, reply_s=100.0)
        assert isinstance(failure, ReplyTimeoutError)
        reading = asyncio.create_task(session.read_log(WANTED))
        await asyncio.sleep(0.001)
        link.bring(Channel.CONTROL, messages.build_reply(ids.OP_LOG_READ, 2, 8))
        link.bring(Channel.LOG, end(8), 3)
        began = link.at_s()
        await reading
        assert link.at_s() - began == pytest.approx(3)

    run(story)


def test_a_transfer_that_stops_half_way_is_given_up_with_what_it_brought() -> None:
    """The last message comes after 4 s; 5 s windows end at 6 s with news and at 11 s without."""

    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        gap = messages.build_log_gap(7, 10, 15, ids.GAP_OFF)
        failure = await read(session, link, (2, block(7, 0)), (4, gap))
        assert isinstance(failure, ReplyTimeoutError)
        assert str(failure) == "right stopped in the middle of a log transfer"
        assert link.at_s() == pytest.approx(11.001)
        assert seen == [0]
        assert session.insole.ledger.explained == []
        again = asyncio.create_task(session.read_log(WANTED))
        await asyncio.sleep(0.001)
        link.bring(Channel.CONTROL, messages.build_reply(ids.OP_LOG_READ, 2, 9))
        link.bring(Channel.LOG, end(9), 1)
        await again

    run(story)


def test_one_transfer_at_a_time() -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        first = asyncio.create_task(session.read_log(SlotRange(10, 20)))
        second = asyncio.create_task(session.read_log(SlotRange(0, 10)))
        await asyncio.sleep(0.5)
        assert link.arguments(ids.OP_LOG_READ) == [(10, 20, 1)]
        link.bring(Channel.CONTROL, messages.build_reply(ids.OP_LOG_READ, 1, 1))
        link.bring(Channel.LOG, end(1), 0.1)
        await first
        await asyncio.sleep(0.5)
        assert link.arguments(ids.OP_LOG_READ) == [(10, 20, 1), (0, 10, 1)]
        link.bring(Channel.CONTROL, messages.build_reply(ids.OP_LOG_READ, 2, 2))
        link.bring(Channel.LOG, end(2), 0.1)
        await second

    run(story)


@pytest.mark.parametrize(
    "message, name",
    [
        (b"\x01", "log_message_length"),
        (b"\x09" + bytes(4), "log_unknown_command"),
        (end(7)[:-1], "log_message_length"),
    ],
)
def test_what_is_no_message_of_the_log_is_counted_by_name(message: bytes, name: str) -> None:
    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        await read(session, link, (0.1, message), (2, end(7)))

    assert run(story).counters.malformed == {name: 1}


def test_a_record_of_the_log_is_passed_on_while_the_transfer_runs() -> None:
    """With the session's jobs running, nobody waits for the end to see what has come."""

    async def story(session: Session, link: ScriptedLink, seen: list[int]) -> None:
        session.insole.boot = 3
        running = asyncio.create_task(session.run())
        reading = asyncio.create_task(read(session, link, (1.5, block(7, 0)), (4, end(7, 5))))
        await asyncio.sleep(2)
        assert seen == [0]
        assert session.insole.receiver.ledger.recorded.slots == 5
        running.cancel()
        await asyncio.gather(reading, running, return_exceptions=True)

    run(story)
