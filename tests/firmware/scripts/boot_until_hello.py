"""Starts the firmware on the virtual chip, again after each reset, until it answers HELLO by radio; for each
line of the list that is the only argument:

    NAME FOLDER SETUP HOLD_MS    FOLDER holds the firmware as a board has it; SETUP is a function below

and prints for each: NAME, starts, virtual ms until a HELLO was answered after which the insole ran on for
HOLD_MS, `normal`, `safe` or `none`. Time is virtual: it passes in sleeps and waits alone, timers fire when
they are due, and the watchdog bites.
"""

import sys

_path, _modules, _arguments = sys.path, sys.modules, sys.argv

import turning  # noqa: E402 - first: waits of the event loop turn the time
import chip  # noqa: E402 - puts the chip's modules in place
import asyncio  # noqa: E402
import gc  # noqa: E402
import vfs  # noqa: E402
from sim.chip import alarms, bluetooth, hardware, machine, rtc, ticks  # noqa: E402

MOST_STARTS = 12
LONGEST_MS = 200000
OF_THE_FIRMWARE = ("insole", "safe_mode", "drivers", "boards", "insole_protocol")

flash = chip.Flash(16)


class Reset(BaseException):
    """The chip is reset; nothing of the firmware catches it."""


def leave(request):
    """What `machine.reset` and the like come to."""
    raise Reset(request)


class Central:
    """A host that connects to whatever advertises and says HELLO."""

    HELLO = b"\xc0\x01\x01\x01\x01"
    PATIENCE_US = 3000000

    def __init__(self, air):
        self.air = air
        self.answer = None
        self.answered_us = 0
        self._since_us = None
        self._asked = False
        self._control = None

    def step(self):
        """Do what is due; called every few milliseconds of virtual time."""
        air = self.air
        if not air.on or self.answer:
            return
        if self._since_us is None:
            if air.advertising and air.advertising[0]:
                self._control = air.handles[0][1]
                self._since_us = chip.clock.now_us
                for event in ((1, (1, 0, b"123456")), (21, (1, 247)), (28, (1, 1, 0, 1, 16))):
                    air.emit(*event)
        elif not self._asked:
            self._asked = True
            air.write_from_central(1, self._control, self.HELLO)
        else:
            self._listen()

    def _listen(self):
        for _, handle, value in self.air.sent:
            if handle == self._control and value[1:4] == b"\x81\x01\x00":
                self.answer = "safe" if value.endswith(b"+safe") else "normal"
                self.answered_us = chip.clock.now_us
        self.air.sent.clear()
        if not self.answer and chip.clock.now_us - self._since_us > self.PATIENCE_US:
            self.air.advertising = None
            self.air.emit(2, (1, 0, b"123456"))
            self._since_us = None
            self._asked = False


class Air(chip.air.Air):
    """Remembers the handles, and loses an event handler that raises, as the chip does."""

    def register(self, services):
        self.handles = super().register(services)
        return self.handles

    def failed(self, error):
        self.failures.append(error)


class Answered(BaseException):
    """HELLO was answered: the end."""


def reset_chip(folder, cause):
    """As after a reset: nothing of the firmware is loaded, nothing is set up."""
    for name in list(_modules):
        if name.split(".")[0] in OF_THE_FIRMWARE:
            del _modules[name]
    gc.collect()
    _path[:] = [folder + "/lib", "/computer" + HERE, ".frozen"]
    for slot in range(alarms.TIMERS):
        alarms.clear(slot)
    while alarms.waiting():
        alarms.take()
    machine.Timer._taken.clear()
    hardware.supply["cause"] = hardware.RESET_CAUSES[cause]
    hardware.radio = Air()
    bluetooth.BLE._instance = None
    asyncio.new_event_loop()


def start(folder, cause, hold_us):
    """One start: the request that ended it, or how HELLO was answered."""
    reset_chip(folder, cause)
    central = Central(hardware.radio)

    def look():
        central.step()
        if central.answer and chip.clock.now_us - central.answered_us >= hold_us:
            raise Answered(central.answer)
        if chip.clock.now_us > LONGEST_MS * 1000:
            raise Answered("none")

    turning.look = look
    try:
        run_scripts(folder)
    except Reset as reset:
        return reset.args[0], None, 0
    except Answered as answered:
        return "", answered.args[0], central.answered_us // 1000
    finally:
        turning.look = turning.nothing


def run_scripts(folder):
    """What the interpreter does by itself; at the prompt nothing feeds the watchdog but timers."""
    scope = {"__name__": "__main__"}
    for name in ("boot.py", "main.py"):
        with open(folder + "/" + name) as file:
            source = file.read()
        try:
            exec(compile(source, name, "exec"), scope)
        except Exception as error:
            sys.print_exception(error)
    while True:
        turning.sleep_us(1000000)


def until_hello(folder, hold_us=0):
    """(starts, virtual ms, how it answered)."""
    cause = "power"
    for starts in range(1, MOST_STARTS + 1):
        request, answer, answered_ms = start(folder, cause, hold_us)
        if answer:
            return starts, answered_ms, answer
        parts = request.split()
        cause = "hard" if parts[0] == "bootloader" else parts[1]
        if cause == "deepsleep":
            chip.clock.now_us += int(parts[2]) * 1000
    return starts, chip.clock.now_us // 1000, "none"


def power_on():
    """A chip with blank flash, on which time begins."""
    vfs.umount("/")
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/")
    for page in range(chip.log.pages):
        chip.log.ioctl(6, page)
    rtc.clear()
    chip.clock.now_us = 0


def _write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def blank(folder):
    """As from the factory."""


def _used(folder):
    """An insole that has been in use, with settings and a bond."""
    until_hello(folder)
    _write("/settings.json", b'{"version": 2, "values": {"side": 1, "boot_mode": 2}}')
    _write("/bonds.json", b'{"version": 1, "secrets": [[2, "cGVlcg==", "a2V5"]]}')


def _damaged(path):
    def setup(folder):
        _used(folder)
        content = b"\xff\x00{" * 40
        _write(path, content)

    return setup


def log(folder):
    """Every page of the log is noise."""
    _used(folder)
    state = 1
    data = chip.log.data
    for i in range(0, len(data), 7):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        data[i] = state >> 16 & 0xFF


def full(folder):
    """No byte fits into the file system any more."""
    _used(folder)
    number = 0
    size = 4096
    while size:
        try:
            _write("/filler%d" % number, bytes(size))
            number += 1
        except OSError:
            size //= 4


def no_files(folder):
    """The file system refuses every write."""
    _used(folder)
    flash.broken = True


SETUPS = {
    "blank": blank,
    "settings": _damaged("/settings.json"),
    "bonds": _damaged("/bonds.json"),
    "counters": _damaged("/numbers.json"),
    "crashes": _damaged("/crashes.json"),
    "log": log,
    "full": full,
    "refusing": no_files,
}


def bite():
    """The watchdog was not fed."""
    raise Reset("reset watchdog")


HERE = _path[0]
vfs.umount("/")
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/")
vfs.mount(vfs.VfsPosix("/"), "/computer")
ticks.sleep_us = turning.sleep_us
hardware.leave = leave
hardware.timers.arm_watchdog = lambda us: alarms.set_alarm(7, chip.clock.now_us + us, 0, bite)
with open("/computer" + _arguments[1]) as lines:
    _list = lines.read().split("\n")
for _line in _list:
    if _line:
        _name, _folder, _setup, _hold_ms = _line.split()
        power_on()
        SETUPS[_setup]("/computer" + _folder)
        chip.clock.now_us = 0
        _result = until_hello("/computer" + _folder, int(_hold_ms) * 1000)
        flash.broken = False
        print("RESULT", _name, *_result)
