"""How still a foot must be for fewer samples, in counts, on both sides of each limit."""

import sys
from array import array
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from insole.recorder import rate as rates  # noqa: E402
from insole.recorder.rate import CHUNK_SLOTS, LOOKAHEAD_SLOTS, RateGovernor  # noqa: E402
from insole_protocol import ids  # noqa: E402

REST = 330


class TestRates:
    """How still a foot is, in counts."""

    def ring(self, rows: int = CHUNK_SLOTS + LOOKAHEAD_SLOTS, count: int = REST) -> "array[int]":
        return array("H", [count] * 16 * rows)

    def judged(self, governor: RateGovernor, ring: "array[int]", first: int = 0, count: int = 80) -> int:
        return governor.judge(ring, first, count, LOOKAHEAD_SLOTS)

    def still(self, ring: "array[int]", first: int = 0, chunks: int = 4) -> bool:
        """Whether so many chunks like this one lower the rate."""
        governor = RateGovernor(array("H", [REST] * 16))
        return [self.judged(governor, ring, first) for _ in range(chunks)][-1] > 1

    def test_the_limits_are_these(self) -> None:
        assert (CHUNK_SLOTS, LOOKAHEAD_SLOTS) == (80, 10)
        assert (rates.STILL_CHUNKS, rates.STILL_COUNTS, rates.STILL_SHARE) == (4, 40, 4)
        assert (rates.LOADED_COUNTS, rates.NOT_WORN_COUNTS, rates.NOT_WORN_CHUNKS) == (1600, 160, 750)
        assert (rates.STANDING_SLOTS, rates.UNLOADED_SLOTS) == (10, 80)

    def test_without_a_rest_every_count_is_load(self) -> None:
        governor = RateGovernor()
        assert list(governor.rest) == [0] * 16
        assert governor.wear == ids.WEAR_UNKNOWN
        assert [self.judged(governor, self.ring(count=100)) for _ in range(4)] == [1, 1, 1, 10]

    @pytest.mark.parametrize(
        ("low", "high", "still"),
        [(290, 330, True), (289, 330, False), (480, 530, True), (478, 530, True), (477, 530, False)],
    )
    def test_a_channel_may_move_40_counts_and_a_sixteenth_of_its_level(
        self, low: int, high: int, still: bool
    ) -> None:
        """At rest 40; at 530, 200 above rest, 40 + 200 // 16 = 52."""
        for row, channel in ((0, 0), (89, 15), (45, 7)):
            ring = self.ring()
            for other in range(90):
                ring[other * 16 + channel] = low
            ring[row * 16 + channel] = high
            assert self.still(ring) is still, (row, channel)

    def test_one_movement_in_the_look_ahead_is_enough_and_one_behind_it_is_not(self) -> None:
        for row, still in ((79, False), (80, False), (89, False), (90, True), (119, True)):
            ring = self.ring(120)
            ring[row * 16 + 3] = 1000
            assert self.still(ring) is still, row

    def test_rows_go_on_round_the_ring(self) -> None:
        """90 rows from row 100 of 128 on: to row 61."""
        for row, still in ((99, True), (100, False), (127, False), (0, False), (61, False), (62, True)):
            ring = self.ring(128)
            ring[row * 16 + 3] = 1000
            assert self.still(ring, 100) is still, row
            assert self.still(ring, 228) is still, row

    def test_the_rate_falls_with_the_fourth_still_chunk_and_at_once_rises_with_a_movement(self) -> None:
        governor = RateGovernor(array("H", [REST] * 16))
        moving = self.ring()
        moving[16] = 500
        quiet = self.ring()
        found = [self.judged(governor, quiet) for _ in range(5)]
        assert found == [1, 1, 1, 80, 80]
        assert self.judged(governor, moving) == 1
        assert [self.judged(governor, quiet) for _ in range(4)] == [1, 1, 1, 80]

    def test_a_chunk_of_another_length_is_never_reduced(self) -> None:
        governor = RateGovernor(array("H", [REST] * 16))
        assert [self.judged(governor, self.ring(), count=79) for _ in range(6)] == [1] * 6
        assert self.judged(governor, self.ring()) == 80

    @pytest.mark.parametrize(("load", "slots", "wear"), [(1600, 10, 2), (1599, 80, 3), (160, 80, 3)])
    def test_a_foot_that_bears_weight_stands(self, load: int, slots: int, wear: int) -> None:
        """The sum of what each channel shows above rest; what lies below rest takes nothing away."""
        ring = self.ring()
        for row in range(90):
            ring[row * 16] = REST + load - 100
            ring[row * 16 + 5] = REST + 100
            ring[row * 16 + 9] = REST - 30
        governor = RateGovernor(array("H", [REST] * 16))
        assert [self.judged(governor, ring) for _ in range(4)][-1] == slots
        assert governor.wear == wear

    @pytest.mark.parametrize(("load", "wear"), [(1600, ids.WEAR_WALKING), (1599, ids.WEAR_UNKNOWN)])
    def test_a_foot_that_moves_walks_when_it_bears_weight(self, load: int, wear: int) -> None:
        ring = self.ring()
        ring[50 * 16 + 2] = REST + load
        governor = RateGovernor(array("H", [REST] * 16))
        governor.wear = ids.WEAR_STANDING
        assert self.judged(governor, ring) == 1
        assert governor.wear == wear

    def test_ten_minutes_of_nothing_are_not_worn(self) -> None:
        """750 chunks of 0.8 s in a row below a sum of 160."""
        governor = RateGovernor(array("H", [REST] * 16))
        empty, hardly = self.ring(count=REST + 9), self.ring(count=REST + 10)
        for _ in range(749):
            self.judged(governor, empty)
        assert governor.wear == ids.WEAR_UNLOADED
        self.judged(governor, empty)
        assert governor.wear == ids.WEAR_NOT_WORN
        assert self.judged(governor, hardly) == 80
        assert governor.wear == ids.WEAR_UNLOADED, "16 * 10 = 160 is something"
        self.judged(governor, empty)
        assert governor.wear == ids.WEAR_UNLOADED
        for _ in range(749):
            self.judged(governor, empty)
        assert governor.wear == ids.WEAR_NOT_WORN
        moving = self.ring()
        moving[16] = 500
        self.judged(governor, moving)
        for _ in range(749):
            self.judged(governor, empty)
        assert governor.wear == ids.WEAR_UNLOADED
