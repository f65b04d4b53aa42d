# ruff: noqa: UP031 - MicroPython has no repr in f-strings
"""A scripted time of logging to a card that fails now and then, with flash behind it, and the power cut at
every write and erase of both. Runs on both interpreters."""

import sys

from insole.recorder import Recorder
from insole.recorder.fallback import FallbackLog
from log_kit import powercut
from log_kit.devices import RamCard, RamFlash
from power_cut import watch_cuts


def open_pair(card, flash, keep_oldest=False):
    """A log on both, opened."""
    first = Recorder(card, keep_oldest)
    log = FallbackLog(first, Recorder(flash, keep_oldest, first))
    log.open()
    return log


class Script(powercut.Script):
    """As for one device; the card refuses for a while, in the middle of a run and across boots."""

    def __init__(self, card, flash, keep_oldest=False, fails=True):
        self.devices = [card, flash]
        self.fails = fails
        self.in_flash = set()  # first slots of what the flash took
        powercut.Script.__init__(self, None, None, keep_oldest)

    def start(self, _device):
        return open_pair(self.devices[0], self.devices[1], self.keep_oldest)

    def append(self):
        seq = self.log.next_seq
        powercut.Script.append(self)
        if self.log.degraded:
            self.in_flash.add(seq)
        if self.fails and self.draw(15) == 0:
            self.devices[0].refuses = not self.devices[0].refuses
            if self.draw(2) == 0 and len(self.records) % 3 == 0:
                self.log.close()
                self.log = self.start(None)
                self.boot = self.log.boot

    def forget(self):
        """A card that does not answer may still hold everything."""

    def held_from(self, log, seq):
        if seq not in self.records:  # a gap: its note may lie on either
            return max(log.flash.oldest_seq, log.card.oldest_seq)
        return (log.flash if seq in self.in_flash else log.card).oldest_seq

    def look(self, cut, copies):
        """Boot from what the cut left; the card answers then, whatever it did before."""
        own, self.devices = self.devices, copies
        try:
            self.check(None)
        finally:
            self.devices = own


def run(seconds, card_pages=6, flash_pages=6, keep_oldest=False, fails=True, forgets=0):
    """Cuts of a scripted time."""
    card, flash = RamCard(card_pages, forgets=forgets), RamFlash(flash_pages)
    script = Script(card, flash, keep_oldest, fails)
    return watch_cuts([card, flash], lambda: script.run(seconds), script.look)


if __name__ == "__main__":
    result = run(int(sys.argv[1]))
    for where, reported in result.failures[:10]:
        print(where, reported)
    print("cut points %d, failures %d" % (result.points, len(result.failures)))
    sys.exit(1 if result.failures else 0)
