"""Time on the chip: what flash work and busy code do to timers and callbacks."""

import chip  # first: puts its time in place
import machine
import micropython
import os
import workbench  # noqa: F401 (files in memory)

from insole import persistent_counters
from sim.chip import alarms, behaviour, hardware

PERIOD_US = 10000


class Ticks:
    """A periodic timer of 10 ms and the times at which its callback came, from its start."""

    def __init__(self):
        chip.unkind()
        machine.Timer.inits = 0
        for slot in range(alarms.TIMERS):
            alarms.clear(slot)
        while alarms.waiting():
            alarms.take()
        self.came = []
        self.start_us = chip.clock.now_us
        self.timer = machine.Timer(0)
        self.timer.init(mode=machine.Timer.PERIODIC, period=10, callback=self.tick)

    def tick(self, _timer):
        self.came.append(chip.clock.now_us - self.start_us)

    def during(self, busy, us):
        """The callbacks when the chip is kept `busy` at 15 ms for `us`, until 100 ms are over."""
        chip.run(15000)
        chip.busy(busy, us)
        chip.run(100000 - (chip.clock.now_us - self.start_us))
        self.timer.deinit()
        chip.stand_still()
        return [us / 1000 for us in self.came]


# what: (how, for how long, callbacks in ms)
BUSY = {
    "flash work within a period": (hardware.hold, 8000, [10, 23, 30, 40, 50, 60, 70, 80, 90, 100]),
    "flash work past one alarm": (hardware.hold, 12000, [10, 27, 30, 40, 50, 60, 70, 80, 90, 100]),
    "flash work past two: twice at once, and another phase": (
        hardware.hold,
        45000,
        [10, 60, 60, 70, 80, 90, 100],
    ),
    "that phase is whatever came of it": (hardware.hold, 47300, [10, 62.3, 62.3, 72.3, 82.3, 92.3]),
    "busy code: interrupts are noted, the phase stays": (
        hardware.spend,
        27000,
        [10, 42, 42, 42, 50, 60, 70, 80, 90, 100],
    ),
}


def test_what_keeps_the_chip_busy_delays_callbacks():
    for name in BUSY:
        busy, us, expected = BUSY[name]
        came = Ticks().during(busy, us)
        assert came == expected, (name, came)


def test_a_kind_timer_keeps_its_phase():
    ticks = Ticks()
    behaviour.put("timer_phase_lost", 0)
    assert ticks.during(hardware.hold, 47300) == [10, 62.3, 62.3, 62.3, 62.3, 62.3, 70, 80, 90, 100]


def test_the_queue_has_room_for_eight():
    ticks = Ticks()
    dropped = alarms.state[alarms.DROPPED]
    chip.busy(hardware.spend, 500000)
    assert len(ticks.came) == 8
    assert alarms.state[alarms.DROPPED] - dropped == 42
    chip.run(PERIOD_US)
    assert len(ticks.came) == 9
    chip.stand_still()


def test_a_callback_too_many_is_refused():
    Ticks().timer.deinit()
    seen = []

    def fill(_):
        try:
            for number in range(9):
                micropython.schedule(seen.append, number)
        except RuntimeError as error:
            seen.append(str(error))

    micropython.schedule(fill, None)
    assert seen == ["schedule queue full", 0, 1, 2, 3, 4, 5, 6, 7], seen
    chip.stand_still()


def test_callbacks_do_not_interrupt_each_other():
    ticks = Ticks()
    spent = []

    def slow(_timer):
        spent.append(chip.clock.now_us - ticks.start_us)
        hardware.spend(25000)
        spent.append(chip.clock.now_us - ticks.start_us)

    other = machine.Timer(1)
    other.init(mode=machine.Timer.ONE_SHOT, period=12, callback=slow)
    chip.run(60000)
    assert spent == [12000, 37000]
    assert ticks.came == [10000, 37000, 37000, 40000, 50000, 60000], ticks.came
    chip.stand_still()


def test_a_stopped_timer_may_still_call():
    ticks = Ticks()

    def stop(_):
        hardware.spend(PERIOD_US)
        ticks.timer.deinit()

    chip.busy(micropython.schedule, stop, None)
    assert ticks.came == [10000]
    behaviour.put("timer_late_callback", 0)
    ticks.timer.init(mode=machine.Timer.PERIODIC, period=10, callback=ticks.tick)
    chip.busy(micropython.schedule, stop, None)
    assert ticks.came == [10000]
    chip.stand_still()


def test_the_timers_stop_after_255_inits():
    ticks = Ticks()
    for _ in range(254):
        ticks.timer.init(mode=machine.Timer.PERIODIC, period=10, callback=ticks.tick)
    chip.run(20000)
    assert len(ticks.came) == 2
    ticks.timer.init(mode=machine.Timer.PERIODIC, period=10, callback=ticks.tick)
    chip.run(50000)
    assert len(ticks.came) == 2
    chip.stand_still()


def test_flash_takes_its_time_and_says_for_what():
    chip.unkind()
    before = {cause: list(entry) for cause, entry in hardware.held.items()}
    start_us = chip.clock.now_us
    chip.log.ioctl(6, 3)
    assert chip.clock.now_us - start_us == 45000
    chip.log.writeblocks(3, bytes(64), 0)
    chip.log.writeblocks(3, bytes(64), 224)  # touches two pages of 256 bytes
    assert chip.clock.now_us - start_us == 45000 + 3 * 700
    for cause, times, us in (("flash_erase", 1, 45000), ("flash_program", 2, 2100)):
        entry = hardware.held[cause]
        assert [entry[0] - before[cause][0], entry[1] - before[cause][1]] == [times, us], cause
    behaviour.use(behaviour.WORST)
    chip.log.ioctl(6, 3)
    assert chip.clock.now_us - start_us == 47100 + 400000
    behaviour.use(behaviour.OFF)
    chip.log.ioctl(6, 3)
    assert chip.clock.now_us - start_us == 447100
    chip.unkind()
    chip.stand_still()


class LogOnCard:
    """What counters look at in a log."""

    boot, full, stop_reason, on_card = 3, False, 0, True

    def __init__(self, next_seq):
        self.next_seq = next_seq


def test_counters_beside_a_card_are_written_once_a_day():
    path = "/numbers-of-a-card.json"
    counters = persistent_counters.PersistentCounters(path)
    counters.save(LogOnCard(1000))
    ahead = persistent_counters.AHEAD_OF_CARD
    assert ahead > 86400 * 100 * 7 // 8, "a day's slots before it has to be renewed"
    os.remove(path)
    counters.save(LogOnCard(1000 + ahead * 7 // 8 - 1))
    assert "numbers-of-a-card.json" not in os.listdir("/"), "nothing is written in between"
    counters.save(LogOnCard(1000 + ahead * 7 // 8))
    assert persistent_counters.PersistentCounters(path).to_seq == 1000 + ahead * 15 // 8
