# ruff: noqa: UP031 - MicroPython has no repr in f-strings
"""Cuts the power at every write and erase of a scripted time of logging. Runs on both interpreters.

On what each cut leaves a new Recorder must find everything that was committed, explain everything that is
missing, use no number twice and go on logging.
"""

import sys

from insole.persistent_counters import AHEAD_OF_CARD
from insole.recorder import Recorder
from insole_protocol import ids
from log_kit.devices import RamCard, RamFlash
from log_kit.walks import check_tiling, make_record, merged_gaps, read_all
from power_cut import watch_cuts

SLOTS = 50
KNOWN = (
    ids.GAP_OVERWRITTEN,
    ids.GAP_POWER_LOSS,
    ids.GAP_OFF,
    ids.GAP_OVERRUN,
    ids.GAP_IDLE,
    ids.GAP_LOG_FULL,
)
# Slots after the last commit that may be reported as lost with the power, at most.
UNCERTAIN = 128
UNCERTAIN_ON_A_CARD = 384


class Script:
    """The scripted time and the model that says what the log must hold."""

    known = KNOWN
    boots_forgotten = 0  # of which the device may know nothing any more

    def __init__(self, device, recorder_class=Recorder, keep_oldest=False):
        self.recorder_class = recorder_class
        self.keep_oldest = keep_oldest
        self.records = {}  # seq -> bytes, of what was appended and kept
        self.why = []  # (lo, hi, reason) of numbers left out
        self.committed_to = 0  # end of the last record whose append or flush has returned
        self.used_to = 0  # end of the numbers that were used
        self.boot = 0
        self.random = 12345
        self.uncertain = UNCERTAIN if type(device) is RamFlash else UNCERTAIN_ON_A_CARD
        self.device = device
        self.log = self.start(device)

    def start(self, device):
        log = self.recorder_class(device, self.keep_oldest)
        log.open()
        return log

    def draw(self, n):
        self.random = (self.random * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.random >> 8) % n

    def run(self, seconds):
        self.boot = self.log.boot
        for step in range(seconds * 2):
            if step % 331 == 330:
                self.skip(7 + self.draw(90), ids.GAP_OVERRUN)
            if step % 1201 == 1200:
                self.skip(5000, ids.GAP_IDLE)
            if step % 97 == 96:
                self.log.ack(self.log.next_seq - 1000 if self.draw(2) else self.log.oldest_seq)
            if step % 463 == 462:
                self.log.close()
                self.log = self.start(self.device)
                self.boot = self.log.boot
            self.append()
            self.forget()
        self.log.flush()

    def forget(self):
        """What is gone for good need not be known any more."""
        for old in [seq for seq in self.records if seq < self.log.oldest_seq - 4000]:
            del self.records[old]

    def skip(self, slots, reason):
        lo = self.log.next_seq
        self.used_to = max(self.used_to, lo)
        self.log.skip(lo + slots, reason)
        if not self.log.full:  # a full log gives one reason for everything it does not keep
            self.why.append((lo, lo + slots, reason))

    def append(self):
        log = self.log
        seq = log.next_seq
        record = make_record(seq, SLOTS, log.boot, 240 + self.draw(260))
        self.records[seq] = bytes(record)
        if log.append(record):
            self.committed_to = seq + SLOTS
        else:
            del self.records[seq]
        self.used_to = seq + SLOTS  # nobody is given a record before append has returned

    def look(self, _cut, copies):
        """What `watch_cuts` asks about each cut."""
        self.check(copies[0])

    def check(self, device):
        log = self.start(device)
        assert self.boot + 1 - self.boots_forgotten <= log.boot <= self.boot + 2, "boot %d" % log.boot
        assert log.next_seq >= self.used_to, "number used twice"
        items = self.compare(log)
        lost = [
            (lo, hi) for lo, hi, reason in items if reason == ids.GAP_POWER_LOSS and lo >= self.committed_to
        ]
        assert sum(hi - lo for lo, hi in lost) <= self.uncertain, "%r lost" % lost
        for lo, hi, reason in items:
            if reason == ids.GAP_OFF and hi > self.committed_to:
                assert lo >= self.used_to, "%d to %d were not off" % (lo, hi)
        seq = log.next_seq
        extra = make_record(seq, SLOTS, log.boot)
        if log.append(extra):
            log.flush()
            again = self.start(device)
            assert again.next_seq >= seq + SLOTS
            self.compare(again, {seq: bytes(extra)})

    def held_from(self, log, _seq):
        """The oldest slot that the device with this one still holds."""
        return log.oldest_seq

    def compare(self, log, extra=None):
        """Everything committed is there, nothing else is, and every gap has its reason."""
        items = read_all(log)
        check_tiling(items, 0, log.next_seq)
        there = 0
        for lo, hi, what in items:
            if isinstance(what, int):
                assert what in self.known, "gap %d-%d for reason %d" % (lo, hi, what)
                continue
            expected = self.records.get(lo) or (extra or {}).get(lo)
            assert what == expected, "record %d is not what was appended" % lo
            there += lo < self.committed_to
        due = sum(1 for seq in self.records if self.held_from(log, seq) <= seq < self.committed_to)
        assert there == due, "%d records of %d" % (there, due)
        for seq in extra or {}:
            assert items[-1][0] >= seq
        for lo, hi, reason in self.why:
            if self.held_from(log, lo) <= lo and hi <= self.committed_to:
                assert (lo, hi, reason) in items, "gap %d-%d is not explained" % (lo, hi)
        backwards = read_all(log, newest_first=True)
        assert [i for i in backwards if not isinstance(i[2], int)] == [
            i for i in items if not isinstance(i[2], int)
        ]
        assert merged_gaps(backwards) == merged_gaps(items), "newest first explains otherwise"
        return items


class Counters:
    """What `insole.persistent_counters` keeps in the file system, which forgets nothing."""

    unlogged = erased = False

    def __init__(self):
        self.boot = self.to_seq = 0

    def save(self, log):
        self.boot, self.to_seq = log.boot, log.next_seq + AHEAD_OF_CARD


class ForgetfulScript(Script):
    """For a card that may have forgotten the last sectors that it answered for, before a torn one."""

    known = KNOWN + (ids.GAP_CORRUPT_PAGE, ids.GAP_STORAGE)  # noqa: RUF005 - MicroPython knows no other way
    boots_forgotten = 1  # the note of the last one

    def __init__(self, device):
        self.commits = [(0, 0)]  # (writes of the device, committed_to after them)
        self.counters = Counters()
        Script.__init__(self, device)

    def start(self, device):
        """A restart in order whose note is forgotten would use the same numbers again: the file knows."""
        log = self.recorder_class(device, self.keep_oldest)
        log.open(self.counters)
        if device is self.device:
            self.counters.save(log)
        return log

    def append(self):
        Script.append(self)
        self.commits.append((self.device.changes, self.committed_to))
        del self.commits[:-50]

    def look(self, _cut, copies):
        if self.device.changes <= self.device.forgets:
            return  # the whole log is forgotten
        committed_to = self.committed_to
        sure = self.device.changes - self.device.forgets
        self.committed_to = max(end for changes, end in self.commits if changes <= sure or changes == 0)
        try:
            self.check(copies[0])
        finally:
            self.committed_to = committed_to


def run_forgetful(seconds, forgets, pages=6):
    """Cuts of a scripted time on a card that forgets so many sectors."""
    device = RamCard(pages, forgets=forgets)
    script = ForgetfulScript(device)
    return watch_cuts([device], lambda: script.run(seconds), script.look)


def run(kind, seconds, pages=6, recorder_class=Recorder, keep_oldest=False):
    """Cuts of a scripted time on a small flash or card."""
    device = (RamFlash if kind == "flash" else RamCard)(pages)
    script = Script(device, recorder_class, keep_oldest)
    return watch_cuts([device], lambda: script.run(seconds), script.look)


if __name__ == "__main__":
    result = run(sys.argv[1], int(sys.argv[2]), keep_oldest=len(sys.argv) > 3 and sys.argv[3] == "keep")
    for where, reported in result.failures[:10]:
        print(where, reported)
    print("cut points %d, failures %d" % (result.points, len(result.failures)))
    sys.exit(1 if result.failures else 0)
