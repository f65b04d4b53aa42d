"""The log against a simple model, driven at random: append, skip, flush, power cut, orderly stop, ack,
damage, erase.

The model is a list of what was appended and whether it was committed; the log must agree with it after
every step.
"""

import sys
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from insole.recorder import Recorder  # noqa: E402
from insole_protocol import ids  # noqa: E402
from log_kit.devices import RamCard, RamFlash  # noqa: E402
from log_kit.walks import check_tiling, make_record, read_all  # noqa: E402
from power_cut import PowerCut, lose_power  # noqa: E402


class LogAgainstModel(RuleBasedStateMachine):
    """One insole's log, and a host that fetches all up to a point and acknowledges it: what the log gives up
    is either with the host, bit for bit, or counted as overwritten."""

    def __init__(self) -> None:
        super().__init__()
        self.appended: dict[int, bytes] = {}
        self.host: dict[int, bytes] = {}
        self.committed_to = 0
        self.used_to = 0
        self.boot = 0

    @initialize(card=st.booleans(), pages=st.integers(4, 9), keep=st.booleans())
    def begin(self, card: bool, pages: int, keep: bool) -> None:
        self.device = (RamCard if card else RamFlash)(pages)
        self.keep = keep
        self.open()

    def open(self) -> None:
        self.log = Recorder(self.device, self.keep)
        self.log.open()
        assert self.log.boot == self.boot + 1
        assert self.log.next_seq >= self.used_to
        self.boot = self.log.boot

    @rule(count=st.integers(1, 40), slots=st.sampled_from([1, 10, 50, 64, 80]), size=st.integers(54, 1200))
    def append(self, count: int, slots: int, size: int) -> None:
        for _ in range(count):
            seq = self.log.next_seq
            record = make_record(seq, slots, self.boot, size, frames=slots)
            if self.log.append(record):
                self.appended[seq] = bytes(record)
            self.used_to = seq + slots
            if self.log.waiting_slots == 0:
                self.committed_to = self.used_to

    @rule(slots=st.integers(1, 5000))
    def skip(self, slots: int) -> None:
        self.log.skip(self.log.next_seq + slots, ids.GAP_IDLE)

    @rule()
    def flush(self) -> None:
        assert self.log.flush()
        self.committed_to = self.used_to

    @rule()
    def stop_in_order(self) -> None:
        before = self.log.next_seq
        self.log.close()
        self.committed_to = self.used_to
        self.open()
        assert self.log.next_seq == before

    @rule(after=st.integers(0, 30), part=st.integers(0, 255))
    def cut_power(self, after: int, part: int) -> None:
        """Go on appending until the power goes at the given operation, then boot."""
        lose_power(self.device, after, part)
        try:
            for _ in range(40):
                self.append(1, 50, 400)
            self.flush()
        except PowerCut:
            pass
        self.device.hook = None
        seq = self.log.next_seq
        for lo in [lo for lo in self.appended if lo >= self.committed_to]:
            del self.appended[lo]  # may be there or not; read below tells
        self.uncertain = (self.committed_to, seq + 64)
        self.open()
        for lo, _hi, what in read_all(self.log, self.committed_to):
            if isinstance(what, bytes):
                assert lo < self.uncertain[1]
                self.appended[lo] = what

    @rule(back=st.integers(0, 3000))
    def acknowledge(self, back: int) -> None:
        """The host may only acknowledge what it holds: fetch all before, as backfill does."""
        upto = max(0, self.log.next_seq - back)
        for lo, hi, what in read_all(self.log, 0, upto):
            if isinstance(what, bytes) and hi <= self.committed_to:
                self.host[lo] = what
        self.log.ack(min(upto, self.committed_to))

    @rule()
    def erase(self) -> None:
        for _ in self.log.erase():
            pass
        self.appended = {lo: record for lo, record in self.appended.items() if lo >= self.log.erased_seq}
        self.committed_to = self.used_to

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "log"):
            return
        log = self.log
        items = read_all(log)
        check_tiling(items, 0, log.next_seq)
        there = {lo: what for lo, _, what in items if isinstance(what, bytes)}
        due = {lo: record for lo, record in self.appended.items() if lo >= log.oldest_seq}
        assert there == due
        assert all(what != ids.GAP_CORRUPT_PAGE for _, _, what in items if isinstance(what, int))
        given_up = {lo: record for lo, record in self.appended.items() if lo < log.oldest_seq}
        lost = [record for lo, record in given_up.items() if lo not in self.host]
        assert sum(record[20] * record[21] for record in lost) <= log.overwritten, "nothing goes silently"
        fetched = self.host.keys() & self.appended.keys()
        assert all(self.host[lo] == self.appended[lo] for lo in fetched)


TestLogAgainstModel = LogAgainstModel.TestCase
TestLogAgainstModel.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
