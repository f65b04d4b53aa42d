"""The demo's figures, worked out by hand: strides beside strides, latency and clock beside the truth, what
makes a run sound, and the closing words in terminal and JSON."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from plantigrade.bridge.accounting import LedgerStatement, MissingReason
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.demo.measure import FootMeter, Spread, left_right_error
from plantigrade.demo.strides import StrideComparison, compare_strides
from plantigrade.demo.summary import DemoResult, FootResult
from plantigrade.demo.text import _rows as rows_of
from plantigrade.demo.text import show_summary

NONE = Spread(None, None, None, None)


def pairs(*times: float) -> np.ndarray:
    return np.array(times).reshape(-1, 2)


def test_stride_times_are_compared_in_milliseconds_found_less_reference() -> None:
    """Strides of 1.000, 1.100 and 1.200 s, found as 1.012, 1.096 and 1.200 s: +12, -4 and 0 ms."""
    found = pairs(10.0, 11.012, 11.012, 12.108, 12.108, 13.308)
    reference = pairs(10.0, 11.0, 11.0, 12.1, 12.1, 13.3)
    reported = compare_strides(found, reference, (0.0, 20.0))
    assert reported == StrideComparison(3, 3, 3, 2.667, 5.333, 12.0)
    swapped = compare_strides(reference, found, (0.0, 20.0))
    assert (swapped.bias_ms, swapped.mae_ms, swapped.max_ms) == (-2.667, 5.333, 12.0)


@pytest.mark.parametrize(
    ("begin_late_s", "end_late_s", "matched"),
    [(0.249, 0.249, 1), (0.25, 0.0, 0), (0.0, 0.25, 0), (-0.249, 0.0, 1), (0.0, -0.25, 0), (-0.25, 0.0, 0)],
)
def test_both_contacts_must_lie_within_a_quarter_of_a_second(
    begin_late_s: float, end_late_s: float, matched: int
) -> None:
    reported = compare_strides(pairs(4.0 + begin_late_s, 5.0 + end_late_s), pairs(4.0, 5.0), (0.0, 9.0))
    assert (reported.found, reported.reference, reported.matched) == (1, 1, matched)


def test_the_nearest_begin_is_compared() -> None:
    found = pairs(3.9, 5.0, 4.05, 5.02, 4.2, 5.04)
    reported = compare_strides(found, pairs(4.0, 5.0), (0.0, 9.0))
    assert reported.bias_ms == -30.0  # 4.05 to 5.02 lasts 0.97 s


def test_the_span_counts_strides_that_lie_in_it_whole_edges_included() -> None:
    strides = pairs(1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0)
    reported = compare_strides(strides, strides, (2.0, 4.0))
    assert (reported.found, reported.reference, reported.matched) == (2, 2, 2)
    narrow = compare_strides(strides, strides, (2.001, 3.999))
    assert (narrow.found, narrow.reference) == (0, 0)
    assert (narrow.bias_ms, narrow.mae_ms, narrow.max_ms) == (None, None, None)


@pytest.mark.parametrize(
    ("values", "spread"),
    [
        ([], NONE),
        ([7.12349], Spread(7.123, 7.123, 7.123, 7.123)),
        # 0 to 100: the percentile is its own number
        (list(range(101)), Spread(50.0, 95.0, 99.0, 100.0)),
        ([30.0, 10.0, 20.0], Spread(20.0, 29.0, 29.8, 30.0)),
    ],
)
def test_percentiles(values: list[float], spread: Spread) -> None:
    assert Spread.of(np.array(values, float)) == spread


class Clock:
    """The device's clock began at a true host time of 500 ns and runs at the host's pace."""

    def host_monotonic_ns(self, device_us: float, boot: int | None = None) -> float:
        return 500.0 + 1000.0 * device_us


def batch(
    device_us: list[int], host_ns: list[int] | None, delivered_ns: int, slots: int = 1, late: bool = False
) -> StampedFrames:
    times = np.array(device_us)
    frames = Frames(b"xx", 0, slots, 1, 0, times, np.zeros((len(times), 16), np.uint16), None, 0, late)
    return StampedFrames(frames, None if host_ns is None else np.array(host_ns), 1, delivered_ns)


def test_latency_is_from_the_true_moment_and_the_error_is_signed() -> None:
    """Frames at 1 and 3 ms of the device are true at 1 000 500 and 3 000 500 ns; delivered at 9 000 500 ns
    they waited 8 and 6 ms. Host times 2 ms late and 0.5 ms early."""
    meter = FootMeter(Clock())
    meter.add(batch([1000, 3000], [3_000_500, 2_500_500], 9_000_500, slots=2))
    assert (meter.frames, meter.slots) == (2, 4)
    assert meter.true_ns.tolist() == [1_000_500.0, 3_000_500.0]
    assert meter.latency_ms.tolist() == [8.0, 6.0]
    assert meter.error_ms.tolist() == [2.0, -0.5]
    assert meter.latency() == Spread(7.0, 7.9, 7.98, 8.0)
    assert meter.clock_error() == Spread(1.25, 1.925, 1.985, 2.0)


def test_frames_without_a_host_time_have_a_latency_and_no_error() -> None:
    meter = FootMeter(Clock())
    meter.add(batch([1000], None, 4_000_500))
    meter.add(batch([2000], [2_000_600], 4_000_500))
    assert meter.latency_ms.tolist() == [3.0, 2.0]
    assert np.isnan(meter.error_ms[0])
    assert meter.clock_error() == Spread(0.0, 0.0, 0.0, 0.0)


def test_frames_from_the_log_count_and_are_not_measured() -> None:
    meter = FootMeter(Clock())
    meter.add(batch([1000, 2000], [0, 0], 0, slots=3, late=True))
    assert (meter.frames, meter.slots) == (2, 6)
    assert meter.latency() == NONE
    assert meter.recent_latency_ms() is None


def test_recent_is_the_median_of_the_last_twenty_batches() -> None:
    meter = FootMeter(Clock())
    for number in range(21):
        meter.add(batch([1000], [0], 1_000_500 + (900_000_000 if number == 0 else number * 1_000_000)))
    assert meter.recent_latency_ms() == pytest.approx(10.5)  # 1 to 20 ms, without the first


def test_feet_are_compared_at_the_same_moment_whatever_the_order() -> None:
    """The right foot's error rises from 0 to 4 ms between 0 and 4 ms: 1 ms at 1 ms. The left's is 3 ms."""
    left, right = FootMeter(Clock()), FootMeter(Clock())
    left.add(batch([1000], [4_000_500], 5_000_000))
    right.add(batch([4000], [8_000_500], 9_000_000))
    right.add(batch([0], [500], 9_000_000))
    assert left_right_error(left, right).max == pytest.approx(2.0)
    assert left_right_error(right, FootMeter(Clock())) == NONE
    assert left_right_error(FootMeter(Clock()), right) == NONE


def statement(**changed: Any) -> LedgerStatement:
    plain = {
        "requested": 1010,
        "recorded": 1007,
        "missing": 3,
        "missing_by_reason": {MissingReason.OFF: 2, MissingReason.OVERRUN: 1},
        "duplicates": 0,
        "beyond_request": 0,
    }
    return LedgerStatement(**{**plain, **changed})


def foot(**changed: Any) -> FootResult:
    plain = {
        "frames_sent": 1004,
        "frames_received": 1004,
        "latency": Spread(31.04, 52.06, 61.0, 70.0),
        "clock_error": Spread(0.14, 0.26, 0.3, 0.4),
        "clock_uncertainty_ms": 1.26,
        "drift_ppm": 37.04,
        "ledger": statement(),
        "malformed": {"crc": 2},
        "strides": StrideComparison(12, 13, 13, -0.126, 1.256, 4.0),
        "connections": 1,
        "battery_pct": 64,
        "firmware": "1.0",
        "serial": "00AA",
        "bytes_per_frame": 27.46,
    }
    return FootResult(**{**plain, **changed})


def right(**changed: Any) -> FootResult:
    plain = {
        "frames_sent": 1003,
        "frames_received": 1002,
        "latency": Spread(41.0, 62.0, 71.0, 80.0),
        "clock_error": NONE,
        "clock_uncertainty_ms": None,
        "drift_ppm": -23.0,
        "ledger": statement(recorded=1010, missing=0, missing_by_reason={}),
        "strides": StrideComparison(0, 13, 0, None, None, None),
        "connections": 2,
        "bytes_per_frame": None,
    }
    return foot(**{**plain, **changed})


def result(
    left: FootResult | None = None, other: FootResult | None = None, seconds: float = 10.0
) -> DemoResult:
    insoles = {"left": left or foot(), "right": other or right()}
    return DemoResult(10.0, "a walk", 30.0, insoles, Spread(0.1, 0.2, 0.3, 0.44), 5.4)


def shown(made: DemoResult) -> list[str]:
    """Lines of the closing words outside of the table."""
    out = io.StringIO()
    show_summary(made, out)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert max(map(len, lines)) <= 100
    return [line for line in lines if line and line[0] not in "┏┃┡│└"]


def test_the_closing_table() -> None:
    assert rows_of([foot(), right()]) == [
        ("frames sent by the firmware", ["1004", "1003"]),
        ("frames received / missing", ["1004 / 0", "1002 / 1"]),
        (
            "slots requested = recorded + missing",
            ["1010 = 1007 + 3 (2 off, 1 overrun)", "1010 = 1010 + 0"],
        ),
        (
            "latency, sensor to host",
            ["p50 31.0, p95 52.1, p99 61.0, max 70.0 ms", "p50 41.0, p95 62.0, p99 71.0, max 80.0 ms"],
        ),
        ("clock error against the truth", ["p50 0.1, p95 0.3, p99 0.3, max 0.4 ms", "-"]),
        ("clock: uncertainty stated, drift found", ["±1.3 ms, +37.0 ppm", "-"]),
        ("strides found / in the source forces", ["12 / 13", "0 / 13"]),
        ("stride time: bias, mean abs. difference", ["-0.13 / 1.26 ms", "-"]),
        ("bytes a frame", ["27.5", "-"]),
        ("connections made", ["1", "2"]),
    ]
    assert shown(result()) == [
        "a walk, 10 s, connection interval 30 ms",
        "left-right clock error against the truth: p50 0.1, p95 0.2, p99 0.3, max 0.4 ms",
        "processor time of the host: 5 % of one core",
        "NOT SOUND",
    ]


def test_the_table_names_the_sides() -> None:
    out = io.StringIO()
    show_summary(result(), out)
    head = next(line for line in out.getvalue().splitlines() if line.startswith("┃"))
    assert [cell.strip() for cell in head.split("┃")[1:-1]] == ["", "left", "right"]
    sent = next(line for line in out.getvalue().splitlines() if "frames sent" in line)
    assert [cell.strip() for cell in sent.split("│")[2:-1]] == ["1004", "1003"]


def test_a_sound_run_says_so() -> None:
    assert shown(result(other=foot()))[-1] == "sound: nothing missing, strides found again"


def test_the_json() -> None:
    reported = result().to_json()
    assert list(reported["insoles"]) == ["left", "right"]
    assert reported["insoles"]["left"] == {
        "serial": "00AA",
        "firmware": "1.0",
        "frames_sent": 1004,
        "frames_received": 1004,
        "frames_missing": 0,
        "latency_ms": {"p50": 31.04, "p95": 52.06, "p99": 61.0, "max": 70.0},
        "clock_error_ms": {"p50": 0.14, "p95": 0.26, "p99": 0.3, "max": 0.4},
        "clock_uncertainty_ms": 1.26,
        "drift_ppm": 37.04,
        "accounting": {
            "slots_requested": 1010,
            "slots_recorded": 1007,
            "slots_missing": 3,
            "missing_by_reason": {"off": 2, "overrun": 1},
        },
        "malformed": {"crc": 2},
        "connections": 1,
        "battery_pct": 64,
        "bytes_per_frame": 27.46,
    }
    problems = ["right: 1 frames missing", "right: 0 of 13 strides were found again"]
    assert {name: value for name, value in reported.items() if name != "insoles"} == {
        "schema": "plantigrade.demo/1",
        "seconds": 10.0,
        "source": "a walk",
        "interval_ms": 30.0,
        "strides": {
            "left": {
                "found": 12,
                "reference": 13,
                "matched": 13,
                "bias_ms": -0.126,
                "mae_ms": 1.256,
                "max_ms": 4.0,
            },
            "right": {
                "found": 0,
                "reference": 13,
                "matched": 0,
                "bias_ms": None,
                "mae_ms": None,
                "max_ms": None,
            },
        },
        "left_right_clock_error_ms": {"p50": 0.1, "p95": 0.2, "p99": 0.3, "max": 0.44},
        "host_cpu_pct": 5.4,
        "sound": False,
        "problems": problems,
    }


MATCHED = StrideComparison(10, 10, 10, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({}, []),
        ({"frames_received": 0}, ["left: no frames arrived"]),
        ({"frames_received": 1003}, ["left: 1 frames missing"]),
        ({"frames_received": 1005}, []),
        ({"frames_sent": 950, "frames_received": 950}, []),
        ({"frames_sent": 949, "frames_received": 949}, ["left: only 949 frames in 10 s"]),
        ({"ledger": statement(missing=4)}, ["left: the slot counts do not balance"]),
        ({"strides": replace(MATCHED, matched=9)}, []),
        ({"strides": replace(MATCHED, matched=8)}, ["left: 8 of 10 strides were found again"]),
        ({"strides": StrideComparison(0, 0, 0, None, None, None)}, ["left: no strides in the source"]),
        (
            {"frames_received": 900, "ledger": statement(missing=4)},
            [
                "left: 104 frames missing",
                "left: only 900 frames in 10 s",
                "left: the slot counts do not balance",
            ],
        ),
    ],
)
def test_why_a_run_is_not_sound(changed: dict[str, Any], problems: list[str]) -> None:
    made = result(foot(**changed), foot())
    assert made.problems() == problems
    assert made.to_json()["sound"] is not problems or problems == []
    assert made.to_json()["sound"] is (problems == [])
