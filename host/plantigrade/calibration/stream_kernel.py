"""The inner loop of the streaming calibration, compiled; all state arrays are changed in place."""

import math

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64, I64
from plantigrade.calibration.settings import (
    ACTIVE_COUNTS,
    EARLY_ROWS,
    GUARD_ROWS,
    HALF_LOAD_N,
    HIGHEST_FALL,
    LOG_KNEE_N,
    LOW_SHARE,
    LOWEST_RISE,
    REVERSAL_PER_LOG,
    TABLE_STEPS,
    UNLOADED_SHARE,
    UPWARD_WEIGHT,
)
from plantigrade.compiled import compiled


@compiled()
def calibrate_rows(
    counts: NDArray[np.uint16],
    force_n: F32,
    log_conductance: F64,
    gain: F64,
    inverse_exponent: F64,
    hysteresis: F64,
    creep: F64,
    creep_step: F64,
    creep_reference: float,
    scale: float,
    design_zero: F64,
    reach: float,
    slow_rows: float,
    zero: F64,
    branch: F64,
    last_log: F64,
    memory: F64,
    total_state: F64,
    counters: I64,
) -> None:
    """Codes (n, S) to forces (n, S), written into `force_n`.

    `log_conductance` is a table over 16ths of a code above the unloaded one. `total_state` holds the slowly
    falling maximum and the slowly rising minimum of the summed codes; `counters` rows since unloading and
    rows used for the baseline.
    """
    rows, sensors = counts.shape
    modes = len(creep_step)
    top = len(log_conductance) - 1
    for row in range(rows):
        total = 0.0
        for s in range(sensors):
            total += max(counts[row, s] - zero[s], 0.0)
        total_state[0] = max(total, total_state[0] * HIGHEST_FALL)
        total_state[1] = min(total, total_state[1] + LOWEST_RISE * (total_state[0] - total_state[1]))
        high, low = total_state[0], total_state[1]
        active = high > ACTIVE_COUNTS and low < LOW_SHARE * high
        unloaded = active and total - low < UNLOADED_SHARE * (high - low)
        counters[0] = counters[0] + 1 if unloaded else 0
        if counters[0] > GUARD_ROWS:
            counters[1] += 1
            step = max(1.0 / counters[1], 1.0 / slow_rows)
            for s in range(sensors):
                aim = min(max(float(counts[row, s]), design_zero[s] - reach), design_zero[s] + reach)
                weight = 1.0 if aim < zero[s] or counters[1] < EARLY_ROWS else UPWARD_WEIGHT
                zero[s] += step * weight * (aim - zero[s])
        for s in range(sensors):
            above = counts[row, s] - zero[s]
            force = 0.0
            if above > 0.0:
                place = min(above * TABLE_STEPS, float(top))
                at = int(place)
                log_g = log_conductance[at]
                if at < top:
                    log_g += (place - at) * (log_conductance[at + 1] - log_conductance[at])
                crept = 0.0
                for k in range(modes):
                    crept += memory[s, k]
                log_g -= gain[s] + math.log1p(creep[s] * (crept - creep_reference))
                log_force = (log_g + 0.5 * hysteresis[s] * branch[s]) * inverse_exponent[s]
                force = math.exp(log_force)
            level = math.log(force + LOG_KNEE_N)
            branch[s] = min(1.0, max(-1.0, branch[s] + REVERSAL_PER_LOG * (level - last_log[s])))
            last_log[s] = level
            share = force / (force + HALF_LOAD_N)
            for k in range(modes):
                memory[s, k] += creep_step[k] * (share - memory[s, k])
            force_n[row, s] = force * scale
