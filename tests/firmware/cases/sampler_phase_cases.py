"""Samples stay on the grid of their time stamps: what holds the chip up shifts its timer, and the sampler
shifts it back; until then rows are marked, and lost slots are counted by what was under way."""

import chip  # first: puts its time in place
from workbench import PERIOD_US, Workbench

from boards import esp32s3_r1 as board
from drivers.force_array import ForceArray
from insole import files, hold_offs, sampler as samples
from insole.clock import Clock
from insole.recorder import media
from insole.sampler import Sampler
from insole_protocol import ids
from sim.chip import alarms, behaviour, hardware
from sim.chip.machine import Timer

OTHER_TIMER = 3


class Truth:
    """A sampler on a chip whose timers run, and the instant of every sample in it.

    Attributes: `sampler`; `rows`, for each row taken (slot of the grid, us off it, marks).
    """

    def __init__(self, rows=128):
        chip.clock.now_us = 5000000
        Timer.inits = 0
        hold_offs.take()
        samples.sleep_us = chip.advance  # the tests' clock stands still in sleeps of less than a millisecond
        self.sampler = Sampler(Clock(), ForceArray(board), None, PERIOD_US, rows)
        self._scan = self.sampler._scan
        self.sampler._scan = self._note
        self.rows = []
        self._at = []
        self._slot = -1
        self.sampler.start()

    def _note(self, ring, base):
        self._at.append(chip.clock.now_us)
        self._scan(ring, base)

    def run(self, us):
        """Let time pass, and take the rows out of the ring."""
        sampler = self.sampler
        chip.run(us)
        for i in range(sampler.waiting()):
            row = (sampler.tail + i) % sampler.rows
            self._slot += 1 + sampler.lost_before[row]
            due_us = sampler.start_us + self._slot * PERIOD_US
            self.rows.append((self._slot, self._at[i] - due_us, sampler.marks[row]))
        sampler.release(sampler.waiting())
        self._at.clear()

    def hold_in(self, wait_us, us, cause=None):
        """After a while the chip is held up for so long."""

        def hold():
            before = hold_offs.begin(cause) if cause else 0
            hardware.hold(us)
            if cause:
                hold_offs.end(before)

        alarms.set_alarm(OTHER_TIMER, chip.clock.now_us + wait_us, 0, hold)

    def unmarked(self):
        """The samples that nothing is said of, in us off the grid."""
        return [off for _, off, marks in self.rows if not marks & samples.OFF_GRID]


def run_with_hold(us, wait_us=103700):
    truth = Truth()
    truth.hold_in(wait_us, us)
    for _ in range(6):
        truth.run(100000)
    truth.sampler.stop()
    return truth


def test_after_a_hold_off_of_any_length_samples_come_back_to_their_grid():
    for us in (300, 4000, 9000, 12000, 21300, 33700, 45000, 47900, 90100, 400000):
        truth = run_with_hold(us)
        late = [off for _, off, _ in truth.rows[-20:]]
        assert max(late) <= samples.OFF_GRID_US and min(late) >= -samples.OFF_GRID_US, (us, late)
        assert max(truth.unmarked()) <= 500 and min(truth.unmarked()) >= -500, us
        marked = len(truth.rows) - len(truth.unmarked())
        assert marked <= 3, (us, marked)
        elapsed = (chip.clock.now_us - truth.sampler.start_us) // PERIOD_US + 1
        assert abs(len(truth.rows) + truth.sampler.lost - elapsed) <= 1, (us, len(truth.rows), elapsed)


def test_it_costs_one_setting_of_the_timer_and_none_when_the_phase_stays():
    for us, settings in ((0, 0), (700, 0), (9000, 0), (23700, 1), (45000, 1)):
        truth = run_with_hold(us)
        assert truth.sampler.rephased == settings, us
        assert truth.sampler.timer_inits == 1 + settings
        assert Timer.inits == 1 + settings


def test_hold_offs_that_follow_each_other():
    truth = Truth()
    for number in range(30):
        truth.hold_in(51300, 31000 + 1400 * number)
        truth.run(280000)
    assert max(map(abs, truth.unmarked())) <= 500, truth.rows
    slots = truth.rows[-1][0] + 1
    assert slots == len(truth.rows) + truth.sampler.lost - truth.sampler._pending_lost, slots
    assert truth.sampler.off_grid == len(truth.rows) - len(truth.unmarked())
    assert truth.sampler.off_grid <= 3 * 30


def test_the_timer_lives_as_long_as_the_chip_lets_it():
    """255 settings are the end of it, here 45: from 40 on the sampler leaves its phase alone and marks the
    rows, and from 20 on it says that it wants a restart."""
    assert samples.MAX_INITS == 250 and samples.RESTART_INITS == 230
    behaviour.put("timer_inits", 45)
    truth = Truth()
    truth.sampler._max_inits = 40
    worn_out = 0
    for _ in range(60):
        truth.hold_in(51300, 44100)
        truth.run(160000)
        worn_out += truth.sampler.worn_out()
    behaviour.use(behaviour.TYPICAL)
    chip.stand_still()
    assert worn_out == 60 - 18, worn_out
    assert truth.sampler.timer_inits == 40 == Timer.inits
    taken = len(truth.rows)
    truth.run(500000)
    assert len(truth.rows) - taken >= 49, "it still samples"
    assert max(map(abs, truth.unmarked())) <= 500, "and says so of every row that is off its time"


def test_a_callback_of_a_stopped_timer_is_no_sample():
    truth = Truth()
    truth.run(100000)
    sampled = truth.sampler.sampled
    truth.sampler.stop()
    chip.advance(20000)
    truth.sampler._tick(None)
    assert truth.sampler.sampled == sampled and truth.sampler.lost == 0


def test_lost_slots_are_counted_by_their_cause():
    for cause in (hold_offs.OTHER, hold_offs.FLASH_ERASE, hold_offs.FLASH_PROGRAM, hold_offs.GARBAGE):
        truth = Truth()
        truth.hold_in(53000, 45000, cause)
        truth.run(500000)
        lost, lost_by = truth.sampler.lost, list(truth.sampler.lost_by)
        assert lost >= 4 and lost_by[cause] == sum(lost_by) == lost, (cause, lost_by)


def test_what_is_long_over_is_no_cause():
    truth = Truth()
    truth.hold_in(53000, 2000, hold_offs.FLASH_PROGRAM)
    truth.run(200000)
    assert truth.sampler.lost == 0
    truth.hold_in(53000, 45000)
    truth.run(500000)
    assert truth.sampler.lost_by[hold_offs.OTHER] == truth.sampler.lost > 0


def test_a_full_ring_is_a_cause_of_its_own():
    truth = Truth(rows=8)
    chip.run(200000)
    assert truth.sampler.lost == truth.sampler.lost_by[hold_offs.RING_FULL] > 0


def test_the_graver_of_two_kinds_of_work_counts():
    hold_offs.take()
    before = hold_offs.begin(hold_offs.GARBAGE)
    inner = hold_offs.begin(hold_offs.FLASH_ERASE)
    hold_offs.end(inner)
    assert hold_offs.take() == hold_offs.FLASH_ERASE
    assert hold_offs.take() == hold_offs.GARBAGE, "still under way"
    hold_offs.end(before)
    assert hold_offs.take() == hold_offs.GARBAGE
    assert hold_offs.take() == hold_offs.OTHER


def test_a_record_says_that_a_sample_of_it_is_off_its_time():
    bench = Workbench()
    bench.insole.settings.live_frames = 5
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.slots(7)
    chip.advance(600)
    bench.slots(1)
    chip.advance(-600)
    bench.slots(12)
    blocks, _ = bench.stored()
    assert [b.header.seq for b in blocks if b.header.status & ids.STATUS_OFF_GRID] == [5]


def test_the_log_and_small_files_say_that_they_write():
    """What was under way while flash was at work, as the sampler would be told."""
    Workbench()  # a file system
    seen = []

    class Watched:
        """A device that looks at what is said to be under way."""

        def __init__(self, device):
            self._device = device

        def ioctl(self, operation, argument):
            if operation == 6:
                seen.append(hold_offs._under_way[0])
            return self._device.ioctl(operation, argument)

        def writeblocks(self, block, buffer, offset):
            seen.append(hold_offs._under_way[0])
            self._device.writeblocks(block, buffer, offset)

        def readblocks(self, block, buffer, offset):
            self._device.readblocks(block, buffer, offset)

    flash = media.Flash(Watched(chip.log))
    chip.log.writeblocks(5, bytes(64), 0)  # what is blank already need not be erased
    flash.prepare(5)
    flash.program(5, 0, bytes(64))
    assert seen == [hold_offs.FLASH_ERASE, hold_offs.FLASH_PROGRAM]
    hold_offs.take()
    files.write_json("/some.json", {})
    assert hold_offs.take() == hold_offs.FLASH_ERASE
    assert hold_offs.take() == hold_offs.OTHER, "nothing is under way any more"
