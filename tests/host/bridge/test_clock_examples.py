"""Clocks by worked examples: what round trips say of offset and drift, how sure, and which ones count.

Times of the host are in ns, of the insole in us; round trips are written in ms where that is easier read.
"""

import numpy as np
import pytest
from plantigrade.bridge.clock.estimate import ClockEstimate, ClockSync, RoundTrip
from plantigrade.bridge.clock.slewer import ClockSlewer

MS = 1_000_000
KNOWN = ClockEstimate(1_000_000, 5_000_000_000, 20.0, 900_000, 3.0, 30)
"""1 s after the insole's start the host's clock said 5 s; the insole's second lasts 20 us longer."""


def trip(sent_ms: float, received_ms: float, answered_ms: float, arrived_ms: float) -> RoundTrip:
    return RoundTrip(
        round(sent_ms * MS), round(received_ms * 1000), round(answered_ms * 1000), round(arrived_ms * MS)
    )


def test_the_time_under_way_is_without_what_the_insole_took() -> None:
    """4 ms until the answer came, 0.5 ms of them inside the insole."""
    assert RoundTrip(1 * MS, 100, 600, 5 * MS).delay_ns == 3_500_000


@pytest.mark.parametrize(
    "stamps, causal",
    [
        ((10, 5, 6, 20), True),
        ((10, 5, 5, 10), True),
        ((10, 0, 0, 10), True),
        ((11, 5, 5, 10), False),
        ((10, 5, 4, 20), False),
        ((10, -1, 4, 20), False),
        ((10, 5, (1 << 62) - 1, 20), True),
        ((10, 5, 1 << 62, 20), False),
    ],
)
def test_nobody_answers_before_being_asked(stamps: tuple[int, int, int, int], causal: bool) -> None:
    assert RoundTrip(*stamps).is_causal is causal


@pytest.mark.parametrize(
    "device_us, host_ns",
    [
        (1_000_000, 5_000_000_000),
        (2_000_000, 6_000_020_000),  # 1 s later and 20 us
        (500_000, 4_499_990_000),  # 0.5 s before, less 10 us
        (3_601_000_000, 3_605_072_000_000),  # an hour later: 72 ms
    ],
)
def test_a_device_time_on_the_hosts_clock(device_us: int, host_ns: int) -> None:
    assert KNOWN.host_ns(device_us) == host_ns
    assert KNOWN.host_ns_array(np.array([device_us], dtype=np.int64)).tolist() == [host_ns]


@pytest.mark.parametrize("device_us", [11_000_000, -9_000_000])
def test_uncertainty_grows_with_what_the_drift_may_have_done(device_us: int) -> None:
    """10 s at 3 ppm and 2 ppm of wandering: 0.05 ms more."""
    assert KNOWN.uncertainty_at_ns(device_us) == 950_000
    assert KNOWN.uncertainty_at_ns(1_000_000) == 900_000


def test_one_round_trip_gives_no_estimate_and_two_do() -> None:
    sync = ClockSync()
    assert sync.add(trip(1000, 10, 10, 1004)) is None
    found = sync.add(trip(1500, 510, 510, 1504))
    assert found is not None
    assert found is sync.estimate
    assert found.round_trips == 2


def test_offset_and_uncertainty_of_two_round_trips_on_a_quick_link() -> None:
    """Both take 2 ms there and 2 ms back; the true offset is 988 ms.

    No spread of delays: half of the corridor of 4 ms is the estimate, 2 ms above the lower bound 986. The
    spacing is a third of the corridor (two bounds make three parts), 1.3333 ms, and is stated 3.5 times:
    4.6667. With 0.8 at least and the 2 ms of a fixed delay: 7.4667 ms. Two seconds apart nothing is known of
    the drift but what quartz does, twice 40 ppm.
    """
    sync = ClockSync()
    sync.add(trip(1000, 14, 15, 1005))
    found = sync.add(trip(3000, 2014, 2015, 3005))
    assert found is not None
    assert found.reference_us == 2_014_000
    assert found.host_at_reference_ns == pytest.approx(3_002_000_000, abs=20)
    assert found.drift_ppm == pytest.approx(0.0, abs=0.005)
    assert found.uncertainty_ns == pytest.approx(7_466_667, abs=20)
    assert found.drift_uncertainty_ppm == pytest.approx(80.0)
    assert found.interval_ms is None


def test_after_ten_years_a_nanosecond_is_still_a_nanosecond() -> None:
    """3.2e17 ns are more than a float tells apart; two trips of 2 ms each way, 0.1 s apart."""
    sync = ClockSync()
    years_ns = 320_000_000_123_456_789
    for sent_ns in (0, 100_000_000):
        device_us = 5_002_000 + sent_ns // 1000
        sync.add(RoundTrip(years_ns + sent_ns, device_us, device_us, years_ns + sent_ns + 4 * MS))
    assert sync.estimate is not None
    assert sync.estimate.host_ns(5_002_000) == pytest.approx(years_ns + 2 * MS, abs=1, rel=0)


def test_drift_of_a_line_of_round_trips() -> None:
    """41 trips in 400 s, each 1 ms there and 1 ms back; the insole's second is 20 us short of the host's."""
    sync = ClockSync()
    for number in range(41):
        host_ms = 10_000.0 * number
        device_ms = 7000 + host_ms / (1 + 20e-6)
        found = sync.add(trip(host_ms, device_ms + 1, device_ms + 1, host_ms + 2))
    assert found is not None
    assert found.drift_ppm == pytest.approx(20.0, abs=0.02)
    assert found.host_ns(7_001_000) == pytest.approx(1_000_000, abs=5_000)
    assert found.host_at_reference_ns == pytest.approx(400_001_000_000, abs=5_000)


def test_connection_events_take_a_known_share_off_the_delay() -> None:
    """24 trips; the command waits 1 to 29.75 ms for its event, the reply comes 30 ms after that event.

    The offset is 0. By the arrivals: 30 ms less one interval, 0. By the bounds: the shortest wait is 1 ms,
    and the eight shortest lie 1.25 ms apart, 7 x 1.25 / 6 = 1.4583 ms, so that it would be 0.4583 ms above 0.
    Half of it: 0.2292 ms. Uncertainty: half the difference 0.2292, the spacing 1.4583, the scatter (0.2 ms at
    least) 2 x 0.2 / sqrt(24) = 0.0816, the drift over the mean age of 6.885 s: 2 x 0.2 / (4.15226 x sqrt(24))
    x 6.885 = 0.1354, and 0.8: 2.7045 ms.
    """
    sync = ClockSync()
    waits_ms = [1 + 1.25 * step for step in (23, 17, 5, 11, 2, 14, 8, 20, 22, 16, 4, 0)]
    waits_ms += [1 + 1.25 * step for step in (1, 10, 13, 7, 19, 3, 6, 9, 12, 15, 18, 21)]
    event_ms = 60_000.0
    for number, wait_ms in enumerate(waits_ms):
        found = sync.add(trip(event_ms - wait_ms, event_ms, event_ms + 1, event_ms + 30))
        event_ms += 630 if number % 2 else 570
    assert found is not None
    assert found.interval_ms == 30.0
    assert found.host_at_reference_ns - 1000 * found.reference_us == pytest.approx(229_167, abs=50)
    assert found.drift_ppm == pytest.approx(0.0, abs=1e-6)
    assert found.uncertainty_ns == pytest.approx(2_704_500, abs=300)
    assert found.drift_uncertainty_ppm == pytest.approx(19.664, abs=0.01)


@pytest.mark.parametrize(
    "sent_ns, received_us, arrived_ns, used",
    [
        # At 2 s of device time 6_000_020_000 is known to 905 us; 3 ms more are tolerated: 3_905_000.
        (6_003_925_000, 2_000_000, 6_004_000_000, True),
        (6_003_925_001, 2_000_000, 6_004_000_000, False),
        (5_000_000_000, 2_000_000, 5_996_115_000, True),
        (5_000_000_000, 2_000_000, 5_996_114_999, False),
    ],
)
def test_a_trip_that_contradicts_what_is_known_is_put_aside(
    sent_ns: int, received_us: int, arrived_ns: int, used: bool
) -> None:
    sync = ClockSync(estimate=KNOWN)
    sync.add(RoundTrip(sent_ns, received_us, received_us, arrived_ns))
    assert sync.outliers == (0 if used else 1)
    assert (sync.estimate is KNOWN) is not used


def test_a_trip_is_judged_by_the_stamp_that_belongs_to_each_end() -> None:
    """The insole answers 1 s after it was asked: the answer may not be early by its second stamp."""
    sync = ClockSync(estimate=KNOWN)
    sync.add(RoundTrip(6_000_000_000, 2_000_000, 3_000_000, 6_000_500_000))
    assert sync.outliers == 1
    sync = ClockSync(estimate=KNOWN)
    sync.add(RoundTrip(6_000_000_000, 2_000_000, 3_000_000, 7_000_500_000))
    assert sync.outliers == 0


def test_two_contradictions_in_a_row_are_a_step_and_drop_the_past() -> None:
    sync = ClockSync()
    for number in range(5):
        sync.add(trip(1000 + 500 * number, 500 * number, 500 * number, 1004 + 500 * number))
    before = sync.estimate
    stepped = [
        trip(9000 + 500 * number, 2500 + 500 * number, 2500 + 500 * number, 9004 + 500 * number)
        for number in range(3)
    ]
    assert sync.add(stepped[0]) is before
    assert (sync.outliers, sync.steps) == (1, 0)
    found = sync.add(stepped[1])
    assert (sync.outliers, sync.steps) == (1, 1)
    assert found is not None
    assert found.round_trips == 2
    assert found.host_ns(3_000_000) == pytest.approx(9_502 * MS, abs=1000)
    found = sync.add(stepped[2])
    assert found is not None
    assert found.round_trips == 3


def test_contradictions_with_a_good_trip_between_are_no_step() -> None:
    sync = ClockSync()
    good = [trip(1000 + 500 * n, 500 * n, 500 * n, 1004 + 500 * n) for n in range(9)]
    for one in good[:5]:
        sync.add(one)
    for number in (5, 6):
        sync.add(trip(9000, 500 * number, 500 * number, 9004))
        sync.add(good[number])
    assert (sync.outliers, sync.steps) == (2, 0)
    assert sync.estimate is not None
    assert sync.estimate.round_trips == 7


@pytest.mark.parametrize("age_us, stored", [(600_000_000, 3), (600_000_001, 2)])
def test_what_is_older_than_ten_minutes_no_longer_counts(age_us: int, stored: int) -> None:
    sync = ClockSync()
    for device_us in (5_000_000, 5_000_000 + age_us - 1_000_000, 5_000_000 + age_us):
        sync.add(RoundTrip(1000 * device_us, device_us, device_us, 1000 * device_us + 4 * MS))
    assert sync.estimate is not None
    assert sync.estimate.round_trips == stored


@pytest.mark.parametrize("count", [599, 600, 601])
def test_six_hundred_trips_are_kept_at_most(count: int) -> None:
    """Put in without being solved one by one, which is what takes the time."""
    sync = ClockSync()
    for number in range(count):
        sync._trips.append(trip(number, number, number, number + 4))  # pyright: ignore[reportPrivateUsage]
    found = sync.add(trip(count, count, count, count + 4))
    assert found is not None
    assert found.round_trips == min(count + 1, 600)


def test_a_clock_begun_anew_remembers_nothing() -> None:
    sync = ClockSync()
    for number in range(3):
        sync.add(trip(1000 + 500 * number, 500 * number, 500 * number, 1004 + 500 * number))
    sync.add(trip(99_000, 2000, 2000, 99_004))  # under suspicion
    sync.reset()
    assert sync.estimate is None
    assert sync.add(trip(50_000, 0, 0, 50_004)) is None
    found = sync.add(trip(50_500, 500, 500, 50_504))
    assert found is not None
    assert (found.round_trips, sync.steps) == (2, 0)


@pytest.mark.parametrize(
    "delay_ms, count, wait_ms",
    [
        (None, 0, 0.0),
        (None, 1, 37.0820),  # 1.2 x 50 ms x 0.618034
        (None, 2, 14.1641),  # 0.236068 of it
        (None, 3, 51.2461),  # 0.854102
        (20.0, 1, 14.8328),  # 1.2 x 20
        (0.1, 1, 3.0902),  # 5 ms at least
        (500.0, 1, 92.7051),  # 150 ms at most
    ],
)
def test_waits_sweep_a_little_more_than_the_shortest_round_trip(
    delay_ms: float | None, count: int, wait_ms: float
) -> None:
    sync = ClockSync()
    if delay_ms is not None:
        sync.add(trip(1000, 10, 11, 1001 + delay_ms))
        sync.add(trip(3000, 2010, 2011, 3001 + 2 * delay_ms))
    assert sync.next_wait_s(count) == pytest.approx(1e-3 * wait_ms, abs=2e-7)


def line(offset_ms: float) -> ClockEstimate:
    return ClockEstimate(0, round(offset_ms * MS), 0.0, 900_000, 0.1, 30)


def stamped_ms(clock: ClockSlewer, device_s: list[float], offset_ms: float) -> list[float]:
    """What the steady clock adds to device times, in ms."""
    device_us = np.array([round(1e6 * moment) for moment in device_s], dtype=np.int64)
    host_ns = clock.host_ns_array(device_us, line(offset_ms))
    return ((host_ns - 1000 * device_us) / MS).tolist()


@pytest.mark.parametrize("sign", [1, -1])
def test_the_steady_clock_goes_to_a_better_estimate_by_a_millisecond_a_second(sign: int) -> None:
    clock = ClockSlewer()
    assert stamped_ms(clock, [0.0, 1.0], 0.0) == [0, 0]
    assert stamped_ms(clock, [1.5, 2.0, 4.0], 8.0 * sign) == [0.5 * sign, 1.0 * sign, 3.0 * sign]
    assert stamped_ms(clock, [8.0, 9.0, 10.0], 8.0 * sign) == [7.0 * sign, 8.0 * sign, 8.0 * sign]
    assert stamped_ms(clock, [11.0], 8.0 * sign) == [8.0 * sign]


@pytest.mark.parametrize(
    "offset_ms, first_ms",
    [(100.0, 1.0), (100.000001, 100.000001), (-100.0, -1.0), (-100.000001, -100.000001)],
)
def test_a_step_of_more_than_a_tenth_of_a_second_is_taken_at_once(offset_ms: float, first_ms: float) -> None:
    clock = ClockSlewer()
    stamped_ms(clock, [0.0], 0.0)
    assert stamped_ms(clock, [1.0], offset_ms) == [pytest.approx(first_ms, abs=1e-7)]


def test_device_times_that_go_back_are_stamped_by_what_is_known() -> None:
    clock = ClockSlewer()
    stamped_ms(clock, [0.0, 5.0], 0.0)
    assert stamped_ms(clock, [4.0], 8.0) == [8.0]
    assert stamped_ms(clock, [4.0], 6.0) == [8.0]  # the same moment again is no step back
