"""What a host that runs for weeks forgets, and what it takes back; gaps are fetched from either end."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.bridge import collection
from plantigrade.bridge.accounting import MissingReason, SlotLedger
from plantigrade.bridge.backfill import Backfill, BackfillPolicy
from plantigrade.bridge.collection import complete
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.bridge.slot_ranges import SlotRange, SlotSet
from plantigrade.link.base import Link, LinkError

from tests.host.bridge_kit.log_session import LogSession
from tests.host.bridge_kit.virtual_time import run_virtually

RANGES = st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.integers(1, 20)), max_size=20)


@given(RANGES, st.integers(0, 60), st.integers(0, 30))
def test_a_set_of_slots_beside_a_plain_one(
    steps: list[tuple[bool, int, int]], first: int, length: int
) -> None:
    slots, plain = SlotSet(), set[int]()
    for adds, start, count in steps:
        if adds:
            slots.add(start, start + count)
            plain |= set(range(start, start + count))
        else:
            slots.remove(start, start + count)
            plain -= set(range(start, start + count))
        assert {slot for piece in slots for slot in range(*piece)} == plain and slots.slots == len(plain)
        assert all(one.end < other.first for one, other in zip(list(slots), list(slots)[1:], strict=False))
    common = slots.common(first, first + length)
    assert {slot for piece in common for slot in range(*piece)} == plain & set(range(first, first + length))


def test_a_ledger_forgets_what_is_settled_and_still_balances() -> None:
    ledger = SlotLedger()
    ledger.request(0, 100)
    ledger.record(0, 40)
    ledger.record(60, 90)
    ledger.explain(45, 55, MissingReason.OFF)
    ledger.forget_before(50)
    statement = ledger.statement()
    assert (statement.requested, statement.recorded, statement.missing) == (50, 30, 20)
    assert statement.balanced and statement.missing_by_reason == {
        MissingReason.OFF: 5,
        MissingReason.UNEXPLAINED: 15,
    }
    assert ledger.open_gaps() == [SlotRange(55, 60), SlotRange(90, 100)]


def test_slots_that_could_not_be_held_are_wanted_again() -> None:
    ledger = SlotLedger()
    ledger.request(0, 100)
    ledger.record(0, 100)
    ledger.lack(20, 30)
    assert ledger.open_gaps() == [SlotRange(20, 30)]
    assert ledger.record(20, 30) == [SlotRange(20, 30)]


@pytest.mark.parametrize(
    ("newest_first", "pieces"),
    [
        (True, [(80, 100), (20, 40), (10, 20)]),
        (False, [(10, 30), (30, 40), (80, 100)]),
    ],
)
def test_gaps_are_fetched_from_either_end(newest_first: bool, pieces: list[tuple[int, int]]) -> None:
    async def main() -> None:
        session = LogSession()
        session.insole.request_from(0)
        session.insole.request_to(100)
        session.insole.ledger.record(0, 10)
        session.insole.ledger.record(40, 80)
        backfill = Backfill(session.session, BackfillPolicy(piece_slots=20, newest_first=newest_first))
        await backfill.fetch_all()
        assert session.pieces == pieces

    run_virtually(main())


def test_an_insole_that_never_answers_is_given_up_and_named(tmp_path: Path) -> None:
    async def nobody() -> Link:
        raise LinkError("no insole in reach")

    async def main() -> None:
        writer = JournalWriter(Journal(tmp_path / "j", now=lambda: 0))
        connection = ReconnectingConnection(Insole("right"), nobody)
        running = asyncio.create_task(connection.run())
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(LinkError, match=r"right is out of reach; .* next run"):
            await complete(connection, writer)
        assert asyncio.get_running_loop().time() - began_s == collection.REACH_S
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        writer.journal.close()

    run_virtually(main())
