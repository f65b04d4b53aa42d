"""Whether a recording is a walk of the kind that was tested, and what it is else.

Rules of posture hold for what their levels were taken from: people who walk at 0.5 to 2 m/s on both feet.
Everything outside is one thing to them: not a walk that we have tested. Its measures are given, and no
finding rests on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite

from plantigrade.gait.settings import (
    DRAGGED_SHARE,
    LEAST_FORCE_RATIO,
    RUNNING_STANCE_PCT,
    TESTED_DOUBLE_SUPPORT_PCT,
    TESTED_STANCE_PCT,
    TESTED_STRIDE_S,
)
from plantigrade.gait.signals import Foot

NAN = float("nan")
CONSEQUENCE = "measures are given, no finding rests on them"


class GaitKind(StrEnum):
    """What the feet did where they stepped."""

    UNKNOWN = "unknown"
    """No steady stride."""
    WALK = "walk"
    RUNNING = "running"
    SHUFFLING = "shuffling"
    PARTIAL = "partial_weight_bearing"
    OTHER = "other"


@dataclass(frozen=True)
class Gait:
    """What a recording shows.

    Attributes:
        kind: of gait.
        reasons: why no finding may rest on it, as text; none for a walk as tested.
    """

    kind: GaitKind = GaitKind.UNKNOWN
    reasons: tuple[str, ...] = ()

    @property
    def untested(self) -> str:
        """One sentence for people; empty where findings may rest on the recording."""
        if not self.reasons:
            return ""
        name = _NAMES.get(self.kind, "this recording is not a walk that we have tested")
        return f"{name}: {'; '.join(self.reasons)}; {CONSEQUENCE}"

    def untrusted(self, more: Sequence[str]) -> "Gait":
        """With further reasons."""
        return Gait(self.kind, (*self.reasons, *more)) if more else self


_NAMES = {
    GaitKind.WALK: "no finding can rest on this walk",
    GaitKind.RUNNING: "this is running, not a walk that we have tested",
    GaitKind.SHUFFLING: "the feet shuffle, which is not a walk that we have tested",
    GaitKind.PARTIAL: "one foot bears part of the weight, which is not a walk that we have tested",
}


@dataclass(frozen=True)
class Measured:
    """Medians over the steady strides of a recording; NaN where unknown.

    Attributes:
        strides: behind them.
        stride_s: stride time.
        double_pct: double support.
        stance_pct: of each foot.
        unloaded_share: level of each foot in swing over that in stance.
        impulse_n_s: of each foot.
    """

    strides: int = 0
    stride_s: float = NAN
    double_pct: float = NAN
    stance_pct: Mapping[Foot, float] = field(default_factory=lambda: {})
    unloaded_share: Mapping[Foot, float] = field(default_factory=lambda: {})
    impulse_n_s: Mapping[Foot, float] = field(default_factory=lambda: {})


def judge(measured: Measured) -> Gait:
    """What gait it is, and why it is none that was tested.

    >>> judge(Measured(20, 1.1, 25.0, {Foot.LEFT: 63.0, Foot.RIGHT: 62.0})).kind.value
    'walk'
    >>> judge(Measured(20, 0.68, NAN, {Foot.LEFT: 31.0, Foot.RIGHT: 32.0})).untested[:15]
    'this is running'
    """
    if not measured.strides:
        return Gait()
    stances = [value for value in measured.stance_pct.values() if isfinite(value)]
    if stances and max(stances) < RUNNING_STANCE_PCT:
        shown = " and ".join(f"{value:.0f}" for value in stances)
        return Gait(GaitKind.RUNNING, (f"stance {shown} % of the stride, so that both feet are in the air",))
    dragged = [share for share in measured.unloaded_share.values() if share > DRAGGED_SHARE]
    if dragged:
        text = (
            f"in swing they still bear {100 * max(dragged):.0f} % of their load in stance; forces are told "
            "above that, and the body weight is not known from them"
        )
        return Gait(GaitKind.SHUFFLING, (text,))
    light = _light(measured)
    if light:
        return Gait(GaitKind.PARTIAL, (light,))
    reasons = _outside(measured)
    return Gait(GaitKind.OTHER if reasons else GaitKind.WALK, tuple(reasons))


def _light(measured: Measured) -> str:
    """A foot that bears far less than the other."""
    impulses = measured.impulse_n_s
    if len(impulses) < 2 or not all(isfinite(value) and value > 0 for value in impulses.values()):
        return ""
    foot = min(impulses, key=lambda one: impulses[one])
    ratio = impulses[foot] / impulses[foot.other]
    if ratio >= LEAST_FORCE_RATIO:
        return ""
    return f"the {foot.value} foot bears {100 * ratio:.0f} % of what the {foot.other.value} one does"


def _outside(measured: Measured) -> list[str]:
    """Figures outside of what was tested."""
    rows = [("stride time", measured.stride_s, TESTED_STRIDE_S, "s", 2)]
    rows += [
        (f"stance of the {foot.value} foot", value, TESTED_STANCE_PCT, "%", 0)
        for foot, value in measured.stance_pct.items()
    ]
    rows.append(("double support", measured.double_pct, TESTED_DOUBLE_SUPPORT_PCT, "%", 0))
    return [
        f"{name} {value:.{digits}f} {unit} (tested: {low:g} to {high:g})"
        for name, value, (low, high), unit, digits in rows
        if isfinite(value) and not low <= value <= high
    ]
