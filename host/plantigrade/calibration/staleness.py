"""When a calibration should be made anew. Limits are assumptions of ours until boards have been worn for
months."""

from dataclasses import dataclass
from datetime import date

from plantigrade.calibration.model import Calibration
from plantigrade.calibration.settings import MAX_AGE_DAYS, MAX_BASELINE_MOVE_COUNTS, MAX_WORN_HOURS


@dataclass(frozen=True)
class Staleness:
    """Whether to calibrate again, and why as text; empty words where it is fresh."""

    stale: bool
    reasons: tuple[str, ...]


def staleness(
    calibration: Calibration, today: date, worn_hours: float = 0.0, baseline_move_counts: float = 0.0
) -> Staleness:
    """Judge age, hours of wear since, and how far the unloaded codes have wandered."""
    reasons: list[str] = []
    if calibration.method == "nominal":
        reasons.append("the insole has never been calibrated; forces may be off by 20 %")
    elif (age := calibration.age_days(today)) > MAX_AGE_DAYS:
        reasons.append(f"it is {age} days old (limit {MAX_AGE_DAYS})")
    if worn_hours > MAX_WORN_HOURS:
        reasons.append(f"the insole has been worn for {worn_hours:.0f} h since (limit {MAX_WORN_HOURS:.0f})")
    if baseline_move_counts > MAX_BASELINE_MOVE_COUNTS:
        reasons.append(f"an unloaded sensor has moved by {baseline_move_counts:.0f} codes")
    return Staleness(bool(reasons), tuple(reasons))
