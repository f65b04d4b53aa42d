"""The even clock behind stamps that jitter, repeat or come in packets: rate, lost samples, one accounting."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.imports import clock
from plantigrade.imports.clock import Clock
from plantigrade.imports.even_clock import even_clock
from plantigrade.library.recordings.forces import from_signal

FILE = Path("walk.csv")


def checked(stamps: np.ndarray) -> Clock:
    return clock.checked(np.array(stamps, np.float64), FILE)


def missing(found: Clock) -> int:
    """Samples that the gaps hold, which must be those that the library counts."""
    samples_lost = sum(round((gap.to_s - gap.from_s) * found.rate_hz) for gap in found.gaps)
    signal = FootSignal(Foot.LEFT, found.time_s, np.zeros((len(found.time_s), 1), np.float32))
    numbers = from_signal(signal, found.rate_hz).seq
    assert int(numbers[-1]) + 1 - len(numbers) == samples_lost
    return samples_lost


RATES = [50.0, 100.0, 208.33, 500.0]


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("share", [0.05, 0.2, 0.35])
def test_jitter_is_no_missing_sample(rate_hz: float, share: float):
    """Normal jitter of 5, 20 and 35 % of a step (SD)."""
    random = np.random.default_rng(7)
    exact = np.arange(3000) / rate_hz
    found = checked(exact + random.normal(0, share / rate_hz, 3000))
    assert missing(found) == 0
    assert found.rate_hz == pytest.approx(rate_hz, rel=1e-4)
    if share > 0.1:
        assert np.abs(found.time_s - exact).max() < 0.1 / rate_hz
        assert "stray from an even clock" in found.notes[-1]


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("lost", [1, 3, 40])
def test_a_gap_in_jittered_stamps_is_found(rate_hz: float, lost: int):
    random = np.random.default_rng(3)
    exact = np.delete(np.arange(3000) / rate_hz, slice(1200, 1200 + lost))
    found = checked(exact + random.normal(0, 0.15 / rate_hz, len(exact)))
    assert missing(found) == lost
    (gap,) = found.gaps
    assert gap.from_s == pytest.approx(1200 / rate_hz, abs=1 / rate_hz)


@pytest.mark.worked_example("time_s", "sample_rate_hz")
@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
@pytest.mark.parametrize("packet", [2, 5, 20])
@pytest.mark.parametrize("within_s", [0.0, 0.001], ids=["one stamp", "a millisecond apart"])
def test_packets(rate_hz: float, packet: int, within_s: float):
    """All samples of a packet carry the time of its last, or stamps of the loop that unpacks it."""
    number = np.arange(2000)
    found = checked((number // packet * packet + packet - 1) / rate_hz + number % packet * within_s)
    assert missing(found) == 0
    assert found.rate_hz == pytest.approx(rate_hz, rel=1e-6)
    assert np.diff(found.time_s) == pytest.approx(np.full(1999, 1 / rate_hz), rel=1e-6)


@pytest.mark.parametrize(("rate_hz", "digits_s"), [(200.0, 0.01), (128.0, 0.01), (100.0, 0.1), (75.0, 1.0)])
def test_stamps_with_too_few_digits_repeat(rate_hz: float, digits_s: float):
    stamps = np.floor(np.arange(4000) / rate_hz / digits_s + 1e-9) * digits_s
    found = checked(stamps)
    assert missing(found) == 0
    assert found.rate_hz == pytest.approx(rate_hz, rel=2e-3)
    assert "the same as the one before" in found.notes[-1]


def test_a_packet_that_was_late_is_no_gap():
    """Twelve samples wait 150 ms and come at once."""
    stamps = np.arange(2000) / 100 + np.random.default_rng(1).normal(0, 0.0015, 2000)
    stamps[700:712] = stamps[712] - 0.001 * np.arange(12, 0, -1)
    found = checked(stamps)
    assert missing(found) == 0
    assert np.diff(found.time_s) == pytest.approx(np.full(1999, 0.01), rel=1e-3)


def test_a_clock_that_drifts_is_followed():
    """A clock that goes 30 ppm slower in the second half of an hour: 54 ms in all."""
    exact = np.arange(180_000) / 50
    drift = np.where(exact > 1800, (exact - 1800) * 30e-6, 0.0)
    stamps = exact + drift + np.random.default_rng(2).normal(0, 0.004, len(exact))
    found = even_clock(stamps)
    assert found is not None
    assert int(found.slots[-1]) == len(exact) - 1
    assert np.abs(found.time_s - exact - drift).max() < 0.008


@pytest.mark.parametrize(
    "change",
    [
        lambda stamps: np.concatenate([stamps[:1000], stamps[1000:] - 3.0]),
        lambda stamps: np.concatenate([stamps[:1000], stamps[1000:] - 0.05]),
        lambda stamps: np.concatenate([stamps[:1000], np.full(1000, stamps[1000])]),
        lambda stamps: np.concatenate([stamps[1000:], stamps[:1000]]),
        lambda stamps: stamps[::-1],
        lambda stamps: np.concatenate([stamps[:500], stamps[501:502], stamps[500:501], stamps[502:]]),
        lambda stamps: stamps * 0.0,
    ],
    ids=[
        "set back",
        "set back by 50 ms",
        "stands still",
        "halves exchanged",
        "backwards",
        "rows exchanged",
        "zero",
    ],
)
def test_what_is_no_clock_is_refused_with_the_place(change):  # type: ignore[no-untyped-def]
    with pytest.raises(
        FileError, match=r"time does not rise from sample \d+ .* sort or repair the time column"
    ):
        checked(change(np.arange(2000) / 100))


def test_samples_lost_at_random_from_an_even_clock_stay_gaps():
    """Half of all samples is lost; what is there has exact stamps."""
    present = np.random.default_rng(4).random(3000) < 0.5
    present[[0, -1]] = True
    found = checked(np.flatnonzero(present) / 100)
    assert found.rate_hz == pytest.approx(100.0)
    assert missing(found) == np.count_nonzero(~present)
