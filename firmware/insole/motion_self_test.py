"""The motion sensor's self-test: forces of a known size on its masses must show, and no others (LSM6DSO data
sheet DS12140, CTRL5_C and the limits of its tables 2 and 3; procedure of ST's AN5192).

| register | address | value | meaning |
|---|---|---|---|
| CTRL5_C | 0x14 | 0, 1, 4 | self-test off, of the accelerometer, of the gyroscope, positive sign |
| CTRL1_XL, CTRL2_G | 0x10, 0x11 | 0x58, 0x5C | 208 Hz; 4 g and 2000 degrees/s, for which the limits hold |
| STATUS_REG | 0x1E | bits 0, 1 | a new acceleration, a new rate |
| OUTX_L_G | 0x22 | 12 bytes | rate x y z, acceleration x y z |

Loaded for one test, which takes half a second; slots go by meanwhile, without motion.
"""

from time import sleep_ms

STATUS = 0x1E
OUTPUTS = 0x22
BOTH_NEW = 3
AXES = 3
SET_UP = b"\x14\x00\x12\x44\x10\x58\x11\x5c"
PHASES = b"\x14\x00", b"\x14\x01", b"\x14\x04", b"\x14\x00"
SETTLE_MS = 100
SAMPLES = 5
TRIES = 25  # a millisecond apart: five samples at 208 Hz
UG_A_COUNT = 122
MDPS_A_COUNT = 70
LIMITS = ("accelerometer", "mg", 50, 1700), ("gyroscope", "degrees/s", 150, 700)
STILL = 40, 5  # mg and degrees/s, between the first phase and the last: a foot that stands sways by less
EVEN = 60, 10  # within the samples of a phase: thirty times the noise, and a swing is more

SILENT = "motion sensor measures nothing"
MOVED = "motion sensor not tested: hold the insole still"


def run(imu, between):
    """Test the sensor; it measures for the slots again afterwards. `between()` is called each 0.13 s.

    Returns:
        What is wrong, as a text that names each axis with its figure and its limits, "" for nothing; and
        whether the sensor is broken: one that moved is not tested.
    """
    imu.pause()
    try:
        imu.write_all(SET_UP)
        means = []
        for phase in PHASES:
            imu.write_all(phase)
            sleep_ms(SETTLE_MS)
            means.append(_mean(imu))
            between()
    except OSError:
        return SILENT, True
    finally:
        imu.restore()
    return (MOVED, False) if None in means else outcome_of(*means)


def _mean(imu):
    """Acceleration x y z in mg, rate x y z in degrees/s: the mean of some samples after one that is passed
    over; None where they differ.

    Raises:
        OSError: it does not answer, or measures nothing new.
    """
    samples = []
    for _ in range(SAMPLES + 1):
        for _ in range(TRIES):
            if imu.read(STATUS, 1)[0] & BOTH_NEW == BOTH_NEW:
                break
            sleep_ms(1)
        else:
            raise OSError(5)
        samples.append(_in_units(imu.read(OUTPUTS, 4 * AXES)))
    means = []
    for i in range(2 * AXES):
        values = [one[i] for one in samples[1:]]
        if max(values) - min(values) > EVEN[i // AXES]:
            return None
        means.append(sum(values) // SAMPLES)
    return means


def _in_units(raw):
    """Acceleration in mg and rate in degrees/s of the 12 output registers."""
    found = []
    for i in (3, 4, 5, 0, 1, 2):
        value = raw[2 * i] | raw[2 * i + 1] << 8
        if value & 0x8000:
            value -= 0x10000
        found.append(value * (MDPS_A_COUNT if i < AXES else UG_A_COUNT) // 1000)
    return found


def outcome_of(before, accelerometer, gyroscope, after):
    """What means of the four phases come to: as `run` returns it."""
    problems = []
    for i in range(2 * AXES):
        sensor = i // AXES
        if abs(after[i] - before[i]) > STILL[sensor]:
            return MOVED, False
        name, unit, least, most = LIMITS[sensor]
        change = abs((gyroscope if sensor else accelerometer)[i] - before[i])
        if not least <= change <= most:
            problems.append("%s %s %d %s (%d to %d)" % (name, "xyz"[i % AXES], change, unit, least, most))
    return ", ".join(problems), bool(problems)
