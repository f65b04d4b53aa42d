"""From the numbers of a file to a `Walk`: one time base, two feet, and what is odd about them as text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.gait.motion.axes import aligned
from plantigrade.gait.motion.contacts import contact_signal
from plantigrade.gait.signals import (
    NEWTONS_PER_KG,
    Floats,
    Foot,
    FootSignal,
    Forces,
    Instrument,
    Motion,
    Quantity,
    SensorLayout,
    SourceInfo,
    Walk,
)
from plantigrade.imports.clock import Clock
from plantigrade.imports.source import Source

SHORT_S = 10.0
LEAST_WEIGHT_N = 2.0 * NEWTONS_PER_KG
MOST_WEIGHT_N = 500.0 * NEWTONS_PER_KG
"""Beyond, a number has slipped a digit or is in another unit; steps would be sought by it in vain."""
IMPOSSIBLE = 1e6
_SAME = 0.9999


@dataclass(frozen=True, eq=False)
class ImportedFoot:
    """Samples of one foot as a format reads them.

    Attributes:
        force_n: (n, S) newtons, or arbitrary units for footswitches; NaN where the file has no number. With
            no column, (n, 0), the contacts are sought in the motion.
        layout: sensor places, None when unknown.
        quantity: as in `FootSignal`.
        clock: the foot's own, for files in which each foot has its time stamps.
        motion: acceleration and rotation on the same rows, where the file has them.
    """

    force_n: Forces
    layout: SensorLayout | None = None
    quantity: Quantity = "force"
    clock: Clock | None = None
    motion: Motion | None = None


def to_walk(
    source: Source,
    format_name: str,
    clock: Clock,
    feet: dict[Foot, ImportedFoot],
    *,
    notes: Sequence[str] = (),
    body_weight_n: float | None = None,
    instrument: Instrument = Instrument.INSOLE,
    started_local: datetime | None = None,
) -> Walk:
    """Join the feet of one file.

    Args:
        source: the file.
        format_name: as in `--format`.
        clock: its time, shared by the feet.
        feet: one or two feet, each with as many rows as the clock.
        notes: what the format has to say.
        body_weight_n: the person's weight, where the file has it.
        instrument: what measured, where the format or the file says so.
        started_local: date and time on the recording device's clock, where the file has them.

    Raises:
        FileError: no foot, or no foot that carries a single usable number.
    """
    if not feet:
        raise FileError(source.path, "holds no foot")
    feet, moved = _moving(source, clock, feet)
    text = [*notes, *clock.notes, *moved]
    for data in feet.values():
        # What no foot can press is no sample: a damaged digit must not become a peak force.
        data.force_n[~(np.abs(data.force_n) <= IMPOSSIBLE)] = np.nan
    text += [
        f"{foot.value} foot: {note}" for foot, data in feet.items() if data.clock for note in data.clock.notes
    ]
    for foot in (Foot.LEFT, Foot.RIGHT):
        if foot in feet:
            text += _oddities(foot, feet[foot])
        else:
            text.append(f"no {foot.value} foot in the file: nothing that needs both feet can be computed")
    if all(_dead(data) for data in feet.values()):
        raise FileError(source.path, "no sensor carries a changing signal; nothing can be analysed")
    text += _between(feet)
    duration = float(clock.time_s[-1] - clock.time_s[0])
    if duration < SHORT_S:
        text.append(f"only {duration:.1f} s long: averages rest on very few strides")
    if body_weight_n is not None and not LEAST_WEIGHT_N <= body_weight_n <= MOST_WEIGHT_N:
        kg = body_weight_n / NEWTONS_PER_KG
        text.append(f"the file states a body weight of {kg:.4g} kg, which nobody has: it was not used")
        body_weight_n = None
    signals = {foot: _signal(foot, data, clock) for foot, data in feet.items()}
    return Walk(
        left=signals.get(Foot.LEFT),
        right=signals.get(Foot.RIGHT),
        sample_rate_hz=clock.rate_hz,
        source=SourceInfo(
            str(source.path), format_name, "; ".join(dict.fromkeys(text)), instrument, started_local
        ),
        body_weight_n=body_weight_n,
    )


def _moving(
    source: Source, clock: Clock, feet: dict[Foot, ImportedFoot]
) -> tuple[dict[Foot, ImportedFoot], list[str]]:
    """The feet with their motion in the body's axes, and contacts from it where no load was measured.

    Raises:
        FileError: a foot has neither forces nor motion that can be used.
    """
    sides = [
        (foot, (data.clock or clock).time_s, data.motion)
        for foot, data in feet.items()
        if data.motion is not None
    ]
    found = aligned(sides, clock.rate_hz)
    notes = [note for one in found.values() for note in one.notes]
    out = dict(feet)
    for foot, one in found.items():
        out[foot] = replace(feet[foot], motion=one.motion)
    for foot, data in out.items():
        if data.force_n.shape[1]:
            continue
        if data.motion is None or data.motion.gyr_deg_s is None:
            why = "; ".join(notes) or "there is no rotation"
            raise FileError(
                source.path, f"{foot.value} foot: no forces, and no motion to find steps in: {why}"
            )
        force = contact_signal((data.clock or clock).time_s, data.motion, clock.rate_hz)
        out[foot] = replace(data, force_n=force, layout=None, quantity="motion")
        notes.append(f"{foot.value} foot: no forces, its contacts were found from its motion")
    return out, notes


def _signal(foot: Foot, data: ImportedFoot, clock: Clock) -> FootSignal:
    own = data.clock or clock
    return FootSignal(
        foot, own.time_s, data.force_n, data.layout, data.quantity, own.gaps, motion=data.motion
    )


def _spans(force_n: Forces) -> tuple[Forces, Forces]:
    """Lowest and highest finite value of each sensor; inf and -inf for a sensor without any."""
    low = np.where(np.isfinite(force_n), force_n, np.inf).min(axis=0)
    high = np.where(np.isfinite(force_n), force_n, -np.inf).max(axis=0)
    return low.astype(np.float32), high.astype(np.float32)


def _dead(data: ImportedFoot) -> bool:
    low, high = _spans(data.force_n)
    return not bool(np.any(high > low))


def _oddities(foot: Foot, data: ImportedFoot) -> list[str]:
    """What is wrong with the samples of one foot, as text."""
    text: list[str] = []
    name = foot.value
    missing = int(np.count_nonzero(~np.isfinite(data.force_n).all(axis=1)))
    rows = len(data.force_n)
    if missing:
        share = 100 * missing / rows
        amount = f" ({share:.1f} %)" if share >= 0.1 else ""
        text.append(f"{name} foot: samples without a number, counted as missing: {missing} of {rows}{amount}")
    low, high = _spans(data.force_n)
    still = np.flatnonzero(~(high > low))
    # Cells at the boundary of a grid are never loaded; only what stands still at a load is odd there.
    stuck = still[high[still] > 0]
    if len(still) == len(low):
        text.append(f"{name} foot: the signal never changes (dead or unplugged)")
    elif len(stuck):
        text.append(f"{name} foot: sensors {_numbers(stuck)} stand still at a load (stuck)")
    elif len(still) and len(low) <= 16 and data.quantity == "force":
        text.append(f"{name} foot: sensors {_numbers(still)} never saw a load")
    negative = float(low.min())
    if data.quantity == "force" and negative < -20.0:
        text.append(
            f"{name} foot: forces down to {negative:.0f} N; is the signal upside down or badly zeroed?"
        )
    return text


def _numbers(indices: npt.NDArray[np.intp]) -> str:
    shown = ", ".join(f"{i + 1}" for i in indices[:6])
    return shown + (f" and {len(indices) - 6} more" if len(indices) > 6 else "")


def _between(feet: dict[Foot, ImportedFoot]) -> list[str]:
    """What is odd between the feet: the same signal twice."""
    if len(feet) < 2:
        return []
    if len(feet[Foot.LEFT].force_n) != len(feet[Foot.RIGHT].force_n):
        return []
    left: Floats = np.nan_to_num(feet[Foot.LEFT].force_n.sum(axis=1, dtype=np.float64))
    right: Floats = np.nan_to_num(feet[Foot.RIGHT].force_n.sum(axis=1, dtype=np.float64))
    deviation = float(left.std() * right.std())
    if deviation <= 0:
        return []
    product: Floats = (left - left.mean()) * (right - right.mean())
    correlation = float(product.mean()) / deviation
    if correlation > _SAME:
        return ["both feet carry the same signal: one of them was recorded or copied twice"]
    return []
