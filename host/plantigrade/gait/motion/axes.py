"""How the axes and units of a motion sensor lie, found from how people walk.

Gravity at rest tells the unit of acceleration and which axis points upwards. The direction in which strides
go tells which points forwards. That acceleration and rotation belong together is seen at the end of each
stride, where the foot stands still: with a wrong axis or sign of rotation gravity is taken for motion, and
metres a second are left over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from math import degrees
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.gait.motion import settings as numbers
from plantigrade.gait.motion.still_kernel import energies, still_rows
from plantigrade.gait.motion.stride_kernel import level_axes, turns, upwards
from plantigrade.gait.motion.stride_kernel import path as path_of
from plantigrade.gait.settings import MOTION_AXES
from plantigrade.gait.signals import Floats, Foot, Motion

_SIDE_UNKNOWN: Final = "Which side is left cannot be told by them, so that angles to the side are withheld"
_NAMES: Final = ("x", "y", "z")
Rows = npt.NDArray[np.int64]


def signed_orders() -> Iterator[Floats]:
    """All 48 ways to exchange and turn round three axes, as (3, 3) matrices; as they are comes first."""
    for order in permutations(range(MOTION_AXES)):
        for signs in product((1.0, -1.0), repeat=MOTION_AXES):
            matrix = np.zeros((MOTION_AXES, MOTION_AXES))
            for row, (column, sign) in enumerate(zip(order, signs, strict=True)):
                matrix[row, column] = sign
            yield matrix


@dataclass(frozen=True, eq=False)
class Strides:
    """Some strides of a foot: rows of its samples and the still spans around them.

    Attributes:
        time_s, acc, gyr: (n,), (n, 3), (n, 3) in the sensor's own axes, m/s2 and degrees/s.
        still: (k, 2, 2) first still row and the row after the last, before and after each stride.
        bias: (3,) of the gyroscope.
    """

    time_s: Floats
    acc: Floats
    gyr: Floats
    still: Rows
    bias: Floats

    def left_over(self, rates: Floats) -> float:
        """Median velocity that is left at the end, m/s, with `rates` (3, 3) times the rotation."""
        sizes = [self._walked(stride, rates)[0] for stride in self.still]
        return float(np.median(sizes))

    def directions(self, rates: Floats) -> tuple[Floats, Floats]:
        """Unit vectors in the sensor's axes: upwards, and where the strides go."""
        up, ahead = np.zeros(MOTION_AXES), np.zeros(MOTION_AXES)
        for stride in self.still:
            _, begun, forwards = self._walked(stride, rates)
            up += begun
            ahead += forwards
        return up / np.linalg.norm(up), ahead / max(float(np.linalg.norm(ahead)), 1e-9)

    def _walked(self, stride: Rows, rates: Floats) -> tuple[float, Floats, Floats]:
        gyr, bias = self.gyr @ rates.T, rates @ self.bias
        (a0, b0), (a1, b1) = stride.tolist()
        first, last = b0 - 1, a1
        begun, ended = np.empty(MOTION_AXES), np.empty(MOTION_AXES)
        g = upwards(self.time_s, self.acc, gyr, bias, a0, b0, first, begun)
        g = 0.5 * (g + upwards(self.time_s, self.acc, gyr, bias, a1, b1, last, ended))
        ways = np.empty((last - first + 1, MOTION_AXES, MOTION_AXES))
        turns(self.time_s, gyr, bias, first, last, ways)
        level = np.empty((MOTION_AXES, MOTION_AXES))
        level_axes(begun, level)
        ways = level @ ways
        places = np.empty((len(ways), MOTION_AXES))
        size, _ = path_of(self.time_s, self.acc, ways, first, g, places, np.empty(len(ways)))
        ahead = places[-1].copy()
        ahead[-1] = 0.0
        return size, begun, level.T @ ahead


@dataclass(frozen=True)
class Found:
    """What became of the motion of a recording.

    Attributes:
        motion: in the body's axes (docs/reference/coordinates.md), m/s2 and degrees/s; None where it cannot
            be used.
        notes: what was found, for people.
    """

    motion: Motion | None
    notes: tuple[str, ...] = ()


def in_units(motion: Motion, name: str) -> Found:
    """Acceleration in m/s2 and rotation in degrees/s, whatever the source calls them.

    Args:
        motion: as it was read.
        name: of the foot, for the notes.
    """
    if motion.gyr_deg_s is None:
        return Found(motion, (f"{name} motion has no rotation: how far the foot moves cannot be told",))
    notes: list[str] = []
    acc, gyr = motion.acc_m_s2, motion.gyr_deg_s
    known = np.isfinite(acc).all(axis=1) & np.isfinite(gyr).all(axis=1)
    if not known.any():
        return Found(None, (f"{name} motion holds no number",))
    length = np.linalg.norm(acc[known].astype(np.float64), axis=1)
    turning = np.linalg.norm(gyr[known].astype(np.float64), axis=1)
    calm = turning <= np.quantile(turning, 0.5)
    rest = float(np.median(length[calm]))
    for low, high, factor, unit in (
        (*numbers.IN_G, numbers.STANDARD_GRAVITY, "g"),
        (*numbers.IN_MG, numbers.STANDARD_GRAVITY / 1000, "mg"),
    ):
        if low <= rest <= high:
            notes.append(
                f"{name} acceleration rests at {rest:.3g}: it is in {unit}, not in m/s2, and was taken so"
            )
            acc, rest = acc * np.float32(factor), rest * factor
    if not numbers.IN_M_S2[0] <= rest <= numbers.IN_M_S2[1]:
        notes.append(f"{name} acceleration rests at {rest:.3g} m/s2 instead of 9.81: it was left out")
        return Found(None, tuple(notes))
    most = float(turning.max())
    if most > numbers.MOST_DEG_S:
        notes.append(
            f"{name} rotation is {most:.3g} at most: it is in mdeg/s, not in degrees/s, and was taken so"
        )
        gyr, most = gyr * np.float32(0.001), most * 0.001
    if most < numbers.MOST_RAD_S and float(length.std()) > numbers.MOVED_SHARE * float(
        np.median(length[calm])
    ):
        notes.append(
            f"{name} rotation is {most:.3g} at most: it is in rad/s, not in degrees/s, and was taken so"
        )
        gyr = gyr * np.float32(degrees(1.0))
    return Found(replace(motion, acc_m_s2=acc, gyr_deg_s=gyr), tuple(notes))


def strides_of(time_s: Floats, motion: Motion, rate_hz: float) -> Strides | None:
    """Some strides of a recording, from motion alone; None without at least three."""
    assert motion.gyr_deg_s is not None
    known = np.isfinite(motion.acc_m_s2).all(axis=1) & np.isfinite(motion.gyr_deg_s).all(axis=1)
    time, acc, gyr = time_s[known], motion.acc_m_s2[known], motion.gyr_deg_s[known]
    swift = np.flatnonzero(np.abs(gyr).max(axis=1) > numbers.SWIFT_DEG_S)
    if not len(swift):
        return None
    begin = max(0, int(swift[0]) - round(numbers.STANCE_S[1] * rate_hz))
    part = slice(begin, begin + round(numbers.SEARCHED_S * rate_hz))
    time, acc, gyr = time[part], acc[part].astype(np.float64), gyr[part].astype(np.float64)
    bias = _resting(gyr, rate_hz)
    energy = np.empty(len(time))
    energies(acc, gyr, bias, energy)
    spans = _still_spans(energy, time, rate_hz)
    if len(spans) < numbers.FEWEST_AXIS_STRIDES:
        return None
    chosen = np.linspace(0, len(spans) - 1, min(len(spans), numbers.AXIS_STRIDES)).astype(np.int64)
    return Strides(time, acc, gyr, spans[chosen], bias)


def _resting(gyr: Floats, rate_hz: float) -> Floats:
    """Mean rate of the stillest half second."""
    rows = max(2, round(numbers.REST_S * rate_hz))
    if len(gyr) < rows:
        return np.zeros(MOTION_AXES)
    sums = np.cumsum(np.vstack([np.zeros(MOTION_AXES), gyr]), axis=0)
    squares = np.cumsum(np.vstack([np.zeros(MOTION_AXES), gyr**2]), axis=0)
    mean = (sums[rows:] - sums[:-rows]) / rows
    spread = ((squares[rows:] - squares[:-rows]) / rows - mean**2).sum(axis=1)
    calm = int(np.argmin(spread))
    if spread[calm] > MOTION_AXES * numbers.REST_RATE_SD_DEG_S**2:
        return np.zeros(MOTION_AXES)
    return mean[calm]


def _still_spans(energy: Floats, time_s: Floats, rate_hz: float) -> Rows:
    """(k, 2, 2) still rows around each swing that has a stance on either side."""
    width = max(1, round(numbers.SMOOTH_RATE_S * rate_hz))
    mean = np.convolve(energy, np.ones(width) / width, mode="same")
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mean > numbers.SWIFT_DEG_S**2, [False]))))
    swings = [
        (int(a), int(b))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if numbers.SWING_S[0] <= (b - a) / rate_hz <= numbers.SWING_S[1]
    ]
    found: list[list[tuple[int, int]]] = []
    for before, middle, after in zip(swings, swings[1:], swings[2:], strict=False):
        stances = ((before[1], middle[0]), (middle[1], after[0]))
        if not all(numbers.STANCE_S[0] <= (b - a) / rate_hz <= numbers.STANCE_S[1] for a, b in stances):
            continue
        if float(np.max(np.diff(time_s[before[1] : after[0]]))) > numbers.LONGEST_BRIDGE_S:
            continue
        pair = [still_rows(energy, a, b, rate_hz)[:2] for a, b in stances]
        if all(b > a for a, b in pair):
            found.append(pair)
    return np.array(found, np.int64).reshape(-1, 2, 2)


def of_rotation(strides: Strides) -> Floats:
    """(3, 3) signed order of the axes of rotation with which they belong to those of acceleration.

    What the source states is believed, and the same with all signs turned round (a left-handed set of axes),
    unless another order leaves much less velocity.
    """
    unit = np.eye(MOTION_AXES)
    plain = min((unit, -unit), key=strides.left_over)
    least = strides.left_over(plain)
    best = min(signed_orders(), key=strides.left_over)
    return best if strides.left_over(best) < numbers.OTHER_AXES_SHARE * least else plain


def of_body(up: Floats, ahead: Floats) -> Floats:
    """(3, 3) proper signed order that lays the sensor's axes nearest to right, ahead and upwards."""
    proper = [one for one in signed_orders() if np.linalg.det(one) > 0]
    return max(proper, key=lambda one: float(one[2] @ up) + float(one[1] @ ahead))


def _lie(order: Floats, left_handed: bool) -> str:
    """Where the sensor's axes point, as text."""
    names = [("left", "right"), ("backwards", "forwards"), ("downwards", "upwards")]
    out: list[str] = []
    for axis in range(MOTION_AXES):
        row = int(np.argmax(np.abs(order[:, axis])))
        towards = order[row, axis] > 0
        out.append(f"{_NAMES[axis]} {names[row][int(towards != (left_handed and row == 0))]}")
    return ", ".join(out)


def aligned(sides: Sequence[tuple[Foot, Floats, Motion]], rate_hz: float) -> dict[Foot, Found]:
    """The motion of the feet of a recording in the body's axes.

    Args:
        sides: foot, (n,) seconds and motion as it was read.
        rate_hz: nominal.
    """
    scaled = {foot: in_units(motion, foot.value) for foot, _, motion in sides}
    found: dict[Foot, tuple[Strides, Floats]] = {}
    for foot, time_s, _ in sides:
        motion = scaled[foot].motion
        if motion is not None and motion.gyr_deg_s is not None:
            strides = strides_of(time_s, motion, rate_hz)
            if strides is not None:
                found[foot] = (strides, of_rotation(strides))
    minus = {foot for foot, (_, rates) in found.items() if np.array_equal(rates, -np.eye(MOTION_AXES))}
    return {
        foot: _turned(foot, scaled[foot], found.get(foot), left_handed=minus != set(Foot) and foot in minus)
        for foot, _, _ in sides
    }


def _turned(foot: Foot, scaled: Found, found: tuple[Strides, Floats] | None, *, left_handed: bool) -> Found:
    """One foot's motion in the body's axes."""
    motion = scaled.motion
    if motion is None or motion.gyr_deg_s is None:
        return scaled
    name = foot.value
    if found is None:
        note = f"{name} motion: too few strides to see how the sensor's axes lie, they are taken as stated"
        return replace(scaled, notes=(*scaled.notes, note))
    strides, rates = found
    up, ahead = strides.directions(rates)
    order = of_body(up, ahead)
    notes = list(scaled.notes)
    if not np.array_equal(np.abs(rates), np.eye(MOTION_AXES)) or abs(np.trace(rates)) < MOTION_AXES:
        notes.append(
            f"{name} motion: the axes of rotation are not those of acceleration (exchanged or mirrored) and "
            f"were put right. {_SIDE_UNKNOWN}"
        )
        sides_known = False
    elif not left_handed and rates[0, 0] < 0:
        notes.append(
            f"{name} motion: rotation counts the other way round than the right-hand rule, and was turned. "
            + _SIDE_UNKNOWN
        )
        sides_known = False
    else:
        sides_known = True
    if not np.array_equal(order, np.eye(MOTION_AXES)):
        lie = _lie(order, left_handed)
        shown = f"{name} motion: the sensor's axes point {lie} and were turned to the body's"
        notes.append(shown + (" (it lies upside down)" if up[2] < -0.5 else ""))
    flip = np.diag([-1.0, 1.0, 1.0]) if left_handed else np.eye(MOTION_AXES)
    acc = (motion.acc_m_s2 @ (flip @ order).T).astype(np.float32)
    gyr = (motion.gyr_deg_s @ (np.linalg.det(flip) * flip @ order @ rates).T).astype(np.float32)
    axes = f"body's axes ({_lie(order, left_handed)} before)"
    return Found(Motion(acc, gyr, axes, sides_known=sides_known), tuple(notes))
