"""The collector with two insoles, a disk that may be full, processes that end or are killed: against sets."""

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.entries import Entry, Kind
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter

from tests.host.bridge_kit.collecting import SERIALS, Disk, bring, greet, written


class CollectorMachine(RuleBasedStateMachine):
    """Two insoles, one journal, commits that fail, processes that end or are killed; beside them sets."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "j"
        self.disk = Disk()
        self.records: Counter[tuple[str, int, int]] = Counter()
        self.durable = {name: set[int]() for name in SERIALS}
        self.gaps = {name: dict[int, int]() for name in SERIALS}
        self.wanted = dict.fromkeys(SERIALS, 0)
        self.came: list[tuple[str, int, int]] = []
        self.reported: list[tuple[str, int, int]] = []
        self.wished: dict[str, int] = {}
        self._start()

    def _start(self) -> None:
        self.journal = Journal(self.path, sync=self.disk.sync)
        self.journal_writer = JournalWriter(self.journal)
        self.insoles = {name: Insole(name) for name in SERIALS}
        for insole in self.insoles.values():
            self.journal_writer.watch(insole)
            greet(insole)
            insole.request_from(0)
        self.came, self.reported, self.wished = [], [], {}

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.disk.full = False
            self.journal.close()
            self.folder.cleanup()

    @rule(name=st.sampled_from(list(SERIALS)), first=st.integers(0, 20), count=st.integers(1, 4))
    def record(self, name: str, first: int, count: int) -> None:
        insole = self.insoles[name]
        if insole.ledger.recorded.within(5 * first, 5 * (first + count)):
            return
        bring(insole, 5 * first, 5 * (first + count))
        self.came.append((name, 5 * first, 5 * (first + count)))

    @rule(name=st.sampled_from(list(SERIALS)), end=st.integers(1, 130))
    def want(self, name: str, end: int) -> None:
        self.insoles[name].request_to(end)
        self.wished[name] = max(end, self.wished.get(name, 0))

    @rule(name=st.sampled_from(list(SERIALS)), first=st.integers(0, 120), count=st.integers(1, 20))
    def explain(self, name: str, first: int, count: int) -> None:
        self.insoles[name].explain_missing(first, first + count, 1 + first % 9)
        self.reported.append((name, first, first + count))

    @rule(full=st.booleans())
    def commit(self, full: bool) -> None:
        self.disk.full = full
        self._follow(self.journal_writer.commit())
        self.disk.full = False

    @rule()
    def end_and_start(self) -> None:
        self._follow(self.journal_writer.commit())
        self.journal.close()
        self._start()
        self._look_at_the_file()

    @rule()
    def kill_and_start(self) -> None:
        """What no commit has taken is gone; it was never acknowledged."""
        self.journal.abandon()
        self._start()
        self._look_at_the_file()

    def _follow(self, taken: bool) -> None:
        if taken:
            for name, first, end in self.came:
                self.records[name, first, end] += 1
                self.durable[name] |= set(range(first, end))
            for name, first, end in self.reported:
                for slot in range(first, end):
                    self.gaps[name].setdefault(slot, 1 + first % 9)
            for name, end in self.wished.items():
                self.wanted[name] = max(self.wanted[name], end)
            self.came, self.reported, self.wished = [], [], {}
        for name, insole in self.insoles.items():
            assert insole.ack_to is not None
            settled = self.durable[name] | set(self.gaps[name])
            # What is wanted counts at once: it can only hold the acknowledgement back.
            wanted = max(self.wanted[name], self.wished.get(name, 0))
            first_lacking = next((slot for slot in range(wanted) if slot not in settled), wanted)
            assert insole.ack_to() == first_lacking

    def _look_at_the_file(self) -> None:
        numbers = {Entry.json(entry)["serial"]: entry.insole for entry in written(self.path, Kind.INSOLE)}
        assert len(numbers) == len(written(self.path, Kind.INSOLE))
        found: Counter[tuple[int, int]] = Counter()
        for entry in written(self.path, Kind.RECORD):
            found[entry.insole, int.from_bytes(entry.record()[1][4:8], "little")] += 1
        assert found == Counter(
            {(numbers[SERIALS[name]], first): n for (name, first, _), n in self.records.items()}
        )
        for name, serial in SERIALS.items():
            slots = [
                (slot, reason)
                for entry in written(self.path, Kind.GAP)
                if entry.insole == numbers.get(serial)
                for first, end, reason in [entry.gap()]
                for slot in range(first, end)
            ]
            assert len(slots) == len(self.gaps[name]), "each slot is explained once"
            assert dict(slots) == self.gaps[name]
            wanted = [
                slot
                for entry in written(self.path, Kind.REQUEST)
                if entry.insole == numbers.get(serial)
                for slot in range(*entry.range())
            ]
            assert wanted == list(range(self.wanted[name])), "each slot is wanted once, in order"
            statement = self.insoles[name].ledger.statement()
            assert statement.recorded == len(self.durable[name] & set(range(self.wanted[name])))
            assert statement.requested == self.wanted[name]


TestCollectorAgainstSets = CollectorMachine.TestCase
TestCollectorAgainstSets.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
