"""The ledger of an insole against the plainest model there is: a Python set of slot numbers."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.bridge import slot_ranges
from plantigrade.bridge.accounting import MissingReason, SlotLedger
from plantigrade.bridge.slot_ranges import SlotRange, SlotSet, TooManyRangesError

spans = st.tuples(st.integers(0, 120), st.integers(1, 25)).map(lambda span: (span[0], span[0] + span[1]))


@given(st.lists(spans, max_size=40), spans)
def test_a_slot_set_is_a_set(added: list[tuple[int, int]], window: tuple[int, int]) -> None:
    slots, model = SlotSet(), set[int]()
    for first, end in added:
        new = {slot for piece in slots.add(first, end) for slot in range(piece.first, piece.end)}
        assert new == set(range(first, end)) - model
        model |= set(range(first, end))
    pieces = list(slots)
    assert {slot for piece in pieces for slot in range(piece.first, piece.end)} == model
    assert all(before.end < after.first for before, after in itertools.pairwise(pieces))
    assert slots.slots == len(model)
    assert slots.within(*window) == len(model & set(range(*window)))
    missing = {slot for gap in slots.missing(*window) for slot in range(gap.first, gap.end)}
    assert missing == set(range(*window)) - model


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["request", "record", "explain"]), spans, st.sampled_from(list(MissingReason)[:8])
        ),
        max_size=40,
    )
)
def test_recorded_and_missing_make_up_what_was_requested(
    entries: list[tuple[str, tuple[int, int], MissingReason]],
) -> None:
    ledger = SlotLedger()
    requested, recorded, reasons, received = set[int](), set[int](), dict[int, MissingReason](), 0
    for kind, (first, end), reason in entries:
        slots = range(first, end)
        if kind == "request":
            ledger.request(first, end)
            requested |= set(slots)
        elif kind == "record":
            ledger.record(first, end)
            recorded |= set(slots)
            received += len(slots)
        else:
            ledger.explain(first, end, reason)
            for slot in slots:
                reasons.setdefault(slot, reason)
    statement = ledger.statement()
    missing = requested - recorded
    assert statement.balanced
    assert statement.requested == len(requested)
    assert statement.recorded == len(requested & recorded)
    assert statement.missing == len(missing)
    assert statement.duplicates == received - len(recorded)
    assert statement.beyond_request == len(recorded - requested)
    for reason in MissingReason:
        wanted = sum(reasons.get(slot, MissingReason.UNEXPLAINED) is reason for slot in missing)
        assert statement.missing_by_reason.get(reason, 0) == wanted
    open_slots = {slot for piece in ledger.open_gaps() for slot in range(piece.first, piece.end)}
    assert open_slots == {slot for slot in missing if slot not in reasons}


def test_slots_that_turn_up_late_close_their_gap() -> None:
    ledger = SlotLedger()
    ledger.request(0, 100)
    ledger.record(0, 40)
    ledger.record(60, 100)
    assert ledger.open_gaps() == [SlotRange(40, 60)]
    ledger.record(40, 60)
    assert ledger.gaps() == []
    assert ledger.statement().missing == 0


def test_a_recording_beats_an_explanation() -> None:
    ledger = SlotLedger()
    ledger.request(0, 10)
    ledger.explain(0, 10, MissingReason.OVERWRITTEN)
    ledger.record(0, 4)
    assert ledger.statement().missing_by_reason == {MissingReason.OVERWRITTEN: 6}


@pytest.mark.parametrize("first, end", [(5, 5), (6, 5), (-1, 3)])
def test_what_is_no_range_is_refused(first: int, end: int) -> None:
    with pytest.raises(ValueError, match="no range"):
        SlotSet().add(first, end)


def test_memory_is_bounded_whatever_a_peer_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_ranges, "MAX_RANGES", 10)
    slots = SlotSet()
    for piece in range(10):
        slots.add(piece * 4, piece * 4 + 2)
    with pytest.raises(TooManyRangesError):
        slots.add(400, 402)
    slots.add(2, 4)  # joins two ranges: no new piece
    assert len(slots) == 9


@pytest.mark.parametrize(
    "code, reason",
    [(1, "overrun"), (6, "off"), (8, "never_requested"), (9, "storage_error"), (10, "unexplained")],
)
def test_reasons_follow_the_codes_of_the_protocol(code: int, reason: str) -> None:
    assert MissingReason.from_code(code) == reason
    assert MissingReason.from_code(code).code == (code if reason != "unexplained" else 0)
