"""From power-on to an insole that runs: what main.py and `startup` do with everything that can go wrong."""

import chip  # first: puts its time in place
import machine
import sys
import workbench
from insole import assembly, crash_file, starts, startup
from insole_protocol import ids
from sim.chip import rtc


class Reset(BaseException):
    """The chip is reset: nothing comes after."""


def leave(request):
    """What a reset comes to here."""
    raise Reset(request)


class Firmware:
    """In the place of the real one: `ends` is what its `run` raises."""

    ends = KeyboardInterrupt()
    made = []

    def __init__(self, board, watchdog, record, chosen):
        Firmware.made.append(board)
        self.crash = self
        self.left = False

    async def run(self):
        raise Firmware.ends

    def end(self, cause, error):
        Firmware.made.append((cause, error))
        machine.reset()

    def leave(self):
        Firmware.made.append("left")


class SafeMode:
    """In the place of safe mode: lists that it was asked for."""

    def __init__(self, ends=None):
        self.records = []
        self.ends = ends

    def run(self, watchdog, record, chosen=None, faults=None):
        self.records.append(record)
        if self.ends:
            raise self.ends


def main_with(firmware=Firmware, safe=None):
    """Run main.py's `main` with parts replaced; what it raised, or None."""
    chip.watchdogs.clear()
    Firmware.made.clear()
    hidden = sys.modules.get("safe_mode")
    sys.modules["safe_mode"] = safe or SafeMode()
    before = chip.hardware.leave
    chip.hardware.leave = leave
    complete, forget = assembly.Firmware, assembly.forget_making
    assembly.Firmware, assembly.forget_making = firmware, lambda: None
    scope = {"__name__": "main"}
    try:
        with open([one for one in sys.path if one.endswith("/firmware")][0] + "/main.py") as file:
            exec(compile(file.read(), "main.py", "exec"), scope)
        assert len(chip.watchdogs) == 1, "before anything else"
        scope["main"]()
    except BaseException as error:
        return error
    finally:
        chip.hardware.leave = before
        assembly.Firmware, assembly.forget_making = complete, forget
        if hidden is None:
            del sys.modules["safe_mode"]
        else:
            sys.modules["safe_mode"] = hidden
    return None


def power_on():
    workbench.clear_flash()
    rtc.clear()


def test_ctrl_c_leads_to_the_prompt_and_a_timer_feeds_the_watchdog_from_then_on():
    power_on()
    Firmware.ends = KeyboardInterrupt()
    assert isinstance(main_with(), KeyboardInterrupt)
    assert Firmware.made == [chip.board, "left"]
    timer = chip.timers[1]
    assert (timer.mode, timer.period) == (machine.Timer.PERIODIC, 1000)
    (dog,) = chip.watchdogs
    assert dog.timeout == 8000
    fed = dog.fed
    timer.fire()
    timer.fire()
    assert dog.fed == fed + 2
    assert starts.load().failed == 0, "an engineer is no failure"


def test_the_feeding_of_a_soft_reset_ends_when_the_firmware_takes_over():
    power_on()
    fed = []
    machine.Timer(1).init(mode=machine.Timer.PERIODIC, period=1000, callback=fed.append)
    Firmware.ends = ValueError("x")
    assert isinstance(main_with(), Reset)
    assert chip.timers[1].callback is None, "a firmware that hangs is not fed any more"
    chip.timers[1].fire()
    assert fed == []


def test_an_exception_of_the_main_loop_is_noted_in_order():
    power_on()
    Firmware.ends = ValueError("of the loop")
    assert isinstance(main_with(), Reset)
    assert Firmware.made == [chip.board, (ids.CRASH_EXCEPTION, Firmware.ends)]


def test_an_exception_while_starting_is_noted_and_leads_to_a_reset():
    power_on()

    def broken(*_):
        raise MemoryError("while it was made")

    assert isinstance(main_with(broken), Reset)
    found = crash_file.pending(starts.load())
    assert found["cause"] == ids.CRASH_START and "while it was made" in found["text"]


def test_three_starts_that_fail_lead_to_safe_mode():
    power_on()

    def broken(*_):
        raise ValueError("always")

    safe = SafeMode(KeyboardInterrupt())
    for _ in range(3):
        assert isinstance(main_with(broken, safe), Reset) and safe.records == []
    assert isinstance(main_with(broken, safe), KeyboardInterrupt)
    (record,) = safe.records
    assert record.failed == 0, "ended by an engineer"
    assert len(crash_file.read()) == 2, "of the third the record waits for a start that can store it"


def test_a_safe_mode_that_dies_is_noted_and_normal_mode_gets_another_try():
    power_on()
    for _ in range(3):
        starts.begin()
    assert isinstance(main_with(safe=SafeMode(ValueError("even that"))), Reset)
    assert crash_file.pending(starts.load())["cause"] == ids.CRASH_SAFE_MODE
    Firmware.ends = KeyboardInterrupt()
    assert isinstance(main_with(), KeyboardInterrupt) and Firmware.made[0] is chip.board


def test_without_startup_safe_mode_is_tried():
    power_on()
    safe = SafeMode(KeyboardInterrupt())
    hidden = startup.start
    startup.start = None
    try:
        assert isinstance(main_with(safe=safe), KeyboardInterrupt)
    finally:
        startup.start = hidden
    assert safe.records == [None]
    assert chip.timers[1].callback is not None, "fed at the prompt"


def test_where_nothing_loads_an_engineer_has_ten_seconds_before_the_reset():
    power_on()
    hidden = startup.start
    startup.start = None
    begun_us = chip.clock.now_us
    try:
        assert isinstance(main_with(safe=SafeMode(ValueError("no"))), Reset)
    finally:
        startup.start = hidden
    assert chip.clock.now_us - begun_us == 10000000 and chip.watchdogs[0].fed == 100
