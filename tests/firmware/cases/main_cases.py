"""The insole as it is wired in main.py: parts, boot faults, tasks that run by themselves, crashes."""

import chip  # first: puts its time in place
import esp32
import gc
import machine
import workbench
from boards import esp32s3_r1 as board
from workbench import BOARD_WITHOUT_CARD, Central, Workbench

from insole.crash_file import pending
from insole.recorder import storage
from insole.recorder.absent import AbsentLog
from insole.settings import Settings
from insole_protocol import ids
from insole_protocol.settings import find
from log_kit.devices import RamFlash


class Printed:
    """Takes the place of `print` in a module."""

    def __init__(self):
        self.lines = []

    def __call__(self, *parts):
        self.lines.append(parts)


def refused_log(partition):
    """What `open_log` makes of a log partition that is not to be used, and what it prints."""
    find_partition = esp32.Partition.find
    printed = Printed()
    counters = Workbench().insole.counters
    storage.print = printed
    esp32.Partition.find = staticmethod(lambda kind, label=None: partition(kind, label))
    try:
        return storage.open_log(BOARD_WITHOUT_CARD, True, counters), printed.lines
    finally:
        esp32.Partition.find = find_partition
        del storage.print


def test_parts_are_wired_as_the_board_says():
    bench = Workbench()
    insole = bench.insole
    assert set(chip.buses) == {(0, board.I2C_SCL_PIN, board.I2C_SDA_PIN, 400000)}
    assert (board.I2C_SCL_PIN, board.I2C_SDA_PIN) == (48, 47)
    assert insole.sampler.period_us == 10000
    assert insole.sampler.motion is None
    # 250 mV of 3100 mV full scale: 250 * 4095 / 3100 = 330.2 counts without load
    assert list(insole.blocks._governor.rest) == [330] * 16
    assert insole.blocks._encoder.max_frames == 64 and not insole.blocks._encoder.imu
    assert insole.faults.flags == 0
    assert len(insole.live._data) == 4096, "some seconds of live records"
    assert "insole.recorder.boot" not in workbench.sys.modules, "its code leaves its room to the rest"
    assert len(bench.radio.links) == 2
    assert [session.transport for session in bench.firmware.tx_scheduler._sessions] == bench.radio.links + [
        bench.firmware.usb
    ]
    assert bench.firmware.watchdog._wdt.timeout == 8000


def test_with_an_imu_records_carry_motion():
    chip.registers[0x0F] = 0x6C
    try:
        insole = Workbench().insole
        assert insole.blocks._encoder.max_frames == 56 and insole.blocks._encoder.imu
        assert len(insole.sampler.motion) == 6 * 128
    finally:
        chip.registers[0x0F] = 0


def test_what_happens_to_a_full_log_is_the_setting_from_the_first_slot_on():
    assert Workbench().insole.recorder.keep_oldest
    Settings().store(find(5), 1)
    assert not Workbench(fresh=False).insole.recorder.keep_oldest


def test_faults_of_the_boot_are_told_from_the_start():
    bench = Workbench()
    with open("/settings.json", "w") as file:
        file.write("{")
    assert Workbench(fresh=False).insole.faults.flags == ids.FAULT_SETTINGS
    Settings().store(find(8), 1)
    assert Workbench(fresh=False).insole.faults.flags == 0
    for cause in (machine.WDT_RESET, machine.HARD_RESET, machine.SOFT_RESET, machine.DEEPSLEEP_RESET):
        chip.supply["cause"] = cause
        try:
            expected = ids.FAULT_WATCHDOG if cause == machine.WDT_RESET else 0
            assert Workbench(fresh=False).insole.faults.flags == expected, cause
        finally:
            chip.supply["cause"] = machine.PWRON_RESET
    assert bench.insole.faults.flags == 0


def test_a_log_partition_that_is_not_there_or_of_no_use_is_no_reason_to_stop():
    class Refusing(RamFlash):
        def ioctl(self, op, arg):
            raise OSError(19)

    asked = []

    def missing(kind, label):
        asked.append((kind, label))
        return []

    log, lines = refused_log(missing)
    assert isinstance(log, AbsentLog)
    assert asked == [(esp32.Partition.TYPE_DATA, "log")]
    assert lines[0][0] == "no log in flash:" and isinstance(lines[0][1], IndexError)
    log, lines = refused_log(lambda kind, label: [RamFlash(3)])
    assert isinstance(log, AbsentLog) and "need at least 4" in str(lines[0][1])
    log, lines = refused_log(lambda kind, label: [Refusing(8)])
    assert isinstance(log, AbsentLog) and lines[0][1].errno == 19
    log, lines = refused_log(lambda kind, label: [RamFlash(8)])
    assert not isinstance(log, AbsentLog) and lines == [] and log.keep_oldest


def test_everything_runs_by_itself():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.insole.settings.store(find(2), ids.MODE_LIVE)
    host.ask(ids.OP_STREAM, 1)
    fed = bench.firmware.watchdog._wdt.fed
    assert bench.insole.garbage_collector.free == 0
    bench.air.advertising = None
    bench.live(3)
    assert bench.insole.modes.mode == ids.MODE_LIVE, "the boot mode was applied"
    assert bench.firmware.watchdog._wdt.fed - fed in (3, 4), "once a second"
    frames = sum(block.header.frames for block in host.records())
    assert frames >= 295, "blocks were made, and the TX scheduler sent them"
    assert bench.insole.garbage_collector.free > 0, "garbage was collected once everything was made"
    assert bench.insole.sampler.lost == 0
    assert bench.air.advertising is not None, "one more host may come"
    assert bench.firmware.housekeeping.rounds in (2, 3)
    assert pending(bench.insole.boots) is None and chip.events == [], pending(bench.insole.boots)
    assert bench.insole.blocks.slots_recorded >= 295


def test_sensors_are_tested_before_anything_runs():
    bench = Workbench()
    chip.sensors[4] = 4095
    bench.live(0.05)
    assert bench.insole.faults.flags == ids.FAULT_SENSOR


def test_a_task_that_dies_is_noted_and_the_insole_starts_anew():
    for part in ("tx_scheduler", "housekeeping", "usb", "radio"):
        bench = Workbench()
        turns = [0]

        def die(*_):
            turns[0] += 1
            raise ValueError("the end of " + part)

        name = {"tx_scheduler": "round", "housekeeping": "round", "usb": "receive", "radio": "serve"}[part]
        setattr(getattr(bench.firmware, part), name, die)
        dies_after_s = 1 if part == "housekeeping" else 0
        bench.live(dies_after_s + 1.2)
        assert turns[0] == 1, part
        report = pending(bench.insole.boots)
        assert "ValueError: the end of " + part in report["text"], report
        assert report["cause"] == ids.CRASH_TASK and report["uptime_s"] <= 3
        assert chip.events[0] == "reset", part


def test_a_blocks_task_that_dies_is_reported_too():
    bench = Workbench()

    def die():
        raise ValueError("no more records")

    bench.insole.garbage_collector.after_sample = die
    bench.live(1)
    assert "no more records" in pending(bench.insole.boots)["text"]
    assert chip.events == ["reset"]


def test_the_firmware_leaves_in_order():
    bench = Workbench()
    bench.slots(123)
    firmware = bench.firmware
    firmware.leave()
    assert not bench.insole.sampler.running
    assert bench.air.on is False and bench.air.handler is None
    end = bench.insole.recorder.next_seq
    assert end == 123
    assert Workbench(fresh=False).insole.recorder.next_seq == end, "the log was closed"


def boot(cause):
    """Run boot.py after a reset for this cause; the threshold of garbage collection that it leaves."""
    chip.watchdogs.clear()
    chip.timers.pop(1, None)
    chip.supply["cause"] = cause
    before = gc.threshold()
    try:
        folder = [one for one in workbench.sys.path if one.endswith("/firmware")][0]
        with open(folder + "/boot.py") as file:
            exec(compile(file.read(), "boot.py", "exec"), {})
        return gc.threshold()
    finally:
        gc.threshold(before)
        chip.supply["cause"] = machine.PWRON_RESET


def test_before_main_garbage_is_collected_often():
    assert boot(machine.PWRON_RESET) == 4096
    assert chip.watchdogs == [] and 1 not in chip.timers


def test_after_a_soft_reset_the_watchdog_of_before_is_fed_each_second():
    for cause in (machine.HARD_RESET, machine.WDT_RESET, machine.DEEPSLEEP_RESET):
        boot(cause)
        assert chip.watchdogs == [] and 1 not in chip.timers
    boot(machine.SOFT_RESET)
    (dog,) = chip.watchdogs
    timer = chip.timers[1]
    assert dog.timeout == 8000 and (timer.mode, timer.period) == (machine.Timer.PERIODIC, 1000)
    timer.fire()
    timer.fire()
    assert dog.fed == 2
