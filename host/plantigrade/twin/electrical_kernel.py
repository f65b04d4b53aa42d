"""The inner loop of the electrical model, compiled. State arrays are changed in place, so that a day can be
cut into pieces."""

import math

from plantigrade.array_types import F64
from plantigrade.compiled import compiled

KNEE_N = 1.0
"""Added to the force before its logarithm, so that hysteresis dies out towards zero load."""
HALF_LOAD_N = 5.0
"""Force at which half of the creep acts."""
PLAY_PER_LOG = 4.0
"""Play operator's slope: the branch is changed after the load has changed by exp(2 / PLAY_PER_LOG)."""


@compiled()
def run_sensors(
    force_n: F64,
    exponent: F64,
    conductance_us: F64,
    hysteresis: F64,
    creep: F64,
    creep_step: F64,
    drift_per_sample: F64,
    first_sample: int,
    mux_ohm: float,
    feedback_ohm: float,
    v_ref: float,
    error_v: F64,
    full_scale_v: float,
    play: F64,
    last_log: F64,
    memory: F64,
    volts: F64,
) -> None:
    """Forces (n, S) to amplifier volts (n, S), written into `volts`.

    `play`, `last_log` (S,) and `memory` (S, K) are the state. `creep_step` (K,) is 1 - exp(-dt / tau).
    `error_v` is the converter's error in volts over an even grid from 0 to `full_scale_v`.
    """
    rows, sensors = force_n.shape
    modes = creep_step.shape[0]
    grid = error_v.shape[0] - 1
    for row in range(rows):
        for s in range(sensors):
            force = force_n[row, s]
            if force < 0.0:
                force = 0.0
            level = math.log(force + KNEE_N)
            moved = play[s] + PLAY_PER_LOG * (level - last_log[s])
            moved = min(1.0, max(-1.0, moved))
            play[s] = moved
            last_log[s] = level
            share = force / (force + HALF_LOAD_N)
            crept = 0.0
            for k in range(modes):
                memory[s, k] += creep_step[k] * (share - memory[s, k])
                crept += memory[s, k]
            conductance = 0.0
            if force > 1e-6:
                conductance = conductance_us[s] * math.exp(exponent[s] * math.log(force))
            conductance *= 1.0 + creep[s] * crept
            conductance *= 1.0 - 0.5 * hysteresis[s] * moved
            conductance *= 1.0 + drift_per_sample[s] * (first_sample + row)
            loop = conductance / (1.0 + conductance * 1e-6 * mux_ohm)
            v = v_ref * (1.0 + feedback_ohm * 1e-6 * loop)
            place = v / full_scale_v * grid
            if place > grid:
                place = grid
            volts[row, s] = v + error_v[int(place)]
