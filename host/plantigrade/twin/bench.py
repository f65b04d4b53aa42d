"""A virtual load bench: known forces on the sensors of a virtual insole, as someone would do it with
weights."""

from datetime import date

import numpy as np

from plantigrade.calibration.bench import BenchReading, fit_bench
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Calibration
from plantigrade.twin.electrical import Effects, Fault, FrontEnd

LOADS_N = (2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 180.0)
HOLD_S = 3.0
LONG_HOLD_S = 60.0
REST_S = 20.0
RATE_HZ = 20.0
ALL_EFFECTS = Effects()


def bench_readings(
    seed: int,
    parameters: FrontEndParameters | None = None,
    effects: Effects = ALL_EFFECTS,
    loads_n: tuple[float, ...] = LOADS_N,
    faults: dict[int, Fault] | None = None,
) -> tuple[list[BenchReading], list[float]]:
    """Readings of loads up, a long hold at the top, loads down; and the unloaded codes. All sensors at
    once."""
    front_end = FrontEnd(seed, parameters, effects, faults or {})
    rest = np.zeros((round(REST_S * RATE_HZ), front_end.sensors))
    zero = front_end.counts(rest, RATE_HZ).mean(axis=0)
    readings: list[BenchReading] = []

    under_load_s = 0.0

    def unload() -> None:
        nonlocal under_load_s
        front_end.counts(rest, RATE_HZ)
        under_load_s = 0.0

    def hold(force_n: float, seconds: float, direction: int, ask: tuple[float, ...]) -> None:
        nonlocal under_load_s
        rows = np.full((round(seconds * RATE_HZ), front_end.sensors), force_n)
        codes = front_end.counts(rows, RATE_HZ)
        for at_s in ask:
            half = max(round(0.25 * at_s * RATE_HZ), 5)
            middle = min(round(at_s * RATE_HZ), len(codes) - half)
            means = codes[middle - half : middle + half].mean(axis=0)
            readings.extend(
                BenchReading(s, force_n, float(mean), direction, under_load_s + at_s)
                for s, mean in enumerate(means)
            )
        under_load_s += seconds

    for force_n in loads_n:
        hold(force_n, HOLD_S, +1, (2.0,))
        unload()
    hold(loads_n[-2], LONG_HOLD_S, +1, (2.0, 50.0))
    unload()
    hold(loads_n[-1], HOLD_S, +1, (2.0,))
    for force_n in reversed(loads_n[:-1]):
        hold(force_n, HOLD_S, -1, (2.0,))
    return readings, [float(z) for z in zero]


def bench_calibration(
    seed: int, parameters: FrontEndParameters | None = None, effects: Effects = ALL_EFFECTS, serial: str = ""
) -> Calibration:
    """The calibration that the virtual bench gives for the insole of this seed."""
    readings, zero = bench_readings(seed, parameters, effects)
    return fit_bench(readings, zero, date(2026, 1, 1), serial, parameters)
