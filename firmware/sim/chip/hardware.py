"""What is wired to the chip: the table in which the twin, the soak and the tests differ.

Each of these is an object or a module with the functions named here; all times are in microseconds.

| name | functions |
|---|---|
| clock | `device_us()` of the board's crystal, never wrapping; `sleep_us(us)` |
| timers | `set_timer(slot, first_us, period_us, handler)` (period 0: once), `clear_timer(slot)` |
| | `arm_watchdog(timeout_us)`, `mask(on)`, `hold(us)`, `spend(us)` (see below) |
| sensors | `reading(layout_index)`: what the 16-bit converter reads behind the multiplexer |
| radio | see `sim.chip.bluetooth` |
| usb | `connected`, `waiting()`, `room()`, `take(data)`, `give(buffer)`: the other end of the port |
"""

from boards import current

RESET_CAUSES = {"power": 1, "hard": 2, "watchdog": 3, "deepsleep": 4, "soft": 5}


class PartitionEntry:
    """A row of the partition table, types and flags as ESP-IDF numbers them, and the device behind it."""

    def __init__(self, label, device, type=1, subtype=0x40, address=0x200000, flags=0):
        self.label = label
        self.device = device
        self.type = type
        self.subtype = subtype
        self.address = address
        self.size = device.ioctl(4, 0) * device.ioctl(5, 0)
        self.flags = flags


board = current()
clock = None
timers = None
sensors = None
radio = None
usb = None
wakers = {}  # number of a pin -> level that ends a deep sleep
running = ""  # label of the partition whose app runs
partitions = []  # a `PartitionEntry` for each row of the partition table, in its order
i2c_devices = {}  # address -> device with read_into(register, buffer) and write(register, data)
spi_devices = {}  # number of the select pin -> device with transfer(data, fill, into, count), clocks(count)
supply = {
    "rest": board.AMPLIFIER_REST_MV * 65535 // board.ADC_FULL_SCALE_MV,  # read when no sensor is connected
    "battery_mv": 3900,
    "charge_rate": 0,  # into the cell, thousandths of a percent an hour; below 0 out of it
    "i2c_stuck": 0,  # see `sim.chip.machine.I2C`
    "imu_broken": 0,  # 1 to 6: this channel of the motion sensor gives 0 whatever happens
    "frequency": 240000000,
    "cause": 1,  # of the last reset, as `machine.reset_cause` says
    "unique_id": b"\x24\x6f\x28\x7a\x3f\x01",
}


def leave(request):
    """End this run of the chip: `reset hard`, `reset soft`, `reset deepsleep MS` or `bootloader`."""
    raise SystemExit


def sleep(wait_us):
    """Let the chip rest while interrupts are served (`lightsleep`, `idle`)."""
    clock.sleep_us(wait_us)


busy_with = None  # the cause of the last `hold` or `spend`
# by cause: [how often, microseconds] that went by in `hold` and `spend`
held = {"flash": [0, 0], "flash_erase": [0, 0], "flash_program": [0, 0], "busy": [0, 0]}


def hold(us, cause="flash"):
    """Let time pass while nothing outside IRAM runs: no timer, no callback, no radio host. For flash work."""
    _count(us, cause)
    timers.hold(us)


def spend(us, cause="busy"):
    """Let time pass in which the main thread is busy: interrupts are noted, callbacks come afterwards."""
    _count(us, cause)
    timers.spend(us)


def _count(us, cause):
    global busy_with
    busy_with = cause
    entry = held.get(cause)
    if entry is None:
        entry = held[cause] = [0, 0]
    entry[0] += 1
    entry[1] += us


def led_changed(lit):
    """The LED lights up or goes dark."""


def interrupted_by(char):
    """This byte from USB interrupts scripts from now on; -1: none does."""


def note(kind, *values):
    """The firmware has set something up: pin, adc, i2c, watchdog or wake. Nobody listens but the tests."""
