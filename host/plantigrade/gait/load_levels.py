"""What the feet read unloaded and under the whole body, and how that is known.

Contacts need levels of each foot's own signal, learnt from steps (`levels`). Whether somebody stands or sits
needs another pair: what both feet read in the air, and under the body. The first of these that is known
counts, and the result names it:

- loaded: the stated body weight; the weight that walking shows; what earlier recordings of the same insoles
  showed; the sum of both feet while it is steady;
- unloaded: the swing of a foot that steps; else the zero of the calibration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from plantigrade.gait.medians import middle
from plantigrade.gait.settings import (
    LIGHT_SHARE,
    LOAD_BIN_S,
    MIN_LOAD_S,
    PLATEAU_SHARE,
    SITTING_MOST_SHARE,
    STANDING_LOAD_SHARE,
    STANDING_SUM_N,
    STATED_LEAST_SHARE,
    STATED_MOST_SHARE,
    STATED_NEAR,
)
from plantigrade.gait.signals import Foot
from plantigrade.gait.stillness import Flags, PairLoad, runs


class LoadedFrom(StrEnum):
    """How the load of the whole body is known."""

    STATED_WEIGHT = "stated_weight"
    WALKING = "walking"
    EARLIER = "earlier_recordings"
    STEADY_SUM = "steady_sum"
    OWN_RANGE = "own_range"
    UNKNOWN = "unknown"


class UnloadedFrom(StrEnum):
    """How the level of a foot in the air is known."""

    SWING = "swing"
    CALIBRATION = "calibration"
    UNKNOWN = "unknown"


LOADED_TEXTS: Final[Mapping[LoadedFrom, str]] = {
    LoadedFrom.STATED_WEIGHT: "the stated body weight",
    LoadedFrom.WALKING: "walking: the feet's mean load over whole gait cycles",
    LoadedFrom.EARLIER: "earlier recordings of the same insoles",
    LoadedFrom.STEADY_SUM: "the sum of both feet, which stays steady while each foot's load moves",
    LoadedFrom.OWN_RANGE: "each foot's own range in steps; the source is not calibrated",
    LoadedFrom.UNKNOWN: "nothing: no weight is stated, nobody walks, and no steady load can only be standing",
}


@dataclass(frozen=True)
class LoadLevels:
    """Load levels of a recording.

    Attributes:
        loaded_n: of both feet under the body; None where it is not known, or each foot has its own.
        loaded_from: how it is known.
        unloaded: of each foot in the air, in newtons or units of the input.
        unloaded_from: how it is known, of each foot.
        steady_sum_n: median sum of both feet in the heaviest steady stand or sit of 5 s or more; None
            without one.
        caveat: why the stated weight is not plausible; empty where it is not.
    """

    loaded_n: float | None = None
    loaded_from: LoadedFrom = LoadedFrom.UNKNOWN
    unloaded: Mapping[Foot, float] = field(default_factory=dict[Foot, float])
    unloaded_from: Mapping[Foot, UnloadedFrom] = field(default_factory=dict[Foot, UnloadedFrom])
    steady_sum_n: float | None = None
    caveat: str = ""

    @property
    def text(self) -> str:
        """How the load of the whole body is known."""
        return LOADED_TEXTS[self.loaded_from]


def steady_sum(load: PairLoad, still: Flags) -> float | None:
    """Median sum of both feet over the heaviest of the spans in which nobody steps; None without one of 5 s.

    Sitting before standing has a steady sum as well: only spans near the heaviest count.

    >>> sitting_then_standing = np.repeat([90.0, 350.0], 100)
    >>> load = PairLoad(0.0, sitting_then_standing, sitting_then_standing)
    >>> still = np.ones(200, np.bool_); still[100] = False
    >>> steady_sum(load, still)
    700.0
    """
    total = load.sum_n
    least = round(MIN_LOAD_S / LOAD_BIN_S)
    parts = [total[a:b] for a, b in runs(still, least)]
    if not parts:
        return None
    levels = [middle(np.sort(part)) for part in parts]
    least_n = PLATEAU_SHARE * max(levels)
    near = [part for part, level in zip(parts, levels, strict=True) if level >= least_n]
    return float(np.median(np.concatenate(near)))


def loaded(
    *, stated_n: float | None, walking_n: float | None, earlier_n: float | None, steady_n: float | None
) -> tuple[float | None, LoadedFrom]:
    """The load of the whole body, from the first of the ways that knows it.

    A steady sum below `STANDING_SUM_N` may be a heavy person who sits, and says nothing.

    >>> loaded(stated_n=None, walking_n=None, earlier_n=None, steady_n=540.0)
    (540.0, <LoadedFrom.STEADY_SUM: 'steady_sum'>)
    >>> loaded(stated_n=None, walking_n=None, earlier_n=None, steady_n=170.0)
    (None, <LoadedFrom.UNKNOWN: 'unknown'>)
    """
    ways: Sequence[tuple[float | None, LoadedFrom]] = (
        (stated_n, LoadedFrom.STATED_WEIGHT),
        (walking_n, LoadedFrom.WALKING),
        (earlier_n, LoadedFrom.EARLIER),
        (steady_n if steady_n is not None and steady_n >= STANDING_SUM_N else None, LoadedFrom.STEADY_SUM),
    )
    for value, way in ways:
        if value is not None and value > 0:
            return value, way
    return None, LoadedFrom.UNKNOWN


def unloaded(swing_n: float, loaded_n: float | None, *, calibrated: bool) -> tuple[float, UnloadedFrom]:
    """Level of a foot in the air.

    The lowest load of a foot that only sways is no swing: a calibrated foot that never let go of more than a
    light load reads zero in the air, as its calibration says.

    Args:
        swing_n: as learnt from its signal; NaN where nothing was learnt.
        loaded_n: of both feet under the body, where it is known.
        calibrated: the input is newtons.

    >>> unloaded(12.0, 700.0, calibrated=True)
    (12.0, <UnloadedFrom.SWING: 'swing'>)
    >>> unloaded(240.0, 700.0, calibrated=True)
    (0.0, <UnloadedFrom.CALIBRATION: 'calibration'>)
    """
    learnt = bool(np.isfinite(swing_n))
    if learnt and not (calibrated and loaded_n is not None and swing_n > LIGHT_SHARE * loaded_n):
        return float(swing_n), UnloadedFrom.SWING
    if calibrated:
        return 0.0, UnloadedFrom.CALIBRATION
    return float("nan"), UnloadedFrom.UNKNOWN


def stated_weight_caveat(
    stated_n: float | None, walking_n: float | None, steady_n: float | None
) -> tuple[bool, str]:
    """Whether the stated weight is set aside, and why it is not plausible; False and empty where it is.

    Feet of a person who sits carry a quarter of the weight, leaning forward a third; of one who stands all of
    it, as far as the insoles read it. Between both nobody rests.

    Args:
        stated_n: by the source or the user.
        walking_n: as walking shows it.
        steady_n: the heaviest steady sum of both feet.

    >>> stated_weight_caveat(700.0, None, 170.0)
    (False, '')
    >>> stated_weight_caveat(400.0, None, 700.0)[0]
    True
    """
    measured = walking_n if walking_n is not None else steady_n
    if stated_n is None or measured is None:
        return False, ""
    share = measured / stated_n
    how = "on average in walking" if walking_n is not None else "at most while nobody steps"
    shown_text = f"the stated body weight is {stated_n:.0f} N, but the feet carried {measured:.0f} N {how}"
    if share > STATED_MOST_SHARE:
        return True, f"{shown_text}: the weight is too small, or an insole reads too much; it is not used"
    if walking_n is None and SITTING_MOST_SHARE <= share < STANDING_LOAD_SHARE:
        why = "too much for sitting, too little for standing"
        return True, f"{shown_text}, {why}: check the weight and the insoles; it is not used"
    if walking_n is not None and share > STATED_NEAR[1]:
        return False, f"{shown_text}: the weight is too small, or the insoles read too much"
    least = STATED_LEAST_SHARE if walking_n is None else STATED_NEAR[0]
    if (walking_n is not None or share >= STANDING_LOAD_SHARE) and share < least:
        return (
            False,
            f"{shown_text}: another support carries the rest, the weight is too large, or an insole fails",
        )
    return False, ""


def load_levels(
    *,
    swing: Mapping[Foot, float],
    calibrated: bool,
    stated_n: float | None,
    walking_n: float | None,
    earlier_n: float | None,
    steady_n: float | None,
) -> LoadLevels:
    """All levels of a recording.

    Args:
        swing: level of each foot in swing, as learnt from its signal; NaN where nothing was learnt.
        calibrated: the input is newtons.
        stated_n, walking_n, earlier_n: body weight as stated, as walking and as earlier recordings show it.
        steady_n: `steady_sum`.
    """
    if not calibrated:
        known = {foot: unloaded(level, None, calibrated=False) for foot, level in swing.items()}
        way = LoadedFrom.OWN_RANGE if all(np.isfinite(list(swing.values()))) else LoadedFrom.UNKNOWN
        loaded_n = None
        caveat = ""
    else:
        aside, caveat = stated_weight_caveat(stated_n, walking_n, steady_n)
        too_light = aside and steady_n is not None and stated_n is not None and steady_n < stated_n
        loaded_n, way = loaded(
            stated_n=None if aside else stated_n,
            walking_n=walking_n,
            earlier_n=earlier_n,
            steady_n=None if too_light else steady_n,
        )
        known = {foot: unloaded(level, loaded_n, calibrated=True) for foot, level in swing.items()}
    return LoadLevels(
        loaded_n=loaded_n,
        loaded_from=way,
        unloaded={foot: level for foot, (level, _) in known.items()},
        unloaded_from={foot: how for foot, (_, how) in known.items()},
        steady_sum_n=steady_n,
        caveat=caveat,
    )
