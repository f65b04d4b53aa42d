"""The motion of one foot while its samples come in: rests, and what is known of each stride.

A stride is known when the foot has come to rest after it: at the final contact of the stance that it ends in,
or a second into a stance that lasts longer. Its place in the table of strides waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from insole_protocol.layout import LAYOUT_NAME as OWN_LAYOUT

from plantigrade.gait.motion.many_strides import all_strides
from plantigrade.gait.motion.motion_buffer import MotionBuffer, MotionRows
from plantigrade.gait.motion.rests import Rests
from plantigrade.gait.motion.settings import (
    OFFSET_SHARE,
    ROLL_RATE_DEG_S,
    SENSOR_FROM_HEEL_SHARE,
    SENSOR_OUTWARDS_M,
    SENSOR_UP_M,
    STANCE_LAG_S,
    STANCE_REACH_S,
    STANCES,
    STANDARD_GRAVITY,
)
from plantigrade.gait.motion.trace import MotionTrace
from plantigrade.gait.motion.values import COLUMNS, Flag, Value
from plantigrade.gait.settings import MM_PER_EU_SIZE, MOTION_AXES, NOMINAL_EU_SIZE
from plantigrade.gait.signals import Floats, Foot, Motion, SensorLayout

_NO_ROW: Floats = np.empty(0)


@dataclass(slots=True)
class StrideMotion:
    """A stride whose last stance may not be over.

    Attributes:
        times_s: initial contact, final contact, next initial contact.
        to_s: end of what is looked at of the stance that follows, infinite until it is known.
        row: (COLUMNS,) its place in the table of strides, filled when its motion is known.
    """

    times_s: tuple[float, float, float]
    to_s: float = np.inf
    row: Floats = field(default_factory=lambda: _NO_ROW)


def to_heel(foot: Foot, layout: SensorLayout | None) -> Floats:
    """(3,) from the motion sensor to the heel, m; of a sensor that is not ours only along the foot."""
    known = None if layout is None else layout.insole_length_mm
    length_m = (NOMINAL_EU_SIZE * MM_PER_EU_SIZE if known is None else known) / 1000.0
    outwards, up = (SENSOR_OUTWARDS_M, SENSOR_UP_M) if is_ours(layout) else (0.0, 0.0)
    return np.array([-outwards if foot is Foot.RIGHT else outwards, -SENSOR_FROM_HEEL_SHARE * length_m, -up])


def is_ours(layout: SensorLayout | None) -> bool:
    """Whether the insole is one of ours, whose motion sensor's place is known."""
    return layout is not None and layout.name == OWN_LAYOUT


@dataclass
class FootMotion:
    """Takes the motion of one foot beside its contacts.

    Args:
        foot: side.
        rate_hz: nominal.
        history: rows before the newest that must stay.
        layout: of the insole, None when unknown.
    """

    foot: Foot
    rate_hz: float
    history: int
    layout: SensorLayout | None
    seen: bool = False
    trace: MotionTrace = field(init=False)
    _sides_known: bool = True
    _samples: MotionBuffer = field(init=False)
    _rests: Rests = field(init=False)
    _stances: list[tuple[float, Floats]] = field(default_factory=list[tuple[float, Floats]])
    _waiting: list[StrideMotion] = field(default_factory=list[StrideMotion])

    def __post_init__(self) -> None:
        self._samples = MotionBuffer(self.history)
        self.trace = MotionTrace(self.rate_hz)
        self._rests = Rests(self.rate_hz, self.history / self.rate_hz)

    def take(self, time_s: Floats, motion: Motion | None) -> None:
        """The next samples; None or without rates: there is no motion in them."""
        if motion is None or motion.gyr_deg_s is None:
            return
        acc, gyr = (values.astype(np.float32, copy=False) for values in (motion.acc_m_s2, motion.gyr_deg_s))
        new = MotionRows.known(time_s, acc, gyr)
        if not len(new):
            return
        self.seen = True
        self._sides_known &= motion.sides_known
        self._samples.begin(new)
        self._rests.take(new.time_s, new.acc, new.gyr)
        self.trace.feed(new.time_s, new.acc, new.gyr)

    def settled(self) -> None:
        """The samples that were taken last are worked on: they may change where they came from."""
        self._samples.settle()

    def begin(self, times_s: tuple[float, float, float]) -> StrideMotion:
        """A new stride, unknown as yet; `table` gives it its place before anything else is asked.

        Args:
            times_s: initial, final and next initial contact.
        """
        new = StrideMotion(times_s)
        if self.seen:
            self._waiting.append(new)
        return new

    def table(self, strides: Sequence[StrideMotion]) -> Floats:
        """Rows (k, COLUMNS) of new strides, which are filled where they stand when they are known."""
        rows = np.full((len(strides), COLUMNS), np.nan)
        rows[:, Value.FLAGS] = float(Flag.EDGE if self.seen else Flag.NO_SENSOR)
        for stride, row in zip(strides, rows, strict=True):
            stride.row = row
        return rows

    def lifted(self, time_s: float) -> None:
        """The stance that strides wait for is over: by a final contact, or because samples are missing."""
        for one in reversed(self._waiting):
            if one.to_s <= time_s:
                break  # and so do those before it
            if one.times_s[2] < time_s:
                one.to_s = time_s

    def withdraw(self, time_s: float) -> None:
        """Contacts from `time_s` on are told again: strides that end there are forgotten."""
        self._waiting = [one for one in self._waiting if one.times_s[2] < time_s]
        for one in self._waiting:
            one.to_s = min(one.to_s, one.times_s[2] + STANCE_REACH_S)
        while self._stances and self._stances[-1][0] >= time_s:
            self._stances.pop()

    @property
    def axes_known(self) -> bool:
        """Whether z is known to point upwards on a flat foot: of our own insoles, and of a sensor whose
        strides were understood."""
        return is_ours(self.layout) or bool(self._stances)

    @property
    def waits_from_s(self) -> float:
        """End of the first stride whose motion is not known yet; infinite without one."""
        return self._waiting[0].times_s[2] if self._waiting else np.inf

    def settle(self, now_s: float) -> None:
        """Fill the rows of strides whose last stance is over, or has lasted long enough, at `now_s`."""
        late_s = now_s - STANCE_REACH_S - STANCE_LAG_S
        ready = 0
        while ready < len(self._waiting):
            one = self._waiting[ready]
            if one.to_s == np.inf and one.times_s[2] > late_s:
                break
            one.to_s = min(one.to_s, one.times_s[2] + STANCE_REACH_S)
            ready += 1
        if not ready:
            return
        chosen, self._waiting = self._waiting[:ready], self._waiting[ready:]
        first = 0
        while first < ready:
            # What follows from stances needs those just before; what follows from rests does not.
            last = ready if len(self._rests.before(chosen[first].times_s[2])) else first + 1
            self._fill(chosen[first:last])
            first = last

    def finish(self, last_s: float) -> None:
        """End of the recording: what is there of the last stance is taken."""
        self.lifted(last_s)
        self.settle(np.inf)

    def _fill(self, chosen: list[StrideMotion]) -> None:
        """Rows of some strides; the bias of each follows from what lies before its end."""
        spans = np.array([(*one.times_s, one.to_s) for one in chosen])
        bias, length = self._at_rest(spans[:, 2])
        out = np.full((len(chosen), COLUMNS), np.nan)
        rows = self._samples.rows()
        heel = to_heel(self.foot, self.layout)
        outer = 1.0 if self.foot is Foot.RIGHT else -1.0
        means = np.full((len(chosen), MOTION_AXES + 1), np.nan)
        all_strides(
            rows.time_s,
            rows.acc,
            rows.gyr,
            spans,
            bias,
            OFFSET_SHARE * (length - STANDARD_GRAVITY),
            heel,
            outer,
            self.rate_hz,
            out,
            means,
        )
        if not self._sides_known:
            out[:, [Value.PROGRESSION, Value.CIRCUMDUCTION, Value.TURNING]] = np.nan
        for one, row in zip(chosen, out, strict=True):
            one.row[:] = row
        for number in np.flatnonzero(np.isfinite(means).all(axis=1)):
            self._stances.append((chosen[number].times_s[2], means[number]))

    def _stances_before(self, before_s: float) -> Floats:
        """(k, 4) mean rates and length of gravity of the last stances before a time."""
        stances = [mean for time_s, mean in self._stances[-2 * STANCES :] if time_s < before_s][-STANCES:]
        return np.array(stances).reshape(-1, MOTION_AXES + 1)

    def _at_rest(self, before_s: Floats) -> tuple[Floats, Floats]:
        """What the sensor shows at rest, from rests before each of some times, else from stances.

        Args:
            before_s: (k,) rising; one alone where no rest came before the first.

        Returns:
            (k, 3) rates of rotation in degrees/s, and (k,) length of gravity in m/s2.
        """
        rests = self._rests.before_each(before_s)
        if len(rests):
            return rests[:, :MOTION_AXES], rests[:, MOTION_AXES]
        stances = self._stances_before(float(before_s[0]))
        if not len(stances):
            return np.zeros((1, MOTION_AXES)), np.array([STANDARD_GRAVITY])
        middle = np.median(stances, axis=0)
        rates = middle[None, :MOTION_AXES]
        bias = np.sign(rates) * np.maximum(np.abs(rates) - ROLL_RATE_DEG_S, 0.0)
        return bias, middle[MOTION_AXES:]
