# ruff: noqa: UP031 - MicroPython has no repr in f-strings
"""The power is lost at every write and every erase of a device: left out (clean) or half done (torn).

What a test asks, on either interpreter:

    power_cut(devices, action, check)   `action` runs once; then, for each cut, the devices are set to what
                                        it would have left, and `check(cut)` boots from them
    watch_cuts(devices, action, look)   `look(cut, copies)` at once, for actions too long to keep
    lose_power(device, after, part)     one cut, in the middle of what a test does

A case of the firmware asks `workbench.power_cut(action, check)`, which cuts both flashes of an insole.
"""

import io
import sys


class PowerCut(Exception):
    """The device lost power in the middle of an operation, or has none since."""


class Cut:
    """Where the power was lost.

    Attributes:
        number: of the operation, from 1.
        kind, page: "write" or "erase" of which page; "none" when the action came to its end.
        part: how much of it was done, of 256; 0 is a clean cut.
        finished: whether the action had returned.
        promised: what `promise()` said just before the operation.
    """

    def __init__(self, number, kind, page, part, promised=None):
        self.number = number
        self.kind = kind
        self.page = page
        self.part = part
        self.finished = kind == "none"
        self.promised = promised

    def __str__(self):
        if self.finished:
            return "after the last of %d operations" % self.number
        return "%s %d of page %d, %d of 256 done" % (self.kind, self.number, self.page, self.part)


class Cuts:
    """What all cuts of an action came to.

    Attributes:
        operations: writes and erases that the action made.
        points: cuts that were tried.
        failures: (where, traceback) of each that did not pass.
    """

    def __init__(self):
        self.operations = self.points = 0
        self.failures = []

    def judge(self, cut, check, *arguments):
        """Try one cut."""
        self.points += 1
        try:
            check(*arguments)
        except Exception as error:  # noqa: BLE001 - any failure at all is what this looks for
            self.failures.append((str(cut), _traceback(error)))

    def passed(self):
        """Itself. AssertionError when a cut failed, or when there was none to try."""
        assert self.operations, "the action wrote nothing"
        if self.failures:
            text = "%d of %d cuts failed" % (len(self.failures), self.points)
            raise AssertionError("\n".join([text] + ["%s\n%s" % failure for failure in self.failures[:3]]))
        return self


def _traceback(error):
    """The traceback as text."""
    if hasattr(sys, "print_exception"):
        text = io.StringIO()
        sys.print_exception(error, text)
        return text.getvalue()
    import traceback

    return "".join(traceback.format_exception(error))


def parts_of(number):
    """A clean cut, and one torn at another place for each operation."""
    return 0, 1 + (number * 37 + 101) % 255


def watch_cuts(devices, action, look):
    """Run `action`; just before each operation call `look(cut, copies)` with copies of all devices, as each
    kind of cut would leave them. Returns Cuts."""
    cuts = Cuts()

    def hook(device, kind, page, offset, data):
        cuts.operations += 1
        for part in parts_of(cuts.operations):
            copies = [one.copy() for one in devices]
            if part:
                copies[devices.index(device)].tear(kind, page, offset, data, part)
            cut = Cut(cuts.operations, kind, page, part)
            cuts.judge(cut, look, cut, copies)

    _hooked(devices, action, hook)
    return cuts


def power_cut(devices, action, check, restart=lambda: None, promise=lambda: None):
    """Run `action`, then for each cut set the devices to what it would leave, `restart()` and `check(cut)`;
    at last the same for the action as it ended. Returns Cuts; `Cuts.passed` raises what failed."""
    state = [device.copy() for device in devices]  # first: what follows leaves no such piece of the heap
    operations = []

    def hook(device, kind, page, offset, data):
        operations.append((device, kind, page, offset, None if data is None else bytes(data), promise()))

    _hooked(devices, action, hook)
    at_end = promise()
    cuts = Cuts()
    cuts.operations = len(operations)

    def left():
        for i in range(len(devices)):
            devices[i].data[:] = state[i].data

    def restarted(cut):
        restart()
        check(cut)

    number = 0
    for device, kind, page, offset, data, promised in operations:
        number += 1
        for part in parts_of(number):
            left()
            if part:
                device.tear(kind, page, offset, data, part)
            cut = Cut(number, kind, page, part, promised)
            cuts.judge(cut, restarted, cut)
        state[devices.index(device)].do(kind, page, offset, data)
    left()
    cut = Cut(number, "none", 0, 0, at_end)
    cuts.judge(cut, restarted, cut)
    return cuts


def lose_power(device, after, part):
    """From its operation number `after` (from 0) on, of which `part` of 256 is still done, the device raises
    PowerCut; until `device.hook` is None again."""
    left = [after]

    def hook(device, kind, page, offset, data):
        if left[0] == 0 and part:
            device.tear(kind, page, offset, data, part)
        left[0] -= 1
        if left[0] < 0:
            raise PowerCut

    device.hook = hook


def _hooked(devices, action, hook):
    for device in devices:
        device.hook = hook
    try:
        action()
    finally:
        for device in devices:
            device.hook = None
