"""Sets of slots and the accounts made of them, by worked examples: which ranges, in which order, where they
end.
"""

import pytest
from plantigrade.bridge import slot_ranges
from plantigrade.bridge.accounting import LedgerStatement, MissingReason, SlotGap, SlotLedger
from plantigrade.bridge.slot_ranges import SlotRange, SlotSet, TooManyRangesError

OFF, OVERRUN, STORAGE = MissingReason.OFF, MissingReason.OVERRUN, MissingReason.STORAGE
UNEXPLAINED = MissingReason.UNEXPLAINED


def slot_set(*pieces: tuple[int, int]) -> SlotSet:
    found = SlotSet()
    for piece in pieces:
        found.add(*piece)
    return found


@pytest.mark.parametrize(
    "before, added, new, after",
    [
        ([], (0, 1), [(0, 1)], [(0, 1)]),
        ([(10, 20)], (20, 30), [(20, 30)], [(10, 30)]),
        ([(10, 20)], (0, 10), [(0, 10)], [(0, 20)]),
        ([(10, 20)], (0, 9), [(0, 9)], [(0, 9), (10, 20)]),
        ([(10, 20)], (21, 30), [(21, 30)], [(10, 20), (21, 30)]),
        ([(10, 20), (30, 40)], (20, 30), [(20, 30)], [(10, 40)]),
        ([(10, 20), (30, 40)], (22, 28), [(22, 28)], [(10, 20), (22, 28), (30, 40)]),
        ([(10, 20), (30, 40)], (15, 25), [(20, 25)], [(10, 25), (30, 40)]),
        ([(10, 20), (30, 40)], (0, 50), [(0, 10), (20, 30), (40, 50)], [(0, 50)]),
        ([(10, 20), (30, 40)], (12, 18), [], [(10, 20), (30, 40)]),
        ([(10, 20), (30, 40)], (10, 20), [], [(10, 20), (30, 40)]),
        ([(10, 20), (30, 40), (50, 60)], (19, 51), [(20, 30), (40, 50)], [(10, 60)]),
        ([(10, 20), (30, 40), (50, 60)], (30, 45), [(40, 45)], [(10, 20), (30, 45), (50, 60)]),
    ],
)
def test_what_is_added_and_what_of_it_was_new(
    before: list[tuple[int, int]],
    added: tuple[int, int],
    new: list[tuple[int, int]],
    after: list[tuple[int, int]],
) -> None:
    slots = slot_set(*before)
    assert slots.add(*added) == new
    assert list(slots) == after
    assert len(slots) == len(after)
    assert slots.slots == sum(end - first for first, end in after)
    assert slots.end == after[-1][1]


@pytest.mark.parametrize(
    "window, missing, within",
    [
        ((0, 10), [(0, 10)], 0),
        ((10, 20), [], 10),
        ((20, 30), [(20, 30)], 0),
        ((19, 31), [(20, 30)], 2),
        ((10, 40), [(20, 30)], 20),
        ((0, 50), [(0, 10), (20, 30), (40, 50)], 20),
        ((35, 60), [(40, 60)], 5),
        ((15, 15), [], 0),
        ((25, 25), [], 0),
        ((28, 22), [], 0),
        ((41, 42), [(41, 42)], 0),
    ],
)
def test_what_is_missing_and_what_is_in(
    window: tuple[int, int], missing: list[tuple[int, int]], within: int
) -> None:
    """Of 10 to 19 and 30 to 39."""
    slots = slot_set((10, 20), (30, 40))
    assert slots.missing(*window) == missing
    assert slots.within(*window) == within


def test_an_empty_set() -> None:
    slots = SlotSet()
    assert (slots.end, slots.slots, len(slots), list(slots)) == (0, 0, 0, [])
    assert slots.missing(3, 7) == [(3, 7)]
    assert slots.within(3, 7) == 0


@pytest.mark.parametrize("first, end", [(5, 5), (6, 5), (-1, 3)])
def test_an_empty_or_negative_range_is_named(first: int, end: int) -> None:
    with pytest.raises(ValueError, match=rf"^no range of slots: {first} to {end}$"):
        slot_set((0, 10)).add(first, end)


def test_a_range_knows_its_slots() -> None:
    assert SlotRange(3, 10).slots == 7


def test_a_set_in_as_many_pieces_as_it_may_have_takes_what_makes_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slot_ranges, "MAX_RANGES", 3)
    slots = slot_set((0, 2), (4, 6), (8, 10))
    with pytest.raises(TooManyRangesError, match=r"^the recorded slots fall into more than 3 pieces$"):
        slots.add(12, 14)
    assert list(slots) == [(0, 2), (4, 6), (8, 10)]
    assert slots.slots == 6
    slots.add(3, 4)
    slots.add(7, 8)
    assert list(slots) == [(0, 2), (3, 6), (7, 10)]
    slots.add(10, 12)  # goes on where the last ends
    assert slots.slots == 10
    assert slots.add(0, 2) == []
    slots.add(2, 3)
    slots.add(20, 22)
    assert list(slots) == [(0, 6), (7, 12), (20, 22)]


def test_a_set_falls_into_a_hundred_thousand_pieces_and_no_more() -> None:
    slots = SlotSet()
    for first in range(0, 200_000, 2):
        slots.add(first, first + 1)
    assert len(slots) == 100_000
    with pytest.raises(TooManyRangesError, match="more than 100000 pieces"):
        slots.add(300_000, 300_001)


CODES = {
    1: "overrun",
    2: "unflushed_at_power_loss",
    3: "log_full_overwritten",
    4: "log_full_not_kept",
    5: "corrupt_page",
    6: "off",
    7: "erased_on_command",
    8: "never_requested",
    9: "storage_error",
}


@pytest.mark.parametrize("code, word", CODES.items())
def test_each_reason_of_the_protocol_has_its_code(code: int, word: str) -> None:
    reason = MissingReason.from_code(code)
    assert reason == word
    assert reason.code == code


@pytest.mark.parametrize("code", [-1, 0, 10, 11, 255])
def test_a_code_that_nobody_knows_explains_nothing(code: int) -> None:
    assert MissingReason.from_code(code) is UNEXPLAINED


def test_unexplained_has_the_code_0() -> None:
    assert UNEXPLAINED.code == 0
    assert len(MissingReason) == len(CODES) + 1


def test_gaps_come_in_rising_order_each_under_its_first_reason() -> None:
    """Of 0 to 99, 10 to 19 were recorded. 15 to 39 are off; 30 to 49 overrun, of which 30 to 39 are taken."""
    ledger = SlotLedger()
    ledger.request(0, 100)
    assert ledger.record(10, 20) == [(10, 20)]
    ledger.explain(30, 50, OVERRUN)
    ledger.explain(15, 40, OFF)
    assert ledger.gaps() == [
        SlotGap(0, 10, UNEXPLAINED),
        SlotGap(20, 30, OFF),
        SlotGap(30, 50, OVERRUN),
        SlotGap(50, 100, UNEXPLAINED),
    ]
    assert ledger.explained == [SlotGap(30, 50, OVERRUN), SlotGap(15, 30, OFF)]
    assert ledger.open_gaps() == [(0, 10), (50, 100)]
    assert ledger.open_gaps(OFF) == [(20, 30)]
    assert ledger.open_gaps(STORAGE) == []
    assert [gap.slots for gap in ledger.gaps()] == [10, 10, 20, 50]
    statement = ledger.statement()
    assert statement == LedgerStatement(100, 10, 90, {UNEXPLAINED: 60, OFF: 10, OVERRUN: 20}, 0, 0)
    assert statement.balanced


def test_what_touches_a_hole_does_not_explain_it() -> None:
    ledger = SlotLedger()
    ledger.request(20, 30)
    ledger.explain(10, 20, OFF)
    ledger.explain(30, 40, OFF)
    assert ledger.gaps() == [SlotGap(20, 30, UNEXPLAINED)]
    ledger.explain(19, 21, STORAGE)
    ledger.explain(29, 31, STORAGE)
    assert ledger.gaps() == [SlotGap(20, 21, STORAGE), SlotGap(21, 29, UNEXPLAINED), SlotGap(29, 30, STORAGE)]


def test_slots_that_nobody_asked_for_or_that_come_twice_are_counted_aside() -> None:
    ledger = SlotLedger()
    ledger.request(10, 20)
    assert ledger.record(5, 15) == [(5, 15)]
    assert ledger.record(12, 18) == [(15, 18)]
    assert ledger.record(12, 18) == []
    assert ledger.duplicates == 3 + 6
    assert ledger.statement() == LedgerStatement(10, 8, 2, {UNEXPLAINED: 2}, 9, 5)


@pytest.mark.parametrize("first, end", [(5, 5), (6, 5)])
def test_a_request_for_nothing_changes_nothing(first: int, end: int) -> None:
    ledger = SlotLedger()
    ledger.request(first, end)
    assert list(ledger.requested) == []


def test_requests_far_apart_are_accounted_for_apart() -> None:
    ledger = SlotLedger()
    ledger.request(50, 60)
    ledger.request(0, 10)
    ledger.record(0, 60)
    assert ledger.statement() == LedgerStatement(20, 20, 0, {}, 0, 40)
    assert ledger.gaps() == []


@pytest.mark.parametrize(
    "statement, balanced",
    [
        (LedgerStatement(10, 7, 3, {OFF: 3}, 0, 0), True),
        (LedgerStatement(10, 7, 3, {OFF: 1, OVERRUN: 2}, 5, 9), True),
        (LedgerStatement(10, 7, 3, {OFF: 2}, 0, 0), False),
        (LedgerStatement(10, 6, 3, {OFF: 3}, 0, 0), False),
        (LedgerStatement(11, 7, 3, {OFF: 3}, 0, 0), False),
        (LedgerStatement(10, 7, 2, {OFF: 3}, 0, 0), False),
        (LedgerStatement(0, 0, 0, {}, 0, 0), True),
    ],
)
def test_accounts_that_do_not_balance_say_so(statement: LedgerStatement, balanced: bool) -> None:
    assert statement.balanced is balanced
