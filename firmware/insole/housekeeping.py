"""The slow rounds: the log's flush each second, the standard services, the battery, what is advertised."""

import asyncio

from insole import files
from insole_protocol import ids

ROUND_MS = 1000
BATTERY_ROUNDS = 10


class Housekeeping:
    """Runs every second; each round is short, so that the sampler's ring is drained in time."""

    def __init__(self, insole, radio, bonds):
        self._insole = insole
        self._radio = radio
        self._bonds = bonds
        self.rounds = 0  # gone through; the watchdog looks at it
        self._shown = None
        self._flushed_errors = 0
        self._restarting = False

    async def run(self):
        """Never ends."""
        while True:
            await asyncio.sleep_ms(ROUND_MS)
            self.round()

    def round(self):
        """One round."""
        insole = self._insole
        self.rounds += 1
        insole.clock.now_us()
        self._flush()
        insole.faults.note(ids.FAULT_RADIO, self._radio.check())
        if self._radio.connections():
            self._radio.services.show_cadence(insole.gait.cadence)
        if self.rounds % BATTERY_ROUNDS == 0:
            insole.blocks.status = insole.blocks.status & ~_BATTERY_FLAGS | insole.power.watch()
        self._look_after_motion()
        connected = self._radio.connections() > 0 or insole.usb.session.version > 0
        insole.modes.pass_second(connected)
        self.announce()
        insole.pass_second()
        if insole.trial is None:
            insole.off_foot.check(connected)
        self._spare_timer(connected)

    def _look_after_motion(self):
        """Missing motion and a broken sensor are faults; one that is silent is set up anew now and then."""
        imu = self._insole.imu
        if imu is not None:
            self._insole.faults.note(ids.FAULT_IMU, imu.failing or imu.broken)
            imu.restore()

    def _spare_timer(self, connected):
        """Restart before the sampling timer has been set too often, while nobody walks and nobody listens."""
        insole = self._insole
        resting = insole.gait.wear not in (ids.WEAR_WALKING, ids.WEAR_STANDING)
        if insole.sampler.worn_out() and resting and not connected and not self._restarting:
            self._restarting = True
            insole.boots.timer_restarts = min(0xFFFF, insole.boots.timer_restarts + 1)
            insole.power.reboot_soon(False)

    def save_counters(self):
        """Write down what numbers are used, while nothing is sampled yet: it may take as long as an erase."""
        try:
            self._insole.counters.save(self._insole.recorder)
        except OSError:
            self._insole.faults.storage_errors += 1

    def _flush(self):
        faults = self._insole.faults
        recorder = self._insole.recorder
        try:
            recorder.flush()
            self._insole.counters.save(recorder)
        except OSError:
            faults.storage_errors += 1
        self._insole.keep_bonds()  # whatever became of the log
        if not self._insole.sampler.running:
            files.settle()
        errors = recorder.storage_errors + faults.storage_errors
        faults.note(ids.FAULT_CARD, recorder.degraded)
        faults.note(ids.FAULT_LOG, errors != self._flushed_errors or recorder.full)
        self._flushed_errors = errors
        fault = faults.flags & ids.FAULT_SENSOR
        self._insole.blocks.status = self._insole.blocks.status & ~ids.STATUS_SENSOR_FAULT | (
            ids.STATUS_SENSOR_FAULT if fault else 0
        )

    def announce(self):
        """Advertise the present state, if it is not what is advertised already."""
        insole = self._insole
        modes = insole.modes
        bits = modes.advertised_bits(insole.battery.charging, insole.faults.flags, self._bonds.peers() > 0)
        state = (modes.advertising_ms(), modes.side(), bits, insole.battery.percent)
        if state != self._shown:
            self._shown = state
            self._radio.show(*state)
            self._radio.services.show_battery(insole.battery.percent)
            insole.indicator.apply(modes)


_BATTERY_FLAGS = ids.STATUS_CHARGING | ids.STATUS_BATTERY_LOW
