"""The collector: each record, each gap, each slot wanted is written once, over any number of connections and
processes; only what is durable is acknowledged. Against sets of slots.
"""

import asyncio
import errno
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from insole_protocol import ids
from plantigrade.bridge import journal as journal_module
from plantigrade.bridge.books import Gap, MissingReason
from plantigrade.bridge.clock import ClockEstimate
from plantigrade.bridge.collector import Collector
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.bridge.journal import Journal
from plantigrade.bridge.journal_entries import Damage, Entry, Kind, scan

from tests.host.bridge_kit.fake_insole import record_of
from tests.host.bridge_kit.virtual_time import run_virtually

SERIALS = {"left": "00000A50477A3F01", "right": "00000A50477A3F02"}


class Disk:
    """Stands in for `fsync`; refuses while it is full."""

    full = False

    def sync(self, descriptor: int) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")


def greet(insole: Insole) -> None:
    """As after HELLO, whatever the boot."""
    insole.identity = Identity(SERIALS[insole.name], insole.name, "1.0", 1, 1, ids.CAPABILITY_LOG, 10_000)
    for handler in insole.on_greeting:
        handler(insole)


def bring(insole: Insole, first: int, end: int) -> None:
    """A record of these slots comes in."""
    frames = end - first
    record = record_of(first, frames, 1, first * 10_000)
    insole.books.record(first, end)
    times = 10_000 * np.arange(first, end, dtype=np.int64)
    counts = np.zeros((frames, 16), np.uint16)
    stamped = StampedFrames(Frames(record, first, 1, 1, 0, times, counts, None, first), None, 0, 0)
    for handler in insole.on_frames:
        handler(insole, stamped)


def written(path: Path, kind: Kind) -> list[Entry]:
    return [entry for entry in scan(path.read_bytes(), Damage()) if entry.kind is kind]


def test_each_gap_is_written_once_however_often_is_committed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    insole.books.explain(10, 20, MissingReason.OFF)
    for _ in range(3):
        assert collector.commit()
    insole.books.explain(15, 30, MissingReason.OVERRUN)
    for _ in range(3):
        collector.commit()
    journal.close()
    assert [entry.gap() for entry in written(tmp_path / "j", Kind.GAP)] == [(10, 20, 6), (20, 30, 1)]


def test_what_is_wanted_is_written_as_it_grows(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    insole.request_from(100)
    for end in (150, 150, 180, 300):
        insole.request_to(end)
        collector.commit()
    insole.books.request(400, 500)
    collector.commit()
    collector.commit()
    journal.close()
    ranges = [entry.range() for entry in written(tmp_path / "j", Kind.REQUEST)]
    assert ranges == [(100, 150), (150, 180), (180, 300), (400, 500)]


def test_a_clock_is_written_every_ten_seconds_for_each_boot(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    collector.commit()  # no clock yet
    for boot, host_s in ((4, 0.0), (4, 9.9), (4, 10.0), (4, 19.99), (5, 19.99), (5, 21.0), (4, 20.0)):
        insole.boot = boot
        insole.clock_of(boot).sync.estimate = ClockEstimate(0, round(host_s * 1e9), 1.5, 900_000, 0.5, 30)
        collector.commit()
    journal.close()
    clocks = [entry.clock() for entry in written(tmp_path / "j", Kind.CLOCK)]
    assert [(boot, clock.host_at_reference_ns) for boot, clock in clocks] == [
        (4, 0),
        (4, 10_000_000_000),
        (5, 19_990_000_000),
        (4, 20_000_000_000),
    ]


def test_before_an_insole_has_told_who_it_is_nothing_is_written_or_acknowledged(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    insole.books.request(0, 10)
    bring(insole, 0, 5)
    collector.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 0
    insole.on_greeting[0](insole)  # greeted without an identity
    assert journal.holdings == {}
    journal.close()


def test_a_second_greeting_changes_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(10)
    bring(insole, 0, 5)
    bring(insole, 0, 5)
    collector.commit()
    before = insole.books.statement()
    greet(insole)
    assert insole.books.statement() == before
    assert before.duplicates == 5
    journal.close()
    assert len(written(tmp_path / "j", Kind.INSOLE)) == 1


def test_a_process_takes_up_where_the_last_one_ended(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    insole.request_from(100)
    insole.request_to(200)
    bring(insole, 100, 120)
    bring(insole, 130, 150)
    insole.explain_missing(120, 130, 6)
    collector.commit()
    bring(insole, 150, 160)
    journal.abandon()

    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    insole.books.record(100, 110)  # overtook the greeting
    greet(insole)
    assert insole.wanted_from == 100
    statement = insole.books.statement()
    assert (statement.requested, statement.recorded, statement.duplicates) == (100, 40, 0)
    assert insole.books.gaps() == [
        Gap(120, 130, MissingReason.OFF),
        Gap(150, 200, MissingReason.UNEXPLAINED),
    ]
    assert insole.ack_to is not None
    assert insole.ack_to() == 150
    insole.request_to(250)
    collector.commit()
    journal.close()
    assert [entry.range() for entry in written(tmp_path / "j", Kind.REQUEST)] == [(100, 200), (200, 250)]
    assert len(written(tmp_path / "j", Kind.GAP)) == 1
    assert len(written(tmp_path / "j", Kind.INSOLE)) == 1


def test_a_disk_that_takes_nothing_is_told_and_holds_the_acknowledgement(tmp_path: Path) -> None:
    disk = Disk()
    journal = Journal(tmp_path / "j", sync=disk.sync)
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(20)
    bring(insole, 0, 10)
    assert collector.failure is None
    disk.full = True
    assert collector.commit() is False
    assert "disk is full" in str(collector.failure)
    assert insole.ack_to is not None
    assert insole.ack_to() == 0
    disk.full = False
    assert collector.commit() is True
    assert collector.failure is None
    assert insole.ack_to() == 10
    journal.close()


def test_a_record_that_memory_has_no_room_for_is_asked_of_the_insole_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(20)
    collector.commit()
    monkeypatch.setattr(journal_module, "MAX_WAITING_BYTES", 10)
    bring(insole, 0, 10)
    monkeypatch.undo()
    bring(insole, 10, 20)
    collector.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 0
    assert list(journal.holdings[0].durable) == [(10, 20)]
    journal.close()


def test_a_full_memory_is_emptied_by_the_first_commit_that_the_disk_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be noted meanwhile is noted in the next second; each gap once."""
    disk = Disk()
    journal = Journal(tmp_path / "j", sync=disk.sync)
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    greet(insole)
    insole.request_from(0)
    insole.request_to(20)
    bring(insole, 0, 10)
    disk.full = True
    assert not collector.commit()
    # Room for one more gap entry of 29 bytes, and then for nothing.
    monkeypatch.setattr(journal_module, "MAX_WAITING_BYTES", journal._waiting_bytes + 30)
    insole.explain_missing(10, 12, 6)
    insole.explain_missing(12, 15, 6)
    assert not collector.commit()
    insole.request_to(30)
    disk.full = False
    assert collector.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 12
    assert collector.commit()
    assert insole.ack_to() == 15
    assert list(journal.holdings[0].requested) == [(0, 30)]
    journal.close()
    assert [entry.gap() for entry in written(tmp_path / "j", Kind.GAP)] == [(10, 12, 6), (12, 15, 6)]


def test_an_insole_that_greets_while_memory_is_full_is_entered_on_its_next_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "j")
    collector, insole = Collector(journal), Insole("left")
    collector.watch(insole)
    monkeypatch.setattr(journal_module, "MAX_WAITING_BYTES", 10)
    greet(insole)
    assert journal.holdings == {}
    monkeypatch.undo()
    greet(insole)
    insole.request_from(0)
    insole.request_to(10)
    bring(insole, 0, 10)
    collector.commit()
    assert insole.ack_to is not None
    assert insole.ack_to() == 10
    journal.close()
    journal = Journal(tmp_path / "j")
    assert list(journal.holdings[0].durable) == [(0, 10)]
    journal.close()


def test_commits_each_second_and_once_more_at_the_end(tmp_path: Path) -> None:
    async def main() -> None:
        journal = Journal(tmp_path / "j")
        collector, insole = Collector(journal), Insole("left")
        collector.watch(insole)
        greet(insole)
        running = asyncio.create_task(collector.run())
        await asyncio.sleep(0.99)
        begun = journal.commits
        await asyncio.sleep(0.02)
        assert journal.commits == begun + 1
        for end in (10, 20, 30):
            insole.books.request(0, end)
            await asyncio.sleep(1)
        assert journal.commits == begun + 4
        insole.books.request(0, 40)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert journal.commits == begun + 5
        journal.close()

    run_virtually(main())


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
        self.told: list[tuple[str, int, int]] = []
        self.wished: dict[str, int] = {}
        self._start()

    def _start(self) -> None:
        self.journal = Journal(self.path, sync=self.disk.sync)
        self.collector = Collector(self.journal)
        self.insoles = {name: Insole(name) for name in SERIALS}
        for insole in self.insoles.values():
            self.collector.watch(insole)
            greet(insole)
            insole.request_from(0)
        self.came, self.told, self.wished = [], [], {}

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.disk.full = False
            self.journal.close()
            self.folder.cleanup()

    @rule(name=st.sampled_from(list(SERIALS)), first=st.integers(0, 20), count=st.integers(1, 4))
    def record(self, name: str, first: int, count: int) -> None:
        insole = self.insoles[name]
        if insole.books.recorded.within(5 * first, 5 * (first + count)):
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
        self.told.append((name, first, first + count))

    @rule(full=st.booleans())
    def commit(self, full: bool) -> None:
        self.disk.full = full
        self._follow(self.collector.commit())
        self.disk.full = False

    @rule()
    def end_and_start(self) -> None:
        self._follow(self.collector.commit())
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
            for name, first, end in self.told:
                for slot in range(first, end):
                    self.gaps[name].setdefault(slot, 1 + first % 9)
            for name, end in self.wished.items():
                self.wanted[name] = max(self.wanted[name], end)
            self.came, self.told, self.wished = [], [], {}
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
            statement = self.insoles[name].books.statement()
            assert statement.recorded == len(self.durable[name] & set(range(self.wanted[name])))
            assert statement.requested == self.wanted[name]


TestCollectorAgainstSets = CollectorMachine.TestCase
TestCollectorAgainstSets.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
