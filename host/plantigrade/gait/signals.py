"""What the gait engine reads: the force samples of one or two feet on one time base."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, StrEnum
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from plantigrade.array_types import F64
from plantigrade.gait.settings import MOTION_AXES

Floats = F64
Forces = npt.NDArray[np.float32]
Quantity = Literal["force", "footswitch", "motion"]
NEWTONS_PER_KG: Final = 9.80665
"""Standard gravity: body weight from a stated mass."""


class Foot(Enum):
    """Side of the body, as the wearer names it."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Foot":
        """The opposite side."""
        return Foot.RIGHT if self is Foot.LEFT else Foot.LEFT


@dataclass(frozen=True, eq=False)
class SensorLayout:
    """Where the sensors of one insole lie (axes: docs/reference/coordinates.md).

    Attributes:
        name: identifier of the layout.
        x_mm: (S,) medial to lateral, from the medial edge of the insole.
        y_mm: (S,) posterior to anterior, from the heel end of the insole.
        area_cm2: (S,) active area of each sensor; pressure = force / area.
        region: (S,) "heel", "midfoot", "forefoot" or "toes".
        relative: True when the source gives places on an arbitrary scale, so that lengths are not
            millimetres.
        insole_length_mm: heel end to toe end of the insole, on the scale of `y_mm`; None when it is not
            known.
    """

    name: str
    x_mm: Floats
    y_mm: Floats
    area_cm2: Floats
    region: tuple[str, ...]
    relative: bool = False
    insole_length_mm: float | None = None

    def __post_init__(self) -> None:
        count = len(self.region)
        if not (self.x_mm.shape == self.y_mm.shape == self.area_cm2.shape == (count,)):
            raise ValueError(f"layout {self.name}: x_mm, y_mm, area_cm2 and region must have the same length")

    @property
    def sensor_count(self) -> int:
        """Number of sensors."""
        return len(self.region)


@dataclass(frozen=True)
class TimeGap:
    """A span without samples, from the ledger of the recording.

    Attributes:
        from_s: time of the first missing sample.
        to_s: time of the first sample after it.
        reason: as text, as in the accounting.
        bridged: whether it is so short that a straight line stands for it (`short_gaps`).
    """

    from_s: float
    to_s: float
    reason: str
    bridged: bool = False


@dataclass(frozen=True, eq=False)
class Motion:
    """What the motion sensor of one insole measured, a row for each sample of force.

    Attributes:
        acc_m_s2: (n, 3) specific force along the sensor's own axes x, y, z in m/s2 (at rest its length is g);
            NaN where a sample is missing.
        gyr_deg_s: (n, 3) rate of rotation about the same axes in degrees/s; None where the source has none.
        axes: how the source's axes lie in the insole, as far as it says so.
        sides_known: whether the axes tell left from right; a set of axes that may be mirrored does not.
    """

    acc_m_s2: Forces
    gyr_deg_s: Forces | None = None
    axes: str = "not stated"
    sides_known: bool = True

    def __post_init__(self) -> None:
        for values in (self.acc_m_s2, self.gyr_deg_s):
            if values is not None and values.shape != (len(self.acc_m_s2), MOTION_AXES):
                raise ValueError(f"motion needs (n, 3) values, not {values.shape}")

    def part(self, start: int, stop: int) -> "Motion":
        """Rows `start` to `stop` as a view."""
        rates = None if self.gyr_deg_s is None else self.gyr_deg_s[start:stop]
        return replace(self, acc_m_s2=self.acc_m_s2[start:stop], gyr_deg_s=rates)


NO_NUMBER: Final = "samples are not numbers"
"""Reason of a gap in which there are samples, all of their cells empty."""


@dataclass(frozen=True, eq=False)
class FootSignal:
    """Samples of one foot, whole or a chunk of a stream.

    Attributes:
        foot: side.
        time_s: (n,) rising, seconds on the time base that both feet share.
        force_n: (n, S) newtons for `quantity` "force"; arbitrary units that rise with load for "footswitch".
            A row with a NaN counts as missing.
        layout: sensor places; None when they are not known.
        quantity: "force" (calibrated), "footswitch" (one uncalibrated channel: timing only) or "motion" (no
            load was measured: the channel is what `gait.motion.contacts` makes of the motion).
        gaps: spans known to be missing; a jump of `time_s` is found without being listed here.
        relative_sd: (S,) standard uncertainty of each sensor's force as a share, from its calibration; None
            where the source does not know it. Timing does not look at it; posture findings carry it.
        motion: acceleration and rotation on the same rows; None where the source has none.
    """

    foot: Foot
    time_s: Floats
    force_n: Forces
    layout: SensorLayout | None = None
    quantity: Quantity = "force"
    gaps: tuple[TimeGap, ...] = ()
    relative_sd: Floats | None = None
    motion: Motion | None = None

    def __post_init__(self) -> None:
        if self.force_n.ndim != 2 or self.time_s.shape != (self.force_n.shape[0],):
            raise ValueError(
                f"{self.foot.value} foot: force_n must be (n, sensors) and time_s (n,), "
                f"not {self.force_n.shape} and {self.time_s.shape}"
            )
        if self.layout is not None and self.layout.sensor_count != self.force_n.shape[1]:
            raise ValueError(
                f"{self.foot.value} foot: layout {self.layout.name} has {self.layout.sensor_count} sensors, "
                f"the samples have {self.force_n.shape[1]}"
            )
        if self.relative_sd is not None and self.relative_sd.shape != (self.force_n.shape[1],):
            raise ValueError(
                f"{self.foot.value} foot: relative_sd has the shape {self.relative_sd.shape}, "
                f"the samples have {self.force_n.shape[1]} sensors"
            )
        if self.motion is not None and len(self.motion.acc_m_s2) != len(self.time_s):
            raise ValueError(
                f"{self.foot.value} foot: {len(self.motion.acc_m_s2)} rows of motion, "
                f"{len(self.time_s)} samples"
            )

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def sensor_count(self) -> int:
        """Channels of each sample."""
        return self.force_n.shape[1]

    def part(self, start: int, stop: int) -> "FootSignal":
        """Rows `start` to `stop` as a view; the list of gaps stays complete."""
        motion = None if self.motion is None else self.motion.part(start, stop)
        return replace(self, time_s=self.time_s[start:stop], force_n=self.force_n[start:stop], motion=motion)


class Instrument(StrEnum):
    """What measured: levels of posture rules and norms depend on it."""

    INSOLE = "insole"
    """In the shoe, one under each foot, whose gains may differ."""
    PLATE = "plate"
    """On the floor, one for both feet, mostly barefoot."""
    TREADMILL = "treadmill"
    """A plate under a belt."""
    FOOTSWITCH = "footswitch"
    """Timing alone."""


@dataclass(frozen=True)
class SourceInfo:
    """Where a walk came from, for reports and for the analysis' `input` object.

    Attributes:
        path: the file, or the recording's identifier.
        format: as in `--format`.
        note: what is odd about it.
        instrument: what measured.
        started_local: date and time on the clock of the device that recorded, where the file has them;
            without a zone unless the file names one.
    """

    path: str
    format: str
    note: str = ""
    instrument: Instrument = Instrument.INSOLE
    started_local: datetime | None = None


@dataclass(frozen=True, eq=False)
class Walk:
    """A recording ready for analysis.

    Attributes:
        left, right: the feet; None where one is missing (not both).
        sample_rate_hz: nominal rate of both feet.
        source: where it came from.
        body_weight_n: weight of the person where the source knows it.
    """

    left: FootSignal | None
    right: FootSignal | None
    sample_rate_hz: float
    source: SourceInfo = field(default_factory=lambda: SourceInfo("", ""))
    body_weight_n: float | None = None

    @property
    def feet(self) -> tuple[FootSignal, ...]:
        """The feet that are there, left first."""
        return tuple(foot for foot in (self.left, self.right) if foot is not None)

    @property
    def relative_sd(self) -> dict[Foot, Floats]:
        """Uncertainty of the sensors of the feet whose calibration is known; see `FootSignal`."""
        return {foot.foot: foot.relative_sd for foot in self.feet if foot.relative_sd is not None}

    def chunks(self, rows: int) -> Iterator[tuple[FootSignal | None, FootSignal | None]]:
        """Both feet cut into pieces of at most `rows` samples, in order."""
        longest = max((len(foot) for foot in self.feet), default=0)
        for start in range(0, longest, rows):
            yield (
                self.left.part(start, start + rows) if self.left is not None else None,
                self.right.part(start, start + rows) if self.right is not None else None,
            )
