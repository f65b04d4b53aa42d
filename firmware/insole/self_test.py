"""Finds broken parts: amplifier and converter, each channel, IMU, gauge, charger, log. Sampling goes on
meanwhile."""

import micropython
from array import array
from time import sleep_ms, sleep_us, ticks_diff, ticks_ms

from drivers.battery import CHARGER_FAULT
from insole import forget
from insole_protocol import ids

REFERENCE_TOLERANCE = 80  # counts between amplifier at rest and its design level
OPEN_BELOW = 80  # counts below rest that no working channel shows
STUCK_AT = 4090
PASSED_MS = 60000  # for so long a motion sensor that has passed is not tested again: bench loads ask often
SCHEDULE_TRIES = 50  # a millisecond apart: the interpreter's queue holds eight callbacks


class Result:
    """Attributes: `faults` (`ids.FAULT_*`), `levels` (16 counts in layout order), `text`."""

    def __init__(self, faults, levels, text):
        self.faults = faults
        self.levels = levels
        self.text = text


class SelfTest:
    """Runs on command and once at start."""

    def __init__(self, board, force_array, imu, recorder, faults, battery=None, bus=None):
        self._battery = battery
        self._bus = bus
        self._array = force_array
        self._imu = imu
        self._recorder = recorder
        self._faults = faults
        self._rest = board.AMPLIFIER_REST_MV * 4095 // board.ADC_FULL_SCALE_MV
        self._levels = array("H", bytes(32))
        self._reference = 0
        self._probed = False

    def run(self, between=None):
        """Test everything; the faults found replace those of before. Takes a few milliseconds.

        With `between` the motion sensor does its own self-test, too, for which it has to lie still. That
        takes half a second, during which `between()` is called so often that the sampler's ring has room.
        """
        problems = []
        # A scheduled callback cannot be interrupted by the sampler's: both use the multiplexer.
        self._probed = False
        if self._schedule_probe():
            while not self._probed:
                sleep_us(100)
            sensor = self._sensor_problems(problems)
        else:
            sensor = False
            problems.append("sensors busy: test again")
        imu = self._imu_problem()
        broken = bool(imu)
        if between and self._imu is not None and not imu:
            imu, broken = self._motion_problem(between)
        if imu:
            problems.append(imu)
        self._test_battery(problems)
        log = self._log_problem()
        if log:
            problems.append(log)
        self._faults.note(ids.FAULT_SENSOR, sensor)
        self._faults.note(ids.FAULT_IMU, broken)
        self._faults.note(ids.FAULT_LOG, bool(log))
        return Result(self._faults.flags, tuple(self._levels), ", ".join(problems) or ids.SELF_TEST_GOOD)

    def _schedule_probe(self):
        """Have `_probe` called; False when the interpreter's queue stays full."""
        for _ in range(SCHEDULE_TRIES):
            try:
                micropython.schedule(self._probe, None)
            except RuntimeError:
                sleep_ms(1)
            else:
                return True
        return False

    def _imu_problem(self):
        if self._bus is not None and self._bus.hung:
            return "sensor bus hangs"
        if self._imu is not None and not self._imu.answers():
            return "IMU silent"
        return ""

    def _motion_problem(self, between):
        imu = self._imu
        if imu.passed_ms is not None and ticks_diff(ticks_ms(), imu.passed_ms) < PASSED_MS:
            return "", False
        from insole import motion_self_test

        problem, imu.broken = motion_self_test.run(imu, between)
        imu.passed_ms = None if problem else ticks_ms()
        forget("motion_self_test")
        return problem, imu.broken

    def _test_battery(self, problems):
        battery = self._battery
        if battery is None or battery.gauge is None:
            return
        silent = battery.percent <= 100 and not battery.gauge.answers()
        if silent:
            problems.append("fuel gauge silent")
        if battery.charger == CHARGER_FAULT:
            problems.append("charger charges in vain")
        self._faults.note(ids.FAULT_GAUGE, silent)

    def _probe(self, _):
        self._reference = self._array.reference()
        self._array.scan(self._levels, 0)
        self._probed = True

    def _sensor_problems(self, problems):
        if abs(self._reference - self._rest) > REFERENCE_TOLERANCE:
            problems.append("reference %d, not %d" % (self._reference, self._rest))
            return True
        found = False
        for index, level in enumerate(self._levels):
            if level < self._rest - OPEN_BELOW:
                problems.append("channel %d low" % index)
                found = True
            elif level >= STUCK_AT:
                problems.append("channel %d at full scale" % index)
                found = True
        return found

    def _log_problem(self):
        try:
            stored = self._recorder.flush()
        except OSError as error:
            return "log error %s" % error.errno
        if not stored:
            return "log refuses" if self._recorder.capacity_pages else "no log"
        return ""
