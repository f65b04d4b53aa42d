"""The inner loop of the streaming calibration, compiled; all state arrays are changed in place."""

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64, I64
from plantigrade.calibration.exp_and_log import exp_of, log_of
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


@compiled(error_model="numpy", fastmath={"contract"})
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
    rows used for the baseline. `memory` is (modes, S).
    """
    sensors = counts.shape[1]
    crept, conductance = np.empty(sensors), np.empty(sensors)
    force, share = np.empty(sensors), np.empty(sensors)
    for row in range(len(counts)):
        _follow_baseline(counts, row, design_zero, reach, slow_rows, zero, total_state, counters)
        _crept(memory, creep, creep_reference, crept)
        _log_conductances(counts, row, zero, log_conductance, conductance)
        for s in range(sensors):
            bare = conductance[s] - gain[s] - log_of(crept[s])
            force[s] = exp_of((bare + 0.5 * hysteresis[s] * branch[s]) * inverse_exponent[s])
        for s in range(sensors):
            force[s] = 0.0 if counts[row, s] <= zero[s] else force[s]
            force_n[row, s] = force[s] * scale
        for s in range(sensors):
            logarithm = log_of(force[s] + LOG_KNEE_N)
            turned = branch[s] + REVERSAL_PER_LOG * (logarithm - last_log[s])
            branch[s] = min(1.0, max(-1.0, turned))
            last_log[s] = logarithm
            share[s] = force[s] / (force[s] + HALF_LOAD_N)
        for k in range(len(creep_step)):
            for s in range(sensors):
                memory[k, s] += creep_step[k] * (share[s] - memory[k, s])


@compiled(error_model="numpy", fastmath={"contract"})
def _follow_baseline(
    counts: NDArray[np.uint16],
    row: int,
    design_zero: F64,
    reach: float,
    slow_rows: float,
    zero: F64,
    total_state: F64,
    counters: I64,
) -> None:
    """Move the unloaded codes towards a row of codes (S,) where the foot is unloaded."""
    total = 0.0
    for s in range(len(zero)):
        total += max(counts[row, s] - zero[s], 0.0)
    total_state[0] = max(total, total_state[0] * HIGHEST_FALL)
    total_state[1] = min(total, total_state[1] + LOWEST_RISE * (total_state[0] - total_state[1]))
    high, low = total_state[0], total_state[1]
    active = high > ACTIVE_COUNTS and low < LOW_SHARE * high
    unloaded = active and total - low < UNLOADED_SHARE * (high - low)
    counters[0] = counters[0] + 1 if unloaded else 0
    if counters[0] <= GUARD_ROWS:
        return
    counters[1] += 1
    step = max(1.0 / counters[1], 1.0 / slow_rows)
    for s in range(len(zero)):
        aim = min(max(float(counts[row, s]), design_zero[s] - reach), design_zero[s] + reach)
        weight = 1.0 if aim < zero[s] or counters[1] < EARLY_ROWS else UPWARD_WEIGHT
        zero[s] += step * weight * (aim - zero[s])


@compiled(error_model="numpy", fastmath={"contract"})
def _crept(memory: F64, creep: F64, creep_reference: float, out: F64) -> None:
    """out = (S,) factor by which each sensor's reading has crept since 1 s under load."""
    for s in range(len(out)):
        out[s] = -creep_reference
    for k in range(len(memory)):
        for s in range(len(out)):
            out[s] += memory[k, s]
    for s in range(len(out)):
        out[s] = 1.0 + creep[s] * out[s]


@compiled(error_model="numpy", fastmath={"contract"})
def _log_conductances(counts: NDArray[np.uint16], row: int, zero: F64, table: F64, out: F64) -> None:
    """out = (S,) logarithm of the conductance of a row of codes, between the entries of the table."""
    top = len(table) - 1
    for s in range(len(zero)):
        place = min(max(counts[row, s] - zero[s], 0.0) * TABLE_STEPS, float(top))
        at = np.uintp(min(place, top - 1.0))
        below = table[at]
        out[s] = below + (place - at) * (table[at + np.uintp(1)] - below)
