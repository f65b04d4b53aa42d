"""Gait cycles of one foot beside the contacts of the other: supports, steps, phases."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plantigrade.gait.foot import FootStream
from plantigrade.gait.motion.values import COLUMNS as MOTION_COLUMNS
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import StrideTable
from plantigrade.gait.signals import Floats
from plantigrade.gait.stride_kernel import FORCE_COLUMNS, Force


@dataclass(frozen=True, eq=False)
class Contacts:
    """Contacts of one foot as arrays in time order, and the spans (from, to) whose samples are missing."""

    initial_s: Floats
    final_s: Floats
    breaks_s: Floats
    lost_s: Floats

    def lost_in(self, from_s: Floats, to_s: Floats) -> npt.NDArray[np.bool_]:
        """(k,) whether samples are missing in each span."""
        begun = np.searchsorted(self.lost_s[:, 0], to_s, side="left")
        over = np.searchsorted(self.lost_s[:, 1], from_s, side="right")
        return begun > over

    @classmethod
    def of(cls, stream: FootStream | None, latest: int = 0) -> "Contacts":
        """From a foot's stream; empty where the foot is missing.

        Args:
            stream: the foot.
            latest: only so many of the newest contacts; 0 for all.
        """
        if stream is None:
            return cls(np.empty(0), np.empty(0), np.empty(0), np.empty((0, 2)))
        return cls(
            np.array([contact[0] for contact in stream.contacts[-latest:]]),
            np.array([final[0] for final in stream.finals[-latest:]]),
            np.array(stream.breaks[-latest:]),
            np.array([(gap.from_s, gap.to_s) for gap in stream.gaps[-latest:]]).reshape(-1, 2),
        )


@dataclass(frozen=True, eq=False)
class Supports:
    """Phases of k cycles that need the other foot; NaN where it tells nothing. All (k,) seconds."""

    initial_double_s: Floats
    terminal_double_s: Floats
    single_s: Floats
    step_s: Floats


def first_inside(events_s: Floats, from_s: Floats, to_s: Floats) -> Floats:
    """(k,) the first event in each open span, NaN where there is none."""
    padded = np.append(events_s, np.inf)
    found = padded[np.searchsorted(events_s, from_s, side="right")]
    return np.where(found < to_s, found, np.nan)


def last_inside(events_s: Floats, from_s: Floats, to_s: Floats) -> Floats:
    """(k,) the last event in each open span, NaN where there is none."""
    padded = np.append(-np.inf, events_s)
    found = padded[np.searchsorted(events_s, to_s, side="left")]
    return np.where(found > from_s, found, np.nan)


def supports(initial_s: Floats, final_s: Floats, next_s: Floats, other: Contacts) -> Supports:
    """Double and single support of the cycles of one foot.

    Initial double support: from this foot's initial contact to the other's final contact. Terminal: from the
    other's initial contact to this foot's final contact. Single support: between them. Step: from the other's
    initial contact to this foot's next one. No phase is made up when the other foot has a gap in the cycle.
    """
    lift = first_inside(other.final_s, initial_s, final_s)
    land = last_inside(other.initial_s, initial_s, next_s)
    lost = other.lost_in(initial_s, next_s)
    lift[lost] = np.nan
    land[lost] = np.nan
    bad = ~(lift < land)
    lift[bad] = np.nan
    in_stance = np.where(land < final_s, land, np.nan)
    return Supports(
        initial_double_s=lift - initial_s,
        terminal_double_s=final_s - in_stance,
        single_s=in_stance - lift,
        step_s=next_s - land,
    )


def stride_table(stream: FootStream, other: Contacts, first: int = 0, last: int | None = None) -> StrideTable:
    """Cycles of one foot; `reason` and `bout` are filled later.

    Args:
        stream: the foot.
        other: contacts of the other foot.
        first, last: which of the stored blocks of cycles; all by default.
    """
    store = stream.store
    rows = _together(store.rows, np.empty((0, 6)), first, last)
    forces = _together(store.forces, np.empty((0, FORCE_COLUMNS)), first, last)
    pressure = _together(store.pressure, np.empty((0, len(NAMES))), first, last)
    certainty = _together(store.certainty, np.empty((0, 3)), first, last)
    motion = _together(store.motion, np.empty((0, MOTION_COLUMNS)), first, last)
    if stream.quantity != "force":
        forces = np.full_like(forces, np.nan)
    initial, final, following = rows[:, 0], rows[:, 1], rows[:, 2]
    stride, stance = following - initial, final - initial
    phases = supports(initial, final, following, other)
    double = phases.initial_double_s + phases.terminal_double_s
    return StrideTable(
        initial_contact_s=initial,
        final_contact_s=final,
        next_initial_contact_s=following,
        stride_time_s=stride,
        stance_time_s=stance,
        swing_time_s=following - final,
        stance_pct=100.0 * stance / stride,
        swing_pct=100.0 * (following - final) / stride,
        step_time_s=phases.step_s,
        initial_double_support_s=phases.initial_double_s,
        terminal_double_support_s=phases.terminal_double_s,
        single_support_s=phases.single_s,
        double_support_s=double,
        double_support_pct=100.0 * double / stride,
        foot_flat_s=pressure[:, NAMES.index("foot_flat_s")].copy(),
        heel_off_s=pressure[:, NAMES.index("heel_off_s")].copy(),
        initial_contact_sd_s=certainty[:, 0],
        final_contact_sd_s=certainty[:, 1],
        bridged_samples=certainty[:, 2],
        peak_force_n=forces[:, Force.PEAK],
        f1_n=forces[:, Force.F1],
        f1_time_pct=forces[:, Force.F1_TIME],
        f2_n=forces[:, Force.F2],
        f2_time_pct=forces[:, Force.F2_TIME],
        f3_n=forces[:, Force.F3],
        f3_time_pct=forces[:, Force.F3_TIME],
        loading_rate_n_per_s=forces[:, Force.LOADING],
        push_off_rate_n_per_s=forces[:, Force.PUSH_OFF],
        impulse_n_s=forces[:, Force.IMPULSE],
        mean_force_n=forces[:, Force.MEAN],
        bout=np.full(len(rows), -1, np.int64),
        reason=np.zeros(len(rows), np.int64),
        pressure_names=NAMES,
        pressure=pressure,
        motion=motion,
    )


def _together(blocks: list[Floats], none: Floats, first: int, last: int | None) -> Floats:
    """Rows of some blocks below `none` (0, columns); one that is all of them (`CycleStore.join`) as it is."""
    if first == 0 and last is None and len(blocks) == 1:
        return blocks[0]
    return np.concatenate([none, *blocks[first:last]])
