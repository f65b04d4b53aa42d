"""What the gait engine gives back: events, strides, bouts, parameters. Tables hold one NumPy array a
column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntFlag
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from plantigrade.gait.activity_kinds import ActivityKind, Flight
from plantigrade.gait.load_levels import LoadLevels
from plantigrade.gait.motion.values import Value, flags_text
from plantigrade.gait.parameters.definition import Home
from plantigrade.gait.parameters.registry import ADDED, definition_of, units_of
from plantigrade.gait.signals import Floats, Foot, SourceInfo, TimeGap
from plantigrade.gait.stillness import PairLoad
from plantigrade.gait.tested_range import Gait

ALGORITHM_VERSION = "1"

EventKind = Literal["initial_contact", "final_contact"]


@dataclass(frozen=True, slots=True)
class Event:
    """One contact event; `time_s` is interpolated between samples, on the input's clock."""

    foot: Foot
    kind: EventKind
    time_s: float


class Reason(IntFlag):
    """Why a stride is left out of steady-state statistics; several may hold."""

    NONE = 0
    EDGE = 1
    TURN = 2
    START = 4
    STOP = 8
    STUMBLE = 16
    ARTEFACT = 32
    OUTLIER = 64
    GAP = 128
    OUTSIDE_BOUT = 256
    RUNNING = 512
    STAIRS = 1024

    @property
    def text(self) -> str:
        """For people and for the CSV's reason column: "turn; outlier"; empty when the stride is valid."""
        return "; ".join(REASON_TEXTS[one] for one in Reason if one and one in self)


REASON_TEXTS: Mapping[Reason, str] = {
    Reason.EDGE: "edge of the recording",
    Reason.TURN: "turn",
    Reason.START: "start of walking",
    Reason.STOP: "end of walking",
    Reason.STUMBLE: "stumble or missed step",
    Reason.ARTEFACT: "artefact",
    Reason.OUTLIER: "outlier",
    Reason.GAP: "samples missing",
    Reason.OUTSIDE_BOUT: "not in a walking bout",
    Reason.RUNNING: "running between walks",
    Reason.STAIRS: "stairs",
}


@cache
def _reason_text(reasons: int) -> str:
    return Reason(reasons).text


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure of a summary.

    Attributes:
        value: mean over valid strides, or the figure itself; None when it cannot be known (see `note`).
        unit: unit of value, sd, median and mad.
        n: strides (or steps) behind it.
        sd, cv_pct, median, mad: spread and robust versions where they apply; `mad` is scaled by 1.4826.
        note: why the value is missing or should be read with care.
    """

    value: float | None
    unit: str
    n: int = 0
    sd: float | None = None
    cv_pct: float | None = None
    median: float | None = None
    mad: float | None = None
    note: str = ""


Parameters = Mapping[str, Parameter]


def figure(name: str, value: float | None, n: int = 0, note: str = "") -> Parameter:
    """A parameter without a spread, in the unit of its row in the registry.

    Raises:
        KeyError: the registry has no such parameter.

    >>> figure("steps", 12.0).unit
    'steps'
    """
    return Parameter(value, definition_of(name).unit, n, note=note)


@dataclass(frozen=True, eq=False)
class StrideTable:
    """Gait cycles of one foot in time order; every array is (k,), NaN where a value cannot be known.

    A cycle runs from initial contact to the next initial contact of the same foot. Double support needs the
    other foot; phases need sensors under heel and forefoot; forces need a calibrated input.
    """

    initial_contact_s: Floats
    final_contact_s: Floats
    next_initial_contact_s: Floats
    stride_time_s: Floats
    stance_time_s: Floats
    swing_time_s: Floats
    stance_pct: Floats
    swing_pct: Floats
    step_time_s: Floats
    initial_double_support_s: Floats
    terminal_double_support_s: Floats
    single_support_s: Floats
    double_support_s: Floats
    double_support_pct: Floats
    foot_flat_s: Floats
    heel_off_s: Floats
    initial_contact_sd_s: Floats
    final_contact_sd_s: Floats
    bridged_samples: Floats
    peak_force_n: Floats
    f1_n: Floats
    f1_time_pct: Floats
    f2_n: Floats
    f2_time_pct: Floats
    f3_n: Floats
    f3_time_pct: Floats
    loading_rate_n_per_s: Floats
    push_off_rate_n_per_s: Floats
    impulse_n_s: Floats
    mean_force_n: Floats
    bout: npt.NDArray[np.int64]
    reason: npt.NDArray[np.int64]
    pressure_names: tuple[str, ...]
    pressure: Floats
    motion: Floats | None = None

    def __len__(self) -> int:
        return len(self.initial_contact_s)

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """(k,) True where the stride belongs to steady walking."""
        return self.reason == 0

    def reason_text(self, row: int) -> str:
        """Why stride `row` is not valid; empty when it is."""
        return _reason_text(int(self.reason[row]))

    def motion_column(self, value: Value) -> Floats:
        """(k,) one of the values of motion; NaN where it is not known."""
        return np.full(len(self), np.nan) if self.motion is None else self.motion[:, value]

    @property
    def stride_length_m(self) -> Floats:
        """(k,) from one footprint of the foot to its next one, in the horizontal."""
        return self.motion_column(Value.LENGTH)

    @property
    def stride_length_sd_m(self) -> Floats:
        """(k,) its standard uncertainty."""
        return self.motion_column(Value.LENGTH_SD)

    @property
    def speed_m_per_s(self) -> Floats:
        """(k,) stride length over stride time."""
        return self.stride_length_m / self.stride_time_s

    @property
    def foot_progression_deg(self) -> Floats:
        """(k,) angle of the foot to the line from footprint to footprint; toes outwards is positive."""
        return self.motion_column(Value.PROGRESSION)

    @property
    def foot_strike_deg(self) -> Floats:
        """(k,) how much higher the toes are than the heel at the contact that ends the swing."""
        return self.motion_column(Value.STRIKE)

    @property
    def toe_clearance_m(self) -> Floats:
        """(k,) lowest height of the toes in the middle of the swing: not known, since the toes bend and the
        sensor does not feel it."""
        return np.full(len(self), np.nan)

    @property
    def circumduction_m(self) -> Floats:
        """(k,) how far the swing goes outwards of the line from footprint to footprint."""
        return self.motion_column(Value.CIRCUMDUCTION)

    @property
    def turning_deg(self) -> Floats:
        """(k,) change of the foot's heading over the stride; to the left is positive."""
        return self.motion_column(Value.TURNING)

    @property
    def height_gain_m(self) -> Floats:
        """(k,) how much higher the next footprint lies."""
        return self.motion_column(Value.HEIGHT)

    def motion_reason_text(self, row: int) -> str:
        """Why the motion of stride `row` is unknown or to be read with care; empty when it is neither."""
        return "" if self.motion is None else flags_text(int(self.motion[row, Value.FLAGS]))

    def pressure_column(self, name: str) -> Floats:
        """(k,) one of `pressure_names`."""
        return self.pressure[:, self.pressure_names.index(name)]

    if not TYPE_CHECKING:  # a checker shall go on noticing names that there are not

        def __getattr__(self, name: str) -> Floats:
            """(k,) a parameter that another package adds."""
            if name not in ADDED:
                raise AttributeError(f"the strides have no {name!r}")
            return ADDED.column(name, _ByName(self), len(self))


class _ByName(Mapping[str, Floats]):
    """Columns of strides by name, as formulas of other packages take them."""

    def __init__(self, table: StrideTable) -> None:
        self._table = table
        times = ("initial_contact_s", "final_contact_s", "next_initial_contact_s")
        named = dict.fromkeys((*times, *STRIDE_UNITS, *table.pressure_names))
        self._names = [name for name in named if name not in ADDED]

    def __getitem__(self, name: str) -> Floats:
        if name not in self._names:
            raise KeyError(name)
        if name in self._table.pressure_names:
            return self._table.pressure_column(name)
        return getattr(self._table, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


STRIDE_UNITS: Mapping[str, str] = units_of(Home.STRIDE)
"""Columns of the strides' table that hold a figure, in its order, and their units. A figure that follows from
others may be a property of `StrideTable` instead of a column that is stored."""


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Time-normalised curve over the valid cycles of one foot.

    Attributes:
        mean, sd: (101,) at 0, 1 ... 100 % of the cycle.
        n: cycles.
        unit: "N", or "input units" for a footswitch.
    """

    mean: Floats
    sd: Floats
    n: int
    unit: str


@dataclass(frozen=True, eq=False)
class FootPicture:
    """Averages over valid stances for figures: gait line and load of each sensor (NaN where unknown).

    Attributes:
        cop_mean_mm, cop_sd_mm: (2, 101) x and y over 0 ... 100 % of stance.
        sensor_peak_n, sensor_impulse_n_s: (S,) mean over stances.
        n: stances.
    """

    cop_mean_mm: Floats
    cop_sd_mm: Floats
    sensor_peak_n: Floats
    sensor_impulse_n_s: Floats
    n: int


@dataclass(frozen=True)
class SignalFinding:
    """Something the reader must know: a dead sensor, swapped feet, a missing foot, too few strides.

    Attributes:
        code: stable identifier: "sensor_dead", "sensor_stuck", "feet_swapped", "foot_missing", ...
        text: one sentence for people.
        foot: the foot it concerns, None for both.
        sensor: sensor index where one is meant.
    """

    code: str
    text: str
    foot: Foot | None = None
    sensor: int | None = None


@dataclass(frozen=True)
class FootAccounting:
    """Accounting of one foot: samples received + missing = spanned (in samples at the nominal rate)."""

    samples_spanned: int
    samples_used: int
    samples_missing: int
    gaps: tuple[TimeGap, ...]


@dataclass(frozen=True, eq=False)
class FootAnalysis:
    """All that is known of one foot."""

    foot: Foot
    initial_contact_s: Floats
    final_contact_s: Floats
    strides: StrideTable
    parameters: Parameters
    accounting: FootAccounting
    swing_level: float
    stance_level: float
    force_cycle: Ensemble | None = None
    picture: FootPicture | None = None

    def events(self) -> Iterator[Event]:
        """Every contact event in time order."""
        both = [(float(t), "initial_contact") for t in self.initial_contact_s]
        both += [(float(t), "final_contact") for t in self.final_contact_s]
        for time_s, kind in sorted(both):
            yield Event(
                self.foot, "initial_contact" if kind == "initial_contact" else "final_contact", time_s
            )


@dataclass(frozen=True)
class Bout:
    """One walking bout as Mobilise-D defines it (>= 4 strides, >= 3 a side, breaks <= 3 s).

    Attributes:
        index: number, from 0, as in `StrideTable.bout`.
        from_s, to_s: first and last initial contact.
        steps: contacts of both feet (twice one foot's when the other is missing).
        strides_left, strides_right: cycles inside.
        turns: turns found inside.
        cadence_per_min: steps a minute.
        duration_bin: "< 10 s", "10-30 s", "30-60 s" or "> 60 s".
        parameters: means over the bout's valid strides, both feet together.
    """

    index: int
    from_s: float
    to_s: float
    steps: int
    strides_left: int
    strides_right: int
    turns: int
    cadence_per_min: float
    duration_bin: str
    parameters: Parameters

    @property
    def duration_s(self) -> float:
        """Seconds from first to last initial contact."""
        return self.to_s - self.from_s


@dataclass(frozen=True, slots=True)
class Activity:
    """What the wearer did from `from_s` to `to_s`."""

    kind: ActivityKind
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Hour:
    """Steps, walking time and cadence (while walking) of one hour counted from the recording's start."""

    hour: int
    steps: int
    walking_s: float
    cadence_per_min: float | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn, from `from_s` to `to_s`.

    Attributes:
        angle_deg: how far, to the left positive; None where it was found from the timing of both feet alone.
    """

    from_s: float
    to_s: float
    angle_deg: float | None = None


@dataclass(frozen=True, eq=False)
class Analysis:
    """Result of the engine for one recording."""

    source: SourceInfo
    sample_rate_hz: float
    from_s: float
    to_s: float
    left: FootAnalysis | None
    right: FootAnalysis | None
    both: Parameters
    bouts: tuple[Bout, ...] = ()
    activities: tuple[Activity, ...] = ()
    hours: tuple[Hour, ...] = ()
    turns: tuple[Turn, ...] = ()
    stairs: tuple[Flight, ...] = ()
    findings: tuple[SignalFinding, ...] = ()
    body_weight_n: float | None = None
    gait: Gait = field(default_factory=Gait)
    load_levels: LoadLevels = field(default_factory=LoadLevels)
    pair_load: PairLoad = field(default_factory=PairLoad.none, compare=False, repr=False)
    algorithm_version: str = ALGORITHM_VERSION
    settings: Mapping[str, float | str] = field(default_factory=lambda: {})

    @property
    def feet(self) -> tuple[FootAnalysis, ...]:
        """The feet that were recorded, left first."""
        return tuple(foot for foot in (self.left, self.right) if foot is not None)


class FootPhase(Enum):
    """Phase a foot is in, for live views."""

    UNKNOWN = "unknown"
    STANCE = "stance"
    SWING = "swing"
