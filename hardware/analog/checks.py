"""The bounds of the front end, each simulated: `python -m hardware.analog.checks` prints them.

Differences of the output are told through the slope of the simulated curve, so that every figure is in
newtons, as a clinician reads it.
"""

import sys
from dataclasses import dataclass

import numpy as np

from firmware.boards import esp32s3_r1 as board
from hardware.analog.circuit import Circuit, deck, load
from hardware.analog.spice import run

FORCES_N = (1.0, 10.0, 100.0)
# A tenth above what the chosen feedback resistor gives at 100 N; a larger one would halve both and clip the
# heel strikes of adults. Accuracy is the converter's uncalibrated error.
RESOLUTION_N = 0.11
ACCURACY_N = 1.35
SETTLE_US = float(board.SETTLE_US)  # what the firmware waits before it converts
CROSSTALK_N = 0.1
MUX_TOLERANCE_N = 5.0
USABLE_FORCE_N = 250.0
DROOP_N = 0.5


@dataclass(frozen=True)
class Bound:
    """One simulated figure beside its limit."""

    name: str
    figure: float
    limit: float
    unit: str
    at_most: bool = True

    @property
    def ok(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit


def volts(circuit: Circuit, force_n: float, others_n: float = 0.0) -> float:
    """Settled output for a force on the selected sensor."""
    return float(run(deck(circuit, force_n, others_n), "op", "v(out)")[-1, 1])


def volts_per_newton(circuit: Circuit, force_n: float) -> float:
    """Slope of the simulated curve."""
    step = 0.01 * force_n
    return (volts(circuit, force_n + step) - volts(circuit, force_n - step)) / (2 * step)


def settling_us(circuit: Circuit, from_n: float, to_n: float) -> float:
    """Time after the switch until the output stays within half a code; the whole window when it does not."""
    window_us = 5 * circuit.slot_us
    trace = run(deck(circuit, to_n, before_n=from_n), f"tran 0.2u {window_us}u 0 0.5u", "v(out)")
    time_us, out = 1e6 * trace[:, 0], trace[:, 1]
    target = volts(circuit, to_n)
    outside = np.flatnonzero(np.abs(out - target) > circuit.lsb_v / 2)
    return float(time_us[outside[-1]] - 11.0) if outside.size else 0.0


def resolution_and_accuracy(circuit: Circuit) -> list[Bound]:
    """Noise and converter error in newtons, at each force of the notes' table."""
    noise_v = circuit.noise_lsb / circuit.oversample**0.5 * circuit.lsb_v
    bounds: list[Bound] = []
    for force in FORCES_N:
        slope = volts_per_newton(circuit, force)
        bounds.append(Bound(f"resolution at {force:g} N", noise_v / slope, RESOLUTION_N, "N"))
        bounds.append(Bound(f"accuracy at {force:g} N", 1e-3 * circuit.error_mv / slope, ACCURACY_N, "N"))
    return bounds


def in_newtons(circuit: Circuit, difference_v: float, force_n: float) -> float:
    """A difference of the output as a difference of force."""
    return abs(difference_v) / volts_per_newton(circuit, force_n)


def usable_force_n(circuit: Circuit) -> float:
    """Greatest force whose output stays in the converter's linear range, by bisection."""
    low, high = 1.0, 1000.0
    while high - low > 1.0:
        middle = (low + high) / 2
        low, high = (middle, high) if volts(circuit, middle) <= circuit.usable_v else (low, middle)
    return low


def check(circuit: Circuit) -> list[Bound]:
    """Every bound of the front end."""
    more = Circuit(**{**vars(circuit), "mux_ohm": circuit.mux_ohm + circuit.mux_tolerance_ohm})
    crosstalk_v = volts(circuit, 10.0, others_n=100.0) - volts(circuit, 10.0)
    mux_v = volts(more, 100.0) - volts(circuit, 100.0)
    droop_v = volts(circuit.drooped(), 100.0) - volts(circuit, 100.0)
    settling = max(settling_us(circuit, 200.0, 1.0), settling_us(circuit, 1.0, 200.0))
    return [
        *resolution_and_accuracy(circuit),
        Bound("settling to half a code, 200 N to 1 N and back", settling, SETTLE_US, "us"),
        Bound(
            "crosstalk at 10 N from 14 sensors at 100 N",
            in_newtons(circuit, crosstalk_v, 10.0),
            CROSSTALK_N,
            "N",
        ),
        Bound("multiplexer tolerance at 100 N", in_newtons(circuit, mux_v, 100.0), MUX_TOLERANCE_N, "N"),
        Bound(
            "force at the end of the linear range",
            usable_force_n(circuit),
            USABLE_FORCE_N,
            "N",
            at_most=False,
        ),
        Bound("supply droop at 100 N", in_newtons(circuit, droop_v, 100.0), DROOP_N, "N"),
    ]


def table(bounds: list[Bound]) -> str:
    """The bounds as Markdown."""
    rows = [
        f"| {b.name} | {b.figure:.3g} {b.unit} | {'<=' if b.at_most else '>='} {b.limit:g} {b.unit} "
        f"| {'ok' if b.ok else 'FAIL'} |"
        for b in bounds
    ]
    return "\n".join(["| front end | simulated | bound | |", "|---|---|---|---|", *rows])


def main() -> int:
    """Print the table; 1 when a bound is broken."""
    bounds = check(load())
    print(table(bounds))
    return int(any(not b.ok for b in bounds))


if __name__ == "__main__":
    sys.exit(main())
