"""Records of an insole without firmware are, byte for byte, what the firmware makes of the same rows."""

import numpy as np
import pytest
from insole_protocol import ids
from plantigrade.twin.body import draw_person
from plantigrade.twin.clock import ClockRule
from plantigrade.twin.month.feed import Feed, Pieces, Playing
from plantigrade.twin.month.sampling import REST_COUNTS, Sampling

from tests.host.twin.month.firmware_blocks import Firmware

START_US = 5_000_000
CLOCK = ClockRule(1_000_000, 0, 0, 3)


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(draw_person(3), {"left": 6, "right": 7}, seed=3, variants=1, piece_s=25.0)


def plan(pieces: Pieces, *doings: tuple[str, float]) -> tuple[Feed, np.ndarray]:
    """A feed that begins at START_US, and its rows as the sensors of the left foot show them slot by slot."""
    at_us, playing, rows = START_US + 10_000, [], []
    for doing, seconds in doings:
        piece = pieces.piece(doing, 0, 0)  # pyright: ignore[reportArgumentType]
        playing.append(Playing(at_us, piece))
        count = round(seconds * 100)
        rows.append(piece.counts["left"].reshape(-1, 16)[np.arange(count) % piece.rows])
        at_us += count * 10_000
    return Feed(playing), np.concatenate(rows)


def both(pieces: Pieces, *doings: tuple[str, float]) -> tuple[Sampling, Firmware, np.ndarray]:
    feed, rows = plan(pieces, *doings)
    sampling = Sampling("left", feed, CLOCK, next_seq=500, boot=3, status=ids.STATUS_CHARGING)
    sampling.start(START_US)
    firmware = Firmware(REST_COUNTS, sampling.start_us, 500, ids.STATUS_CHARGING)
    return sampling, firmware, rows


def records(made) -> list[bytes]:
    return [record.record for record in made]


@pytest.mark.parametrize(
    "doings",
    [
        (("walk", 40.0),),
        (("stand", 20.0), ("walk", 12.33), ("sit", 40.0)),
        (("sit", 30.0), ("off", 25.21), ("stand", 20.0), ("walk", 5.0)),
    ],
    ids=lambda doings: "-".join(doing for doing, _ in doings),
)
def test_daily_mode(pieces: Pieces, doings: tuple[tuple[str, float], ...]) -> None:
    sampling, firmware, rows = both(pieces, *doings)
    got = records(sampling.follow(START_US, 40, True))
    firmware.follow(40, True)
    firmware.feed(rows[:-1])
    got += records(sampling.advance(START_US + len(rows) * 10_000 - 5_000))
    got += records(sampling.follow(START_US + len(rows) * 10_000 - 5_000, 5, False))
    firmware.follow(5, False)
    assert got == firmware.taken.records
    assert len({len(record) for record in got}) > 3, "the control: records of many lengths were compared"
    assert (sampling.steps, sampling.cadence) == (firmware.steps.steps, firmware.steps.cadence)
    assert sampling.next_seq == firmware.blocks.next_seq


def test_ten_minutes_off_the_foot_are_not_worn(pieces: Pieces) -> None:
    sampling, firmware, rows = both(pieces, ("off", 615.0))
    list(sampling.follow(START_US, 40, True))
    firmware.follow(40, True)
    firmware.feed(rows)
    assert records(sampling.advance(START_US + len(rows) * 10_000)) == firmware.taken.records


def test_changes_of_mode_at_any_slot(pieces: Pieces) -> None:
    sampling, firmware, rows = both(pieces, ("walk", 9.0), ("sit", 9.0), ("walk", 12.0))
    got, at = records(sampling.follow(START_US, 40, True)), 0
    firmware.follow(40, True)
    for slots, frames, chunks in ((433, 5, False), (512, 40, True), (91, 40, True), (777, 10, False)):
        firmware.feed(rows[at : at + slots])
        at += slots
        firmware.follow(frames, chunks)
        got += records(sampling.follow(START_US + at * 10_000 + 5_000, frames, chunks))
    assert got == firmware.taken.records and sum(1 for _ in got) > 40


def test_an_overrun_is_flagged(pieces: Pieces) -> None:
    sampling, firmware, rows = both(pieces, ("walk", 20.0))
    got = records(sampling.follow(START_US, 40, True))
    firmware.follow(40, True)
    firmware.feed(rows[:777])
    got += records(sampling.overrun(START_US + 777 * 10_000 + 5_000, 9))
    firmware.feed(rows[786:1500], lost=9)
    got += records(sampling.advance(START_US + 1500 * 10_000 + 5_000))
    assert got == firmware.taken.records


def test_what_a_slot_shows_does_not_depend_on_who_looks_when(pieces: Pieces) -> None:
    """An insole that is looked at each second logs what one does that is looked at once."""
    feed, _ = plan(pieces, ("walk", 70.0), ("sit", 55.0), ("walk", 30.0))
    clock = ClockRule(1_000_000, 0, 47_000, 3)

    def logged(step_us: int) -> list[bytes]:
        sampling = Sampling("left", feed, clock, next_seq=0, boot=3)
        sampling.start(START_US)
        found = records(sampling.follow(START_US, 40, True))
        for now_us in range(START_US, START_US + 150_000_001, step_us):
            found += records(sampling.advance(now_us))
        return found

    assert logged(1_000_000) == logged(150_000_000) == logged(7_500_000)
