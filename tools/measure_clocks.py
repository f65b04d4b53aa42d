"""How well left and right agree: the bridge's clock code against true clocks, for hours in virtual time.

    python -m tools.measure_clocks --hours 8

Two crystals run off by `--drift-ppm` in opposite directions and wander with temperature. Round trips go over
connection events as they do over Bluetooth, paced and judged by the bridge's own code; once an hour the
insoles are out of reach. Every 100 ms of insole time is then placed on the host's time: live, by the estimate
that held at that moment (from where a session asks for the stream; "out of reach" by the last one before),
and in the recording, by the timeline that finalizing uses. True times are known, and so are the errors.

A part of each stated uncertainty, `FLOOR_NS`, is for what no time stamp can show: one direction that always
takes longer than the other. Without `--slow-ms` none does here, so coverage is also told without that part.
"""

import argparse
import json
import math
import random
import sys
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from plantigrade.bridge.clock.estimate import ClockSync, RoundTrip
from plantigrade.bridge.clock.fit import FLOOR_NS
from plantigrade.bridge.journal.writer import CLOCK_PERIOD_NS
from plantigrade.bridge.session import HURRY, SURE_NS, SessionPolicy
from plantigrade.library.recordings.timeline import Timeline

F64 = NDArray[np.float64]

GRID_S = 0.1
HOUR_S = 3600.0
WANDER_PERIOD_S = 2400.0
HOST_AT_START_NS = 10**12
BAR_MS = 2.0
COVERAGE_BAR = 0.95


@dataclass(frozen=True)
class Setting:
    """What is simulated; see the command's options."""

    hours: float = 8.0
    interval_ms: float = 30.0
    drift_ppm: float = 50.0
    wander_ppm: float = 2.0
    away_s: float = 300.0
    slow_ms: float = 0.0
    seed: int = 1


@dataclass
class Crystal:
    """An insole's clock; true time in seconds since the start is the host's monotonic clock."""

    drift_ppm: float
    wander_ppm: float
    offset_s: float
    phase: float

    def device_us(self, true_s: float) -> int:
        """What the clock shows."""
        turn = 2 * math.pi / WANDER_PERIOD_S
        wander_s = self.wander_ppm / turn * math.sin(turn * true_s + self.phase)
        return round(1e6 * (self.offset_s + true_s) + self.drift_ppm * true_s + wander_s)


@dataclass
class EventRadio:
    """One insole's connection: packets leave at its events; hosts, insoles and queues take their time."""

    rng: random.Random
    crystal: Crystal
    interval_s: float
    slow_s: float = 0.0
    anchor_s: float = 0.0

    def reconnect(self) -> None:
        """Another connection has its events at other moments."""
        self.anchor_s = self.rng.uniform(0, self.interval_s)

    def round_trip(self, sent_s: float) -> tuple[RoundTrip, float]:
        """One TIME command that leaves the host at `sent_s`; the round trip and when the reply arrived."""
        at_insole_s = self._next_event(sent_s + self._path_s() + self._queue_s()) + self._path_s()
        answered_s = at_insole_s + self.rng.uniform(1e-4, 8e-4)
        back_s = self._next_event(answered_s + self._queue_s()) + self._path_s() + self.slow_s
        clock = self.crystal.device_us
        trip = RoundTrip(_ns(sent_s), clock(at_insole_s), clock(answered_s), _ns(back_s))
        return trip, back_s

    def _next_event(self, moment_s: float) -> float:
        if self.interval_s == 0:
            return moment_s
        return math.ceil((moment_s - self.anchor_s) / self.interval_s) * self.interval_s + self.anchor_s

    def _path_s(self) -> float:
        return self.rng.uniform(5e-5, 4e-4)

    def _queue_s(self) -> float:
        return self.rng.expovariate(20.0) if self.rng.random() < 0.02 else 0.0


@dataclass
class Placed:
    """Where times of one insole were placed, on the grid: (n,) errors and stated uncertainties in ms; NaN
    where nothing was known."""

    error_ms: F64
    stated_ms: F64


@dataclass
class Insole:
    """One insole's course: the session's pacing, live placing, and the estimates that the journal keeps."""

    setting: Setting
    side: int
    sync: ClockSync = field(default_factory=ClockSync)
    timeline: Timeline = field(default_factory=Timeline)
    _recorded_ns: int | None = None

    def __post_init__(self) -> None:
        rng = random.Random(2 * self.setting.seed + self.side)
        sign = 1 - 2 * self.side
        self.crystal = Crystal(
            sign * self.setting.drift_ppm, self.setting.wander_ppm, rng.uniform(0, 900), rng.uniform(0, 6)
        )
        slow_s = 0.0 if self.side else self.setting.slow_ms * 1e-3
        self.radio = EventRadio(rng, self.crystal, self.setting.interval_ms * 1e-3, slow_s)
        self.grid_s = np.arange(0, self.setting.hours * HOUR_S, GRID_S)
        # Before the stream starts nothing is placed live: on a first connection that is a second or two.
        self.device_us = np.array([self.crystal.device_us(moment) for moment in self.grid_s], np.int64)
        empty = np.full(len(self.grid_s), np.nan)
        self.live = Placed(empty, empty.copy())
        self.away = np.zeros(len(self.grid_s), bool)
        self._placed = 0

    def run(self) -> None:
        """Live through the hours."""
        end_s = self.setting.hours * HOUR_S
        now_s = 1.0
        while now_s < end_s:
            away_from_s = (math.floor(now_s / HOUR_S) + 1) * HOUR_S - self.setting.away_s
            now_s = self._connection(now_s, min(away_from_s, end_s))
            back_s = max(now_s, away_from_s + self.setting.away_s)
            self.away[math.ceil(now_s / GRID_S) : math.ceil(back_s / GRID_S)] = True
            self._place(math.ceil(back_s / GRID_S))
            now_s = back_s + 1.0

    def _connection(self, now_s: float, until_s: float) -> float:
        """Compare clocks as `bridge.session` does, until the insole is out of reach; the time then."""
        policy = SessionPolicy()
        known = self.sync.estimate is not None
        first = policy.first_round_trips // 4 if known else policy.first_round_trips
        self.radio.reconnect()
        count = 0
        streaming = False
        while now_s < until_s:
            trip, now_s = self.radio.round_trip(now_s)
            if streaming or known:
                self._place(math.ceil(now_s / GRID_S))
            self.sync.add(trip)
            count += 1
            streaming = streaming or not (count < first or (count < 2 * first and not self._is_sure))
            now_s += self.sync.next_wait_s(count)
            if streaming:
                self._note()
                now_s += policy.clock_period_s / (1 if self._is_sure else HURRY)
            else:
                self._placed = max(self._placed, math.ceil(now_s / GRID_S))
        return now_s

    @property
    def _is_sure(self) -> bool:
        return self.sync.estimate is not None and self.sync.estimate.uncertainty_ns < SURE_NS

    def _note(self) -> None:
        """What `bridge.journal.writer` writes into the journal."""
        estimate = self.sync.estimate
        if estimate is None:
            return
        if self._recorded_ns is None or estimate.host_at_reference_ns - self._recorded_ns >= CLOCK_PERIOD_NS:
            self.timeline.add(1, estimate)
            self._recorded_ns = estimate.host_at_reference_ns

    def _place(self, end: int) -> None:
        """All moments of the grid before `end` that have no place yet get it by the present estimate."""
        estimate = self.sync.estimate
        chosen = slice(self._placed, end)
        self._placed = max(self._placed, end)
        if estimate is None:
            return
        device_us = self.device_us[chosen]
        true_ns = HOST_AT_START_NS + 1e9 * self.grid_s[chosen]
        self.live.error_ms[chosen] = (estimate.host_ns_array(device_us) - true_ns) * 1e-6
        uncertainties = np.array(
            [estimate.uncertainty_at_ns(int(moment)) for moment in device_us], np.float64
        )
        self.live.stated_ms[chosen] = uncertainties * 1e-6

    def recorded(self) -> Placed:
        """As `sessions` would place the same moments when the recording is finalized."""
        host_ns, uncertainty_us = self.timeline.place(np.ones(len(self.device_us), np.uint16), self.device_us)
        return Placed(
            (host_ns - HOST_AT_START_NS - 1e9 * self.grid_s) * 1e-6, uncertainty_us.astype(np.float64) * 1e-3
        )


@dataclass(frozen=True)
class Agreement:
    """Left-right errors in ms, and how often the stated uncertainties cover the true ones.

    Attributes:
        covered_pair: the uncertainties of left and right added as squares.
        covered_single: each foot by itself.
        covered_without_floor: the pair without the allowance for paths that differ.
    """

    where: str
    p50_ms: float
    p95_ms: float
    max_ms: float
    stated_p95_ms: float
    covered_pair: float
    covered_single: float
    covered_without_floor: float
    stated_p95_without_floor_ms: float
    moments: int

    @property
    def met(self) -> bool:
        """Whether it is as good as promised."""
        return self.p95_ms <= BAR_MS and min(self.covered_pair, self.covered_single) >= COVERAGE_BAR


def agreement(where: str, left: Placed, right: Placed, chosen: NDArray[np.bool_]) -> Agreement:
    """Compare what was placed with the truth. Uncertainties of left and right add as squares."""
    known = chosen & np.isfinite(left.error_ms) & np.isfinite(right.error_ms)
    error = np.abs(left.error_ms - right.error_ms)[known]
    stated = np.hypot(left.stated_ms, right.stated_ms)[known]
    bare = np.hypot(left.stated_ms - FLOOR_NS * 1e-6, right.stated_ms - FLOOR_NS * 1e-6)[known]
    single = [np.abs(foot.error_ms[known]) <= foot.stated_ms[known] for foot in (left, right)]
    p50, p95 = np.percentile(error, [50, 95])
    return Agreement(
        where, float(p50), float(p95), float(error.max()), float(np.percentile(stated, 95)),
        float((error <= stated).mean()), float(np.mean(single)),
        float((error <= bare).mean()), float(np.percentile(bare, 95)), int(known.sum()),
    )  # fmt: skip


def measure(setting: Setting) -> list[Agreement]:
    """Simulate both insoles; live and recorded agreement."""
    insoles = [Insole(setting, side) for side in (0, 1)]
    for insole in insoles:
        insole.run()
    left, right = insoles
    away = left.away | right.away
    found = [agreement("live", left.live, right.live, ~away)]
    if away.any():
        found.append(agreement("out of reach", left.live, right.live, away))
    found.append(agreement("recording", left.recorded(), right.recorded(), np.ones_like(away)))
    return found


def _ns(seconds: float) -> int:
    return HOST_AT_START_NS + round(seconds * 1e9)


def main(texts: list[str] | None = None) -> int:
    """Print the figures; 1 when they fall short."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    default = Setting()
    parser.add_argument("--hours", type=float, default=default.hours)
    parser.add_argument("--interval-ms", type=float, default=default.interval_ms, help="0: no events")
    parser.add_argument("--drift-ppm", type=float, default=default.drift_ppm, help="left plus, right minus")
    parser.add_argument("--wander-ppm", type=float, default=default.wander_ppm, help="over 40 minutes")
    parser.add_argument("--away-s", type=float, default=default.away_s, help="out of reach, once an hour")
    parser.add_argument("--slow-ms", type=float, default=default.slow_ms, help="of left's replies, one way")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--json", action="store_true")
    options = vars(parser.parse_args(texts))
    as_json = options.pop("json")
    began = time.monotonic()
    found = measure(Setting(**options))
    if as_json:
        print(json.dumps({"setting": options, "agreement": [vars(one) for one in found]}, indent=2))
    else:
        for one in found:
            print(
                f"{one.where:12} left-right error p50 {one.p50_ms:.2f} p95 {one.p95_ms:.2f}"
                f" max {one.max_ms:.2f} ms;"
                f" stated p95 {one.stated_p95_ms:.2f} ms; covered: pair {one.covered_pair:.2%},"
                f" each foot {one.covered_single:.2%}; without the allowance for paths stated p95"
                f" {one.stated_p95_without_floor_ms:.2f} ms, covered {one.covered_without_floor:.2%}"
                f" ({one.moments} moments)"
            )
        print(f"{options['hours']:g} h in {time.monotonic() - began:.0f} s")
    return 0 if all(one.met for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
