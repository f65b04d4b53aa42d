"""Clock sync against simulated radios in virtual time: connection events, queueing, drift, steps."""

import math
import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.bridge.clock.connection_interval import connection_interval_ns
from plantigrade.bridge.clock.estimate import ClockEstimate, ClockSync, RoundTrip
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Insole, StampedFrames

BURST = 24


@dataclass
class SimulatedRadio:
    """Delays of a link with connection events every `interval_ms` (0: none), in virtual nanoseconds.

    `busy_ns`: how long, in the mean, a process waits for its turn on a busy computer before it stamps.
    """

    rng: random.Random
    interval_ms: float
    drift_ppm: float
    queueing_share: float = 0.02
    now_ns: float = 1e12
    send_ns: float = 0.0
    receive_ns: float = 0.0
    busy_ns: float = 0.0
    offset_ns: float = field(init=False)
    phase_ns: float = field(init=False)

    def __post_init__(self) -> None:
        self.offset_ns = self.rng.uniform(0, 9e11)
        self.phase_ns = self.rng.uniform(0, self.interval_ms * 1e6)

    def device_us(self, host_ns: float) -> int:
        return round((host_ns - self.offset_ns) * (1 + self.drift_ppm * 1e-6) / 1000)

    def next_event(self, moment_ns: float) -> float:
        if self.interval_ms == 0:
            return moment_ns
        interval_ns = self.interval_ms * 1e6
        return math.ceil((moment_ns - self.phase_ns) / interval_ns) * interval_ns + self.phase_ns

    def queueing(self) -> float:
        return self.rng.expovariate(1 / 50e6) if self.rng.random() < self.queueing_share else 0.0

    def noise(self) -> float:
        return self.rng.uniform(0.05e6, 0.4e6)

    def turn(self) -> float:
        return self.busy_ns * self.rng.gammavariate(4, 0.25) if self.busy_ns else 0.0

    def round_trip(self) -> RoundTrip:
        sent = self.now_ns
        ready = sent + self.send_ns + self.queueing() + self.noise() + self.turn()
        received = self.next_event(ready) + self.noise() + self.turn()
        answered = received + self.rng.uniform(0.1e6, 0.8e6)
        back = self.next_event(answered + self.queueing()) + self.receive_ns + self.noise() + self.turn()
        self.now_ns = back
        return RoundTrip(round(sent), self.device_us(received), self.device_us(answered), round(back))


@dataclass
class Course:
    """Errors of the estimate, looked up 100 ms after each round trip once the first burst is over."""

    errors_ms: list[float] = field(default_factory=list[float])
    covered: list[bool] = field(default_factory=list[bool])


def follow(radio: SimulatedRadio, sync: ClockSync, seconds: float, course: Course | None = None) -> Course:
    course = course or Course()
    end = radio.now_ns + seconds * 1e9
    count = 0
    while radio.now_ns < end:
        estimate = sync.add(radio.round_trip())
        count += 1
        if estimate is not None and count >= BURST:
            judge(estimate, radio, course)
        radio.now_ns += 1e9 * (sync.next_wait_s(count) + (0.5 if count >= BURST else 0.0))
    return course


def judge(estimate: ClockEstimate, radio: SimulatedRadio, course: Course, ahead_ns: float = 1e8) -> None:
    moment = radio.now_ns + ahead_ns
    device_us = radio.device_us(moment)
    error_ns = estimate.host_ns(device_us) - moment
    course.errors_ms.append(abs(error_ns) * 1e-6)
    course.covered.append(abs(error_ns) <= estimate.uncertainty_at_ns(device_us))


@pytest.mark.parametrize("interval_ms, p95_ms", [(0, 0.5), (15, 1.5), (30, 2.0), (50, 3.0)])
@pytest.mark.parametrize("drift_ppm", [-50, 0, 35])
def test_the_estimate_is_close_and_says_how_close(
    interval_ms: float, p95_ms: float, drift_ppm: float
) -> None:
    course = Course()
    for seed in range(2):
        radio = SimulatedRadio(random.Random(seed), interval_ms, drift_ppm)
        follow(radio, ClockSync(), 45, course)
    assert np.percentile(course.errors_ms, 95) <= p95_ms
    assert max(course.errors_ms) < 5.0
    assert np.mean(course.covered) >= 0.95


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.floats(7.5, 60), st.floats(-100, 100), st.floats(0, 0.3))
def test_heavy_queueing_does_not_mislead(
    seed: int, interval_ms: float, drift_ppm: float, queueing: float
) -> None:
    radio = SimulatedRadio(random.Random(seed), interval_ms, drift_ppm, queueing)
    sync = ClockSync()
    course = follow(radio, sync, 30)
    assert max(course.errors_ms) < 0.25 * interval_ms + 2.0
    assert sync.steps == 0


def test_drift_is_carried_over_a_time_out_of_reach() -> None:
    radio = SimulatedRadio(random.Random(4), 30, 50)
    sync = ClockSync()
    follow(radio, sync, 120)
    assert sync.estimate is not None
    course = Course()
    judge(sync.estimate, radio, course, ahead_ns=120e9)
    assert course.errors_ms[0] < 2.0  # 50 ppm alone would make 6 ms
    assert course.covered == [True]


def test_a_step_of_a_clock_is_noticed_and_followed() -> None:
    radio = SimulatedRadio(random.Random(5), 30, 20)
    sync = ClockSync()
    follow(radio, sync, 30)
    radio.offset_ns -= 3e9  # the computer slept for three seconds while its monotonic clock stood still
    course = follow(radio, sync, 30)
    assert sync.steps == 1
    assert max(course.errors_ms) < 5.0


def test_one_impossible_round_trip_is_put_aside() -> None:
    radio = SimulatedRadio(random.Random(6), 30, 20)
    sync = ClockSync()
    follow(radio, sync, 20)
    before = sync.estimate
    good = radio.round_trip()
    shifted = good.device_received_us + 500_000
    assert sync.add(RoundTrip(good.host_sent_ns, shifted, shifted, good.host_received_ns)) is before
    assert (sync.outliers, sync.steps) == (1, 0)
    assert sync.add(good) is not before
    assert sync.steps == 0


@pytest.mark.parametrize(
    "trip",
    [
        RoundTrip(10, 5, 4, 20),  # answered before it was asked, on the insole's clock
        RoundTrip(20, 5, 5, 10),  # on the host's clock
        RoundTrip(10, -5, 5, 20),
        RoundTrip(10, 5, 1 << 63, 20),
    ],
)
def test_impossible_stamps_are_counted(trip: RoundTrip) -> None:
    sync = ClockSync()
    assert sync.add(trip) is None
    assert sync.outliers == 1


def test_memory_is_bounded() -> None:
    radio = SimulatedRadio(random.Random(7), 30, 20)
    sync = ClockSync(capacity=50)
    for _ in range(200):
        sync.add(radio.round_trip())
    assert sync.estimate is not None
    assert sync.estimate.round_trips == 50


def test_a_new_boot_starts_from_nothing() -> None:
    radio = SimulatedRadio(random.Random(8), 30, 20)
    sync = ClockSync()
    follow(radio, sync, 5)
    sync.reset()
    assert sync.estimate is None


def test_arrays_and_single_values_agree() -> None:
    estimate = ClockEstimate(1_000_000, 5_000_000_000, 37.5, 900_000, 3.0, 30)
    device_us = np.array([0, 1_000_000, 86_400_000_000], dtype=np.int64)
    assert estimate.host_ns_array(device_us).tolist() == [estimate.host_ns(int(value)) for value in device_us]


@pytest.mark.parametrize("interval_ms", [7.5, 15, 30, 48.75, 100])
def test_the_connection_interval_shows_in_the_arrivals(interval_ms: float) -> None:
    rng = random.Random(9)
    events = np.cumsum([rng.randrange(1, 40) for _ in range(60)])
    jitter_ns = [rng.uniform(0, 1e6) for _ in events]
    drifting_ns = events * interval_ms * 1e6 * (1 + 50e-6) + jitter_ns
    assert connection_interval_ns(drifting_ns.astype(np.int64)) == interval_ms * 1e6


def test_no_interval_is_seen_where_there_is_none() -> None:
    rng = random.Random(10)
    seen = 0
    for _ in range(200):
        arrivals = np.cumsum([rng.randrange(1_000_000, 900_000_000) for _ in range(30)])
        seen += connection_interval_ns(arrivals) is not None
    assert seen == 0


@pytest.mark.parametrize("interval_ms", [0, 30])
@pytest.mark.parametrize("send_ms, receive_ms", [(0.2, 2.0), (2.0, 0.2), (3.0, 3.0)])
def test_a_host_whose_stack_takes_its_time(interval_ms: float, send_ms: float, receive_ms: float) -> None:
    course = Course()
    for seed in range(2):
        radio = SimulatedRadio(random.Random(seed), interval_ms, 20)
        radio.send_ns, radio.receive_ns = send_ms * 1e6, receive_ms * 1e6
        follow(radio, ClockSync(), 45, course)
    assert max(course.errors_ms) < 3.0
    assert np.mean(course.covered) >= 0.95


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("busy_ms", [4.0, 6.0, 9.0])
def test_a_busy_computer_whose_stamps_hide_the_connection_interval(busy_ms: float, seed: int) -> None:
    """Even the quickest command waits for its turn, which no bound shows; the stated uncertainty knows."""
    radio = SimulatedRadio(random.Random(seed), 30, 20, busy_ns=busy_ms * 1e6)
    course = follow(radio, ClockSync(), 45)
    assert np.mean(course.covered) >= 0.9


def test_out_of_reach_a_clock_becomes_less_sure_than_its_measured_drift_says() -> None:
    """A quartz that was measured to a tenth of a ppm warms up in the shoe all the same."""
    estimate = ClockEstimate(10**9, 5 * 10**12, 12.0, 900_000, 0.1, 300)
    hour_us = 3_600_000_000
    for later_us in (hour_us, -hour_us):
        grown_ns = estimate.uncertainty_at_ns(10**9 + later_us) - estimate.uncertainty_ns
        assert grown_ns >= 2e-6 * hour_us * 1000


def test_a_time_line_on_its_way_to_a_better_estimate_says_how_far_it_has_to_go() -> None:
    insole = Insole("left")
    stamped: list[StampedFrames] = []
    insole.on_frames.append(lambda _, batch: stamped.append(batch))
    for second, host_ns in enumerate((0, 8_000_000, 8_000_000)):
        sync = insole.clock_of(1).sync
        sync.estimate = ClockEstimate(0, host_ns, 0.0, 900_000, 0.1, 30)
        insole.deliver([_frames(1_000_000 * second)], 0)
    errors_ns: list[int] = []
    for batch in stamped[1:]:
        assert batch.host_ns is not None
        errors_ns.append(int(np.abs(batch.host_ns - 8_000_000 - 1000 * batch.frames.device_us).max()))
        assert errors_ns[-1] <= batch.uncertainty_ns - 900_000
    assert errors_ns[0] > 6_500_000 and 0 < errors_ns[1] < errors_ns[0]


def _frames(device_us: int) -> Frames:
    times_us = device_us + 10_000 * np.arange(5, dtype=np.int64)
    return Frames(b"", device_us // 10_000, 1, 1, 0, times_us, np.zeros((5, 16), np.uint16), None, 0)
