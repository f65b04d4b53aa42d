"""Which slot was when, and when a foot stood on an insole: on paper, and against a list of all slots."""

import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from insole_protocol.codec import Encoder
from plantigrade.service.wearing.course import Course, Interval
from plantigrade.service.wearing.load import is_loaded

MS = 1_000_000
ZERO = 330


def record(seq: int, device_us: int, boot: int = 1, frames: int = 10, count: int = ZERO) -> bytes:
    out = bytearray(2048)
    ring = array("H", [count] * 16 * frames)
    length = Encoder().encode(out, ring, 0, frames, seq, device_us, boot, 10_000, 1, 1, 0)
    return bytes(out[:length])


def host_time(boot: int, device_us: int) -> int | None:
    """Boot 1 began at 0, boot 2 an hour later; of boot 9 nothing is known."""
    return {1: 0, 2: 3600 * 10**9}[boot] + device_us * 1000 if boot in (1, 2) else None


def course(*records: bytes) -> Course:
    found = Course()
    for one in records:
        found.take(one)
    return found


def test_slots_of_a_run_are_even_and_lost_ones_have_their_times() -> None:
    found = course(record(100, 1_000_000), record(120, 1_200_000))
    assert len(found.runs) == 1
    assert [found.time_of(slot, host_time) for slot in (99, 100, 115, 130, 500)] == [
        None, 1000 * MS, 1150 * MS, 1300 * MS, 1300 * MS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at_ms", "slot"),
    [(0, 90), (900, 90), (901, 91), (1000, 100), (1001, 101), (1009, 101), (1099, 110)],
)
def test_a_cut_is_the_first_slot_at_or_after_its_time(at_ms: int, slot: int) -> None:
    """Slot 90 was at 0.9 s; before it nothing is known, and a cut there takes all of it along."""
    assert course(record(90, 900_000, frames=20)).slot_at(at_ms * MS, host_time) == slot


def test_a_cut_behind_all_that_is_known_waits() -> None:
    assert course(record(90, 900_000)).slot_at(1000 * MS, host_time) is None


def test_a_cut_between_two_boots_is_the_first_slot_of_the_later_one() -> None:
    found = course(record(90, 900_000), record(356, 0, boot=2))
    assert found.slot_at(5000 * MS, host_time) == 356
    assert found.slot_at(3600 * 10**9, host_time) == 356


def test_a_boot_without_a_clock_has_no_times_and_stands_in_nobodys_way() -> None:
    found = course(record(90, 900_000), record(400, 0, boot=9, count=900), record(700, 0, boot=2))
    assert found.slot_at(5000 * MS, host_time) == 700
    assert found.time_of(405, host_time) == 1000 * MS
    assert list(found.loaded(0, host_time)) == [Interval(1000 * MS, 1000 * MS)], "at the end of what is known"


def test_records_come_in_any_order() -> None:
    records = [record(seq, seq * 10_000) for seq in range(0, 200, 10)]
    assert course(*records[::2], *records[1::2]).runs == course(*records).runs
    assert course(*reversed(records)).runs == course(*records).runs


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.booleans()), min_size=1, max_size=20, unique_by=lambda one: one[0]
    ),
    st.randoms(use_true_random=False),
)
def test_slots_and_loads_are_the_same_in_whatever_order_they_come(
    records: list[tuple[int, bool]], rng: random.Random
) -> None:
    made = [record(10 * at, 100_000 * at, count=900 if loaded else ZERO) for at, loaded in sorted(records)]
    mixed = rng.sample(made, len(made))
    found, wanted = course(*mixed), course(*made)
    assert found.runs == wanted.runs
    assert list(found.loads) == list(wanted.loads)


def test_short_pauses_belong_to_the_load_and_long_ones_do_not() -> None:
    found = course(
        record(0, 0, count=900), record(900, 9_000_000, count=900), record(2000, 20_000_000, count=900)
    )
    assert [tuple(piece) for piece in found.loads] == [(0, 910), (2000, 2010)]


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), min_size=1, max_size=20))
def test_forgetting_changes_nothing_behind(records: list[tuple[int, bool]]) -> None:
    made = [record(10 * at, 100_000 * at, count=900 if loaded else ZERO) for at, loaded in records]
    found, forgetful = course(*made), course(*made)
    forgetful.forget_before(2000)
    assert list(forgetful.loaded(2000, host_time)) == list(found.loaded(2000, host_time))
    for at_ms in range(20_000, 45_000, 970):
        assert forgetful.slot_at(at_ms * MS, host_time) == found.slot_at(at_ms * MS, host_time)


@pytest.mark.parametrize(
    ("counts", "loaded"),
    [
        ([ZERO] * 16, False),
        ([ZERO + 62] * 16, False),
        ([ZERO + 63] * 16, True),
        ([4095] + [ZERO] * 15, False),  # one sensor that is stuck is no foot
        ([4095] * 2 + [ZERO] * 14, True),
        ([ZERO - 60] * 16, False),
    ],
)
def test_a_foot_and_an_empty_insole(counts: list[int], loaded: bool) -> None:
    out = bytearray(2048)
    length = Encoder().encode(out, array("H", counts), 0, 1, 0, 0, 1, 10_000, 1, 1, 0)
    assert is_loaded(bytes(out[:length])) is loaded
