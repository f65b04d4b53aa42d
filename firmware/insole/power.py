"""Processor clock by mode, the battery's limits, and the orderly ways out: reboot and deep sleep."""

import asyncio

import esp32
import machine
from machine import Pin

from drivers.battery import CHARGER_FAULT
from insole_protocol import ids

LOW_PERCENT = 15
EMPTY_MV = 3250  # below it the cell would be harmed: sleep until someone charges it
EMPTY_CHECKS = 3
EMPTY_WAKE_MS = 10 * 60 * 1000  # look again whether the charger is there
REBOOT_DELAY_MS = 300  # for the reply to get out

# Bluetooth needs 80 MHz; a scan of the sensors takes about half a slot at 160 MHz (estimate).
CLOCK_HZ = {ids.MODE_IDLE: 80000000, ids.MODE_DAILY: 160000000, ids.MODE_LIVE: 160000000}


class Power:
    """Owns how fast the chip runs and when it stops.

    `before_stop` is called before every reboot or sleep: it flushes the log and closes it in order.

    Attributes:
        motion_wakes: whether this board and chip can be woken by the accelerometer's pin.
    """

    def __init__(self, board, battery, faults, imu=None):
        self.before_stop = None
        self.motion_wakes = board.IMU_INTERRUPT_PIN is not None and hasattr(esp32, "wake_on_ext1")
        self._imu = imu
        self._board = board
        self._battery = battery
        self._faults = faults
        self._empty = 0

    def apply(self, mode):
        """Run as fast as the mode needs."""
        machine.freq(CLOCK_HZ[mode])

    def watch(self):
        """Measure the battery, once every few seconds. Returns the record's status flags about it."""
        battery = self._battery
        battery.measure()
        present = battery.percent <= 100
        low = present and battery.percent < LOW_PERCENT
        self._faults.note(ids.FAULT_BATTERY, present and battery.millivolts < EMPTY_MV)
        self._faults.note(ids.FAULT_CHARGER, battery.charger == CHARGER_FAULT)
        if present and battery.millivolts < EMPTY_MV and not battery.charging:
            self._empty += 1
            if self._empty >= EMPTY_CHECKS:
                self.sleep(EMPTY_WAKE_MS)
        else:
            self._empty = 0
        return (ids.STATUS_CHARGING if battery.charging else 0) | (ids.STATUS_BATTERY_LOW if low else 0)

    @property
    def i2c_errors(self):
        """Measurements of the gauge that the bus refused since boot."""
        return self._battery.gauge.errors if self._battery.gauge else 0

    def sleep(self, wake_ms):
        """Deep sleep until the button is pressed or the time is over; starts like a power-on."""
        self.before_stop()
        if self._imu is not None:
            self._imu.rest()
        self._wake_by_button()
        machine.deepsleep(wake_ms)

    def sleep_until_moved(self, imu):
        """Deep sleep until the insole is moved or the button is pressed; stays awake when nothing would wake
        it."""
        try:
            imu.wake_on_motion()
        except OSError:
            imu.restore()
            return
        self.before_stop()
        moved = Pin(self._board.IMU_INTERRUPT_PIN, Pin.IN)
        esp32.wake_on_ext1(pins=(moved,), level=esp32.WAKEUP_ANY_HIGH)
        self._wake_by_button()
        machine.deepsleep()

    def _wake_by_button(self):
        if hasattr(esp32, "wake_on_ext0"):  # the C3 cannot wake by a pin from deep sleep
            button = Pin(self._board.BUTTON_PIN, Pin.IN, Pin.PULL_UP)
            esp32.wake_on_ext0(pin=button, level=esp32.WAKEUP_ALL_LOW)

    def reboot_soon(self, boot_loader):
        """Reboot as soon as the reply to the command had time to leave."""
        asyncio.create_task(self._reboot(boot_loader))

    async def _reboot(self, boot_loader):
        await asyncio.sleep_ms(REBOOT_DELAY_MS)
        self.before_stop()
        if boot_loader:
            machine.RTC().memory(b"")  # whoever flashes it ends that by the watchdog: no fault of ours
            machine.bootloader()
        machine.reset()
