"""The time column of a file, by hand: rate, gaps, straightened stamps, notes; each limit on both sides and
each refusal in its words."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.errors import FileError
from plantigrade.gait.signals import TimeGap
from plantigrade.imports import clock

FILE = Path("walk.csv")


def refusal(times: list[float] | np.ndarray) -> str:
    with pytest.raises(FileError) as caught:
        clock.checked(np.array(times, np.float64), FILE)
    assert caught.value.path == FILE
    return caught.value.problem


def ticks(step_s: float, count: int = 50) -> np.ndarray:
    return np.arange(count) * step_s


@pytest.mark.worked_example("time_s", "sample_rate_hz")
def test_a_rate_is_a_clock():
    found = clock.steady(4, 50.0, FILE, start_s=2.0)
    assert found.time_s.tolist() == [2.0, 2.02, 2.04, 2.06]
    assert (found.rate_hz, found.gaps, found.notes) == (50.0, (), ())
    assert clock.steady(3, 100.0, FILE).time_s.tolist() == [0.0, 0.01, 0.02]


TOO_SLOW = "its rate would be {} Hz; gait needs 10 to 5000 Hz. Is the time column in seconds?"


@pytest.mark.parametrize(
    ("rate_hz", "text"),
    [
        (10.0, None),
        (9.99905, None),  # the last digits of time stamps hide a ten thousandth
        (9.99895, "9.999"),
        (9.9, "9.9"),
        (5000.0, None),
        (5000.45, None),
        (5000.55, "5001"),
        (np.nan, "nan"),
    ],
)
def test_gait_needs_10_to_5000_hz(rate_hz: float, text: str | None):
    if text is None:
        assert clock.steady(2, rate_hz, FILE).rate_hz == rate_hz
        return
    with pytest.raises(FileError) as caught:
        clock.steady(2, rate_hz, FILE)
    assert str(caught.value) == "walk.csv: " + TOO_SLOW.format(text)


def test_a_clock_has_two_samples():
    with pytest.raises(FileError, match=r"^walk\.csv: holds fewer than two samples$"):
        clock.steady(1, 100.0, FILE)
    assert refusal([0.0]) == refusal([]) == "holds fewer than two samples"
    assert clock.checked(np.array([0.0, 0.01]), FILE).rate_hz == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("step_s", "text"),
    [(0.1, None), (0.101, "9.901"), (0.0002, None), (0.000199, "5025"), (10.0, "0.1")],
)
def test_the_rate_of_a_time_column_has_the_same_limits(step_s: float, text: str | None):
    if text is None:
        assert clock.checked(ticks(step_s), FILE).rate_hz == pytest.approx(1 / step_s)
    else:
        assert refusal(ticks(step_s)) == TOO_SLOW.format(text)


@pytest.mark.parametrize(
    ("rate_hz", "notes"),
    [
        (50.0, ()),
        (49.9955, ()),
        (49.9945, ("sampled at 50 Hz: contact times are good to about 10 ms only",)),
        (49.9, ("sampled at 49.9 Hz: contact times are good to about 10 ms only",)),
        (20.0, ("sampled at 20 Hz: contact times are good to about 25 ms only",)),
    ],
)
def test_a_coarse_rate_is_said(rate_hz: float, notes: tuple[str, ...]):
    assert clock.steady(2, rate_hz, FILE).notes == notes
    assert clock.checked(np.arange(50) / rate_hz, FILE).notes == notes


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_times_that_are_no_numbers(bad: float):
    assert refusal([0.0, 0.01, bad, 0.03]) == "the time of sample 3 is not a number (1 such samples)"
    assert refusal([0.0, bad, bad, 0.03]) == "the time of sample 2 is not a number (2 such samples)"


@pytest.mark.parametrize(
    ("times", "text"),
    [
        ([0, 0.01, 0.02, 0.015, 0.03], "sample 3 (0.02 s) to the next (0.015 s), 1 such places"),
        ([0, 0.01, 0.01, 0.02, 0.02, 0.03], "sample 2 (0.01 s) to the next (0.01 s), 2 such places"),
        ([5, 4, 3], "sample 1 (5 s) to the next (4 s), 2 such places"),
    ],
    ids=["back", "repeated", "backwards"],
)
def test_a_clock_that_does_not_rise(times: list[float], text: str):
    assert refusal(times) == f"time does not rise from {text}; sort or repair the time column"


@pytest.mark.worked_example("sample_rate_hz", "gaps")
def test_a_jump_is_a_gap_from_the_first_missing_sample_to_the_next_one_there():
    """Steps of 10 ms, then from 0.49 s to 0.62 s: samples from 0.50 s on are missing, 120 ms."""
    times = np.concatenate([ticks(0.01), 0.62 + ticks(0.01)])
    found = clock.checked(times, FILE)
    assert found.gaps == (TimeGap(pytest.approx(0.50), pytest.approx(0.62), "time jumps in the file"),)
    assert found.notes == (
        "1 gap in the time column, 0.12 s in all, and no stride is counted across one longer than 33 ms",
    )
    assert found.rate_hz == pytest.approx(100.0)
    assert found.time_s is times
    again = np.concatenate([times, 2.0 + times])
    notes = clock.checked(again, FILE).notes
    # 0.12 s twice, and from 1.11 + 0.01 to 2.0 s: 0.88 s.
    assert notes == (
        "3 gaps in the time column, 1.12 s in all, and no stride is counted across one longer than 33 ms",
    )


@pytest.mark.parametrize(("jump", "gaps"), [(0.0159, 0), (0.0161, 1)])
def test_a_step_beyond_1_6_periods_is_a_jump_as_for_the_engine(jump: float, gaps: int):
    times = np.concatenate([ticks(0.01, 200), 1.99 + jump + ticks(0.01, 200)])
    assert len(clock.checked(times, FILE).gaps) == gaps


def test_a_clock_of_jumps_is_none(monkeypatch: pytest.MonkeyPatch):
    assert clock.MAX_GAPS == 100_000
    monkeypatch.setattr(clock, "MAX_GAPS", 3)
    three = np.cumsum([0.01] * 90 + [0.1, 0.01] * 3)
    assert len(clock.checked(three, FILE).gaps) == 3
    four = np.cumsum([0.01] * 90 + [0.1, 0.01] * 4)
    assert refusal(four) == "the time column jumps 4 times; it is no usable clock"


@pytest.mark.parametrize(
    ("stated_hz", "notes"),
    [
        (None, ()),
        (100.0, ()),
        (102.0, ()),  # 2 of 102 are 1.96 %
        (98.1, ()),
        (102.1, ("the header says 102.1 Hz but the time column runs at 100 Hz, which was used",)),
        (97.0, ("the header says 97 Hz but the time column runs at 100 Hz, which was used",)),
    ],
)
def test_a_header_that_says_another_rate(stated_hz: float | None, notes: tuple[str, ...]):
    found = clock.checked(ticks(0.01), FILE, stated_rate_hz=stated_hz)
    assert found.notes == notes
    assert found.rate_hz == pytest.approx(100.0)


@pytest.mark.worked_example("time_s", "sample_rate_hz")
def test_stamps_rounded_to_milliseconds_are_straightened():
    """75 Hz: 0, 13.3, 26.7, 40, 53.3, 66.7, 80 ms. The middle step is 13 ms, 76.9 Hz; end to end it is 75."""
    found = clock.checked(np.array([0, 0.013, 0.027, 0.040, 0.053, 0.067, 0.080]), FILE)
    assert found.time_s == pytest.approx(np.arange(7) / 75, abs=1e-12)
    assert found.rate_hz == pytest.approx(75.0)
    assert (found.gaps, found.notes) == ((), ())
    # Cut off instead of rounded they lie up to 0.67 ms early: the line lies in their middle, 1/3 ms lower.
    found = clock.checked(np.array([0, 0.013, 0.026, 0.040, 0.053, 0.066, 0.080]), FILE)
    assert found.time_s == pytest.approx(np.arange(7) / 75 - 0.001 / 3, abs=1e-12)
    assert found.rate_hz == pytest.approx(75.0)


@pytest.mark.parametrize(
    ("step_s", "off_s", "straightened"),
    [
        (0.02, 0.00038, False),  # steps within 2 %: even already, its own digits stay
        (0.02, 0.00042, True),
        (0.02, 0.0021, True),  # 1.05 ms on either side of the middle
        (0.02, 0.0023, False),  # 1.15 ms: no rounding to milliseconds
        (0.004, 0.0015, True),  # 0.75 ms on either side: less than a fifth of 4 ms
        (0.004, 0.0017, False),  # 0.85 ms
    ],
)
def test_what_is_rounding(step_s: float, off_s: float, straightened: bool):
    times = ticks(step_s, 41)
    times[20] += off_s
    found = clock.checked(times.copy(), FILE)
    if straightened:
        assert found.time_s == pytest.approx(ticks(step_s, 41) + off_s / 2, abs=1e-9)
    else:
        assert found.time_s.tolist() == times.tolist()
    assert found.rate_hz == pytest.approx(1 / step_s)


@pytest.mark.parametrize(
    ("step_s", "wobble_s", "stray_ms"),
    [
        (0.01, 0.0019, None),  # every second stamp late: 0.95 ms on either side of the middle are rounding
        (0.01, 0.0023, "1.1"),  # half of 2.3 ms on either side
        (0.02, 0.0024, "1.2"),
        (0.02, 0.0021, None),  # rounding again: 1.05 ms
        (0.03, 0.0029, None),  # less than a tenth of a step is even enough
        (0.03, 0.0031, "1.5"),
    ],
)
def test_stamps_that_are_late_by_turns_are_put_on_the_even_clock(
    step_s: float, wobble_s: float, stray_ms: str | None
):
    times = ticks(step_s, 101)
    times[1::2] += wobble_s
    found = clock.checked(times, FILE)
    assert found.gaps == ()
    note_of_jitter = (f"time stamps stray from an even clock of {1 / step_s:.4g} Hz by {stray_ms} ms (SD), "
            "which was used instead")  # fmt: skip
    assert [note for note in found.notes if "stray" in note] == ([note_of_jitter] if stray_ms else [])
    if stray_ms:
        assert np.diff(found.time_s) == pytest.approx(np.full(100, step_s), rel=1e-3)


@settings(max_examples=40)
@given(st.integers(10, 500), st.floats(-1000, 1000), st.integers(2, 300))
def test_an_even_clock_keeps_its_digits_and_a_later_start_shifts_it(rate_hz: int, start_s: float, count: int):
    times = np.round(start_s + np.arange(count) / rate_hz, 9)
    found = clock.checked(times, FILE)
    assert found.time_s.tolist() == times.tolist()
    assert found.rate_hz == pytest.approx(rate_hz, rel=1e-4)
    assert found.gaps == ()


@settings(max_examples=40)
@given(st.integers(21, 150), st.integers(60, 400))
def test_rounding_to_milliseconds_costs_less_than_a_millisecond(rate_hz: int, count: int):
    exact = np.arange(count) / rate_hz
    found = clock.checked(np.round(exact, 3), FILE)
    assert np.abs(found.time_s - exact).max() < 0.001
    assert found.rate_hz == pytest.approx(rate_hz, rel=0.02)
