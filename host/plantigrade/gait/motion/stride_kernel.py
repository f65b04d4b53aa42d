"""The way of a foot from one still instant to the next. Compiled: a day holds ten thousand strides, and each
is a hundred dependent steps of three-dimensional rotation, which NumPy and SciPy do one call at a time.

Orientation is integrated from the rates of rotation, beginning where gravity shows it, and what gravity shows
at the end is reached by a correction that grows evenly in time. In the world's axes gravity is taken off and
the rest integrated twice. The velocity at the end should be zero. What it is instead arose partly evenly (an
error of the direction of gravity) and partly in impacts, which a hundred samples a second do not resolve; it
is taken off in that proportion, which is what a smoother with these two sources of noise in both directions
would do (Rauch, Tung & Striebel 1965, AIAA J 3:1445, for a random walk and a constant).
"""

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.motion.rotation_kernel import UNTURNED, matrix_in, product, put, rotation
from plantigrade.gait.motion.settings import (
    CLIPPED_DEG_S,
    CLIPPED_M_S2,
    IMPACT_REACH_S,
    LEAST_IMPACT_M_S3,
    LEAST_SPEED_M_S,
    OFFSET_M_S2,
    PIVOT_M,
    SCALE_SHARE,
    SLIP_DEG,
    STANDARD_GRAVITY,
    STEP_SHARE,
    TILT_M_S2,
    UPRIGHT_SHARE,
)
from plantigrade.gait.motion.values import Flag, Value
from plantigrade.gait.signals import Floats

_CLIPPED = int(Flag.CLIPPED)
_SLIPPED = int(Flag.SLIPPED)
_LENGTH, _LENGTH_SD, _PROGRESSION = int(Value.LENGTH), int(Value.LENGTH_SD), int(Value.PROGRESSION)
_STRIKE, _CIRCUMDUCTION = int(Value.STRIKE), int(Value.CIRCUMDUCTION)
_TURNING, _HEIGHT, _FLAGS = int(Value.TURNING), int(Value.HEIGHT), int(Value.FLAGS)
_IMPACT_S, _PITCH, _ROLL = int(Value.IMPACT_S), int(Value.PITCH), int(Value.ROLL)
_TRAVEL, _STILL_RATE, _DRIFT = int(Value.TRAVEL), int(Value.STILL_RATE), int(Value.DRIFT)


@compiled()
def turns(time_s: Floats, gyr: Floats, bias: Floats, first: int, last: int, out: Floats) -> None:
    """out[i - first] = (3, 3) rotation of the sensor from row `first` to row i, for the rows up to `last`.

    Args:
        gyr: (n, 3) degrees/s about the sensor's own axes.
        bias: (3,) what it shows at rest.
    """
    half = 0.5 * np.pi / 180.0
    turned = UNTURNED
    put(turned, out[0])
    for i in range(first, last):
        dt = half * (time_s[i + 1] - time_s[i])
        step = rotation(
            dt * (gyr[i, 0] + gyr[i + 1, 0] - 2.0 * bias[0]),
            dt * (gyr[i, 1] + gyr[i + 1, 1] - 2.0 * bias[1]),
            dt * (gyr[i, 2] + gyr[i + 1, 2] - 2.0 * bias[2]),
        )
        turned = product(turned, step)
        put(turned, out[i - first + 1])


@compiled()
def upwards(
    time_s: Floats, acc: Floats, gyr: Floats, bias: Floats, first: int, last: int, at: int, out: Floats
) -> float:
    """Direction of gravity in the sensor's axes at row `at`, averaged over the still rows first to last - 1.

    Each sample is turned back to `at` by the gyroscope, so that slow rolling in between does not blur it.

    Returns:
        Length of the mean, in m/s2.
    """
    count = last - first
    ways = np.empty((count, 3, 3))
    turns(time_s, gyr, bias, first, last - 1, ways)
    mean = np.zeros(3)
    for i in range(count):
        for k in range(3):
            for j in range(3):
                mean[k] += ways[i, k, j] * acc[first + i, j] / count
    length = np.sqrt(mean[0] ** 2 + mean[1] ** 2 + mean[2] ** 2)
    here = ways[at - first]
    for k in range(3):
        out[k] = (here[0, k] * mean[0] + here[1, k] * mean[1] + here[2, k] * mean[2]) / max(length, 1e-9)
    return length


@compiled()
def level_axes(up: Floats, out: Floats) -> None:
    """(3, 3) rotation from the sensor's axes to those of the world: z up, y where the foot points, which is
    the sensor's own y; its z where that stands upright, as in sensors that lie otherwise."""
    own = 1 if abs(up[1]) < UPRIGHT_SHARE else 2
    along = -up[own] * up
    along[own] += 1.0
    along /= max(np.sqrt(along[0] ** 2 + along[1] ** 2 + along[2] ** 2), 1e-9)
    out[2] = up
    out[1] = along
    out[0, 0] = along[1] * up[2] - along[2] * up[1]
    out[0, 1] = along[2] * up[0] - along[0] * up[2]
    out[0, 2] = along[0] * up[1] - along[1] * up[0]


@compiled()
def _ways(
    time_s: Floats,
    gyr: Floats,
    bias: Floats,
    first: int,
    last: int,
    begun: Floats,
    ended: Floats,
    out: Floats,
) -> None:
    """Orientation in the world of each row, from `begun` to what `ended` shows, (3,) gravity at either
    end."""
    count = last - first + 1
    own = np.empty((count, 3, 3))
    turns(time_s, gyr, bias, first, last, own)
    axes = np.empty((3, 3))
    level_axes(begun, axes)
    level = matrix_in(axes)
    put(product(level, matrix_in(own[count - 1])), out[count - 1])
    seen = np.zeros(3)
    for k in range(3):
        for j in range(3):
            seen[k] += out[count - 1, k, j] * ended[j]
    across = np.sqrt(seen[0] ** 2 + seen[1] ** 2)
    angle = np.arctan2(across, seen[2]) / max(across, 1e-9)
    span = time_s[last] - time_s[first]
    for i in range(count):
        share = (time_s[first + i] - time_s[first]) / span
        back = rotation(share * angle * seen[1], -share * angle * seen[0], 0.0)
        put(product(back, product(level, matrix_in(own[i]))), out[i])


@compiled()
def path(
    time_s: Floats, acc: Floats, ways: Floats, first: int, g: float, out: Floats, shares: Floats
) -> tuple[float, float]:
    """out[i] = (3,) place of each row in the world, zero velocity at both ends.

    Args:
        acc: (n, 3) of the sensor.
        ways: (m, 3, 3) orientation of rows `first` to first + m - 1.
        g: length of gravity as this sensor shows it.
        shares: (m,) filled with the share of the drift that has arisen by each row.

    Returns:
        Velocity that had to be taken off at the end, and the variance of the place at the end along each axis
        that is left (the posterior of an even drift and of impacts, given that the velocity ends at zero).
    """
    count = len(ways)
    speed = np.zeros((count, 3))
    blur = np.zeros(count)
    before, here = np.zeros(3), np.zeros(3)
    for i in range(count):
        for k in range(3):
            here[k] = -g if k == 2 else 0.0
            for j in range(3):
                here[k] += ways[i, k, j] * acc[first + i, j]
        if i > 0:
            dt = time_s[first + i] - time_s[first + i - 1]
            change = 0.0
            for k in range(3):
                speed[i, k] = speed[i - 1, k] + 0.5 * dt * (here[k] + before[k])
                change += (acc[first + i, k] - acc[first + i - 1, k]) ** 2
            blur[i] = blur[i - 1] + (STEP_SHARE * dt) ** 2 * change
        before[:] = here
    span = time_s[first + count - 1] - time_s[first]
    even = TILT_M_S2**2
    total_var = even * span * span + blur[count - 1]
    drift = speed[count - 1].copy()
    out[0] = 0.0
    shares[0] = 0.0
    place_var, both_var = even * (0.5 * span * span) ** 2, 0.5 * even * span**3
    for i in range(1, count):
        dt = time_s[first + i] - time_s[first + i - 1]
        passed = time_s[first + i] - time_s[first]
        shares[i] = (even * span * passed + blur[i]) / total_var
        for k in range(3):
            off = drift[k] * (shares[i] + shares[i - 1])
            out[i, k] = out[i - 1, k] + 0.5 * dt * (speed[i, k] + speed[i - 1, k] - off)
        grown, left = blur[i] - blur[i - 1], span - passed
        place_var += grown * left * left
        both_var += grown * left
    size = np.sqrt(drift[0] ** 2 + drift[1] ** 2 + drift[2] ** 2)
    return size, max(place_var - both_var * both_var / total_var, 0.0)


@compiled()
def offset_var(time_s: Floats, ways: Floats, shares: Floats, towards: Floats) -> float:
    """Variance of the way in the direction `towards` (2,) from zero offsets of the accelerometer, m2.

    At rest an offset looks like a tilt, and does no harm; in swing it turns with the foot, and what it is
    then more or less than at rest is integrated like motion.
    """
    count = len(ways)
    total = 0.0
    for axis in range(3):
        speed, place = np.zeros(count), 0.0
        for i in range(1, count):
            dt = time_s[i] - time_s[i - 1]
            for k in range(2):
                felt = ways[i, k, axis] + ways[i - 1, k, axis] - 2.0 * ways[0, k, axis]
                speed[i] += 0.5 * dt * felt * towards[k]
            speed[i] += speed[i - 1]
        for i in range(1, count):
            off = speed[count - 1] * (shares[i] + shares[i - 1])
            place += 0.5 * (time_s[i] - time_s[i - 1]) * (speed[i] + speed[i - 1] - off)
        size = SCALE_SHARE * STANDARD_GRAVITY if axis == 2 else OFFSET_M_S2
        total += (size * place) ** 2
    return total


@compiled()
def clipped(acc: Floats, gyr: Floats, first: int, last: int) -> bool:
    """Whether two samples in a row stand at one and the same value far from rest."""
    for i in range(first + 1, last + 1):
        for k in range(3):
            if acc[i, k] == acc[i - 1, k] and abs(acc[i, k]) > CLIPPED_M_S2:
                return True
            if gyr[i, k] == gyr[i - 1, k] and abs(gyr[i, k]) > CLIPPED_DEG_S:
                return True
    return False


@compiled()
def impact(time_s: Floats, acc: Floats, at_s: float) -> float:
    """Time of the sharpest change of acceleration around a contact, from it; NaN where nothing is sharp."""
    best, found = LEAST_IMPACT_M_S3, np.nan
    for i in range(1, len(time_s)):
        middle = 0.5 * (time_s[i] + time_s[i - 1]) - at_s
        if abs(middle) > IMPACT_REACH_S:
            continue
        change = 0.0
        for k in range(3):
            change += (acc[i, k] - acc[i - 1, k]) ** 2
        sharp = np.sqrt(change) / (time_s[i] - time_s[i - 1])
        if sharp > best:
            best, found = sharp, middle
    return found


@compiled()
def stride(
    time_s: Floats,
    acc: Floats,
    gyr: Floats,
    bias: Floats,
    still: Floats,
    contact: Floats,
    heel: Floats,
    outer: float,
    out: Floats,
) -> None:
    """What is known of the motion of one stride.

    Args:
        time_s, acc, gyr: (n,), (n, 3), (n, 3) samples from before the first still row to after the last one.
        bias: (3,) of the gyroscope.
        still: (6,) first row, row after the last, and rate, of the two still spans.
        contact: (2,) final contact and next initial contact in seconds.
        heel: (3,) from the sensor to the heel, m.
        outer: 1 for a right foot, whose outer side is at the right; -1 for a left one.
        out: (COLUMNS,) filled; its flags are added to.
    """
    a0, b0, a1, b1 = int(still[0]), int(still[1]), int(still[3]), int(still[4])
    first, last = b0 - 1, a1
    begun, ended = np.empty(3), np.empty(3)
    g = 0.5 * (
        upwards(time_s, acc, gyr, bias, a0, b0, first, begun)
        + upwards(time_s, acc, gyr, bias, a1, b1, last, ended)
    )
    count = last - first + 1
    ways, way = np.empty((count, 3, 3)), np.empty((count, 3))
    _ways(time_s, gyr, bias, first, last, begun, ended, ways)
    shares = np.empty(count)
    drift, place_var = path(time_s, acc, ways, first, g, way, shares)
    end = way[count - 1].copy()
    for k in range(3):
        for j in range(3):
            end[k] += (ways[count - 1, k, j] - ways[0, k, j]) * heel[j]
    length = np.sqrt(end[0] ** 2 + end[1] ** 2)
    span = time_s[last] - time_s[first]
    rate = np.pi / 180.0 * np.sqrt(0.5 * (still[2] ** 2 + still[5] ** 2))
    speed = max(LEAST_SPEED_M_S, PIVOT_M * rate)
    out[_LENGTH] = length
    towards = end[:2] / max(length, 1e-6)
    place_var += offset_var(time_s[first : last + 1], ways, shares, towards)
    out[_LENGTH_SD] = np.sqrt(place_var + 0.5 * (speed * span) ** 2 + (SCALE_SHARE * length) ** 2)
    out[_HEIGHT] = end[2]
    out[_DRIFT] = drift
    out[_STILL_RATE] = 180.0 / np.pi * rate
    degrees = 180.0 / np.pi
    turning = degrees * np.arctan2(-ways[count - 1, 0, 1], ways[count - 1, 1, 1])
    travel = degrees * np.arctan2(end[0], end[1])
    out[_TURNING] = turning
    out[_TRAVEL] = travel
    out[_PROGRESSION] = -outer * travel
    out[_PITCH] = degrees * np.arcsin(begun[1])
    out[_ROLL] = degrees * np.arctan2(begun[0], begun[2])
    lies = begun[0] * ended[0] + begun[1] * ended[1] + begun[2] * ended[2]
    flags = int(out[_FLAGS])
    if degrees * np.arccos(min(1.0, lies)) > SLIP_DEG:
        flags |= _SLIPPED
    if clipped(acc, gyr, first, last):
        flags |= _CLIPPED
    out[_FLAGS] = flags
    out[_IMPACT_S] = impact(time_s, acc, contact[1])
    _of_swing(time_s[first : last + 1], ways, way, contact, outer, out)


@compiled()
def _of_swing(
    time_s: Floats, ways: Floats, places: Floats, contact: Floats, outer: float, out: Floats
) -> None:
    """Angle at landing and circumduction, from the path of the sensor."""
    count = len(ways)
    end = places[count - 1]
    land = min(int(np.searchsorted(time_s, float(contact[1]))), count - 1)
    pitched = np.arcsin(max(-1.0, min(1.0, ways[land, 2, 1])))
    flat = np.arcsin(max(-1.0, min(1.0, ways[count - 1, 2, 1])))
    out[_STRIKE] = 180.0 / np.pi * (pitched - flat)
    length = max(np.sqrt(end[0] ** 2 + end[1] ** 2), 1e-6)
    aside = 0.0
    for i in range(count):
        across = (places[i, 0] * end[1] - places[i, 1] * end[0]) / length
        aside = max(aside, outer * across)
    out[_CIRCUMDUCTION] = aside
