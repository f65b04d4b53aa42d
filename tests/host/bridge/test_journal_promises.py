"""What a journal holds after commits that fail, kills and torn ends: by examples and against plain sets."""

import errno
import os
import tempfile
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.journal import file as journal_module
from plantigrade.bridge.journal.entries import Damage, Entry, Kind, build_json, scan
from plantigrade.bridge.journal.file import Journal, JournalError, host_boot
from plantigrade.bridge.slot_ranges import SlotRange, SlotSet

from tests.host.bridge_kit.fake_insole import record_of

LEFT = Identity("00000A50477A3F01", "left", "0.1.0", 1, 1, 2, 10_000)
RIGHT = Identity("00000A50477A3F02", "right", "0.1.0", 1, 1, 2, 10_000)
REASONS = list(MissingReason)


def in_file(path: Path) -> list[Entry]:
    return list(scan(path.read_bytes(), Damage()))


def test_what_is_held_elsewhere_counts_at_once_and_after_opening(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    number = journal.insole(LEFT)
    journal.request(number, 0, 100)
    journal.held(number, 0, 60)
    assert journal.holdings[number].ack_to() == 60
    journal.close()
    journal = Journal(tmp_path / "j")
    assert journal.holdings[number].ack_to() == 60
    journal.close()
    assert [entry.range() for entry in in_file(tmp_path / "j") if entry.kind is Kind.HELD] == [(0, 60)]


def test_a_long_journal_is_opened_without_reading_it_into_memory(tmp_path: Path) -> None:
    """8 MB of records, and less than 1 MB of memory on the way."""
    journal = Journal(tmp_path / "j")
    number = journal.insole(LEFT)
    record = record_of(0, 5, 1, 0) + bytes(8000)
    for _ in range(1000):
        journal.record(number, record, 0, 5, 0)
    journal.close()
    assert (tmp_path / "j").stat().st_size > 8_000_000
    tracemalloc.start()
    journal = Journal(tmp_path / "j")
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert journal.holdings[number].ack_to() == 0 and SlotRange(0, 5) in list(
        journal.holdings[number].durable
    )
    journal.close()
    assert peak_bytes < 1_000_000


def test_insoles_have_numbers_in_the_order_of_their_coming_and_keep_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    assert journal.number_of("left") is None
    assert [journal.insole(one) for one in (RIGHT, LEFT, RIGHT)] == [0, 1, 0]
    assert (journal.number_of("left"), journal.number_of("right"), journal.number_of("unset")) == (1, 0, None)
    journal.close()
    journal = Journal(tmp_path / "j")
    assert [journal.insole(one) for one in (LEFT, RIGHT)] == [1, 0]
    assert journal.holdings[1].identity == vars(LEFT)
    journal.close()
    reported = [entry for entry in in_file(tmp_path / "j") if entry.kind is Kind.INSOLE]
    assert [(entry.insole, entry.json()["serial"]) for entry in reported] == [
        (0, RIGHT.serial),
        (1, LEFT.serial),
    ]


def test_a_record_of_means_stands_for_all_its_slots(tmp_path: Path) -> None:
    """Five frames of ten slots each, as daily mode stores them: bytes 20 and 21 of the header."""
    record = bytearray(record_of(1000, 5, 1, 0))
    record[21] = 10
    journal = Journal(tmp_path / "j")
    number = journal.insole(LEFT)
    journal.record(number, bytes(record), 1000, 1050, 77)
    journal.commit()
    journal.close()
    journal = Journal(tmp_path / "j")
    assert list(journal.holdings[number].durable) == [(1000, 1050)]
    journal.close()
    (entry,) = [entry for entry in in_file(tmp_path / "j") if entry.kind is Kind.RECORD]
    assert entry.record() == (77, bytes(record))


def test_each_run_tells_its_clocks_and_those_of_the_same_boot_agree(tmp_path: Path) -> None:
    """Half a second later on the same monotonic clock; the wall clock, set meanwhile, is not asked again."""
    asked: list[int] = []

    def wall(moment: int) -> Callable[[], int]:
        return lambda: asked.append(moment) or moment

    Journal(tmp_path / "j", now=lambda: 10**9, utc_ns=wall(1_700_000_000)).close()
    Journal(tmp_path / "j", now=lambda: 10**9 + 500, utc_ns=wall(99)).close()
    runs = [entry.json() for entry in in_file(tmp_path / "j")]
    assert [(run["monotonic_ns"], run["utc_ns"], run["format"]) for run in runs] == [
        (10**9, 1_700_000_000, 1),
        (10**9 + 500, 1_700_000_500, 1),
    ]
    assert {run["host_boot"] for run in runs} == {host_boot()}
    assert asked == [1_700_000_000]


def test_another_boot_has_another_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for boot, moment, utc in (("a", 100, 10**6), ("b", 5, 2 * 10**6), ("a", 300, 7), ("b", 6, 7)):
        monkeypatch.setattr(journal_module, "host_boot", lambda boot=boot: boot)
        Journal(tmp_path / "j", now=lambda moment=moment: moment, utc_ns=lambda utc=utc: utc).close()
    utc = [entry.json()["utc_ns"] for entry in in_file(tmp_path / "j")]
    assert utc == [10**6, 2 * 10**6, 10**6 + 200, 2 * 10**6 + 1]


def test_a_newer_journal_is_left_alone_and_its_file_given_back(tmp_path: Path) -> None:
    path = tmp_path / "j"
    values = {"format": 2, "host_boot": "x", "monotonic_ns": 0, "utc_ns": 0}
    path.write_bytes(build_json(Kind.RUN, 0xFFFF, values))
    for _ in range(2):  # twice: the first has not kept it locked
        with pytest.raises(JournalError) as caught:
            Journal(path)
        texts = "was written by a newer version of Plantigrade; update this one"
        assert str(caught.value) == f"{path}: {texts}"
    assert path.read_bytes() == build_json(Kind.RUN, 0xFFFF, values)


@pytest.mark.parametrize("content", [b"\x4b", b"\x4a\x02", b"\x4a\x02more", b"{}"])
def test_what_does_not_begin_like_a_journal_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "j"
    path.write_bytes(content)
    with pytest.raises(JournalError) as caught:
        Journal(path)
    assert str(caught.value) == f"{path}: is not a journal; move it away"
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"\x4a", b"\x4a\x01", b"\x4a\x01\xff\xff\x10"])
def test_a_journal_that_was_cut_in_its_first_bytes_begins_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "j"
    path.write_bytes(content)
    journal = Journal(path)
    assert journal.damage.tail == len(content)
    journal.close()
    assert [entry.kind for entry in in_file(path)] == [Kind.RUN]
    assert path.read_bytes()[:2] == b"\x4a\x01"


@pytest.mark.parametrize(
    "code, texts",
    [
        (errno.ENOSPC, "the disk is full; nothing is lost, the insoles keep their data; make room"),
        (errno.EROFS, "the disk is read-only; choose another folder with --data"),
        (errno.EACCES, "not allowed to write here; choose another folder with --data"),
        (errno.EIO, "cannot be written: Input/output error"),
    ],
)
def test_why_the_disk_takes_nothing_is_said_in_words(tmp_path: Path, code: int, texts: str) -> None:
    broken = False

    def sync(descriptor: int) -> None:
        if broken:
            raise OSError(code, os.strerror(code))

    path = tmp_path / "j"
    journal = Journal(path, sync=sync)
    number = journal.insole(LEFT)
    journal.request(number, 0, 10)
    before, commits = path.read_bytes(), journal.commits
    broken = True
    with pytest.raises(JournalError) as caught:
        journal.commit()
    assert str(caught.value) == f"{path}: {texts}"
    assert (path.read_bytes(), journal.commits) == (before, commits), "the file is as it was"
    broken = False
    assert journal.commit()
    assert journal.commits == commits + 1
    journal.close()


def test_a_disk_that_refuses_the_first_entry_leaves_no_journal_locked(tmp_path: Path) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for _ in range(2):
        with pytest.raises(JournalError, match="disk is full"):
            Journal(tmp_path / "j", sync=refuse)
    Journal(tmp_path / "j").close()


def test_memory_takes_as_much_as_it_may_and_no_byte_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry with a range is 8 + 16 + 4 = 28 bytes."""
    journal = Journal(tmp_path / "j")
    number = journal.insole(LEFT)
    journal.commit()
    monkeypatch.setattr(journal_module, "MAX_WAITING_BYTES", 56)
    journal.request(number, 0, 10)
    journal.request(number, 10, 20)
    with pytest.raises(JournalError) as caught:
        journal.request(number, 20, 30)
    texts = "the disk takes no more and memory is full; make room and start again"
    assert str(caught.value) == f"{journal.path}: {texts}"
    assert list(journal.holdings[number].requested) == [(0, 20)]
    journal.commit()
    journal.request(number, 20, 30)
    journal.close()


def test_64_mebibytes_may_wait(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", sync=lambda descriptor: None)
    number = journal.insole(LEFT)
    journal.commit()
    payload = bytes((1 << 20) - 20)  # 8 of head, 8 of arrival, 4 of checksum: 1 MiB each
    for _ in range(64):
        journal.record(number, payload, 0, 5, 0)
    with pytest.raises(JournalError, match="memory is full"):
        journal.request(number, 0, 1)
    journal.abandon()


def test_what_an_abandoned_journal_had_not_written_is_gone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.insole(LEFT)
    journal.abandon()
    journal = Journal(tmp_path / "j")
    assert journal.holdings == {}
    journal.close()


def test_only_its_owner_reads_a_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "folder" / "j")
    assert (tmp_path / "new" / "folder" / "j").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o777 == 0o700
    journal.close()


def test_the_folder_is_synced_too_so_that_the_file_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(
        journal_module.os,
        "fsync",
        lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()),
    )
    Journal(tmp_path / "j", sync=lambda descriptor: None).close()
    assert synced == [tmp_path]

    def unknown(descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(journal_module.os, "fsync", unknown)
    Journal(tmp_path / "k", sync=lambda descriptor: None).close()


@dataclass
class Model:
    """What one insole's part of a journal holds."""

    durable: set[int] = field(default_factory=set[int])
    requested: set[int] = field(default_factory=set[int])
    gaps: list[SlotGap] = field(default_factory=list[SlotGap])

    def add(self, entry: tuple[str, int, int, int]) -> None:
        kind, first, end, code = entry
        if kind in ("record", "held"):
            self.durable |= set(range(first, end))
        elif kind == "request":
            self.requested |= set(range(first, end))
        elif kind == "gap":
            self.gaps.append(SlotGap(first, end, MissingReason.from_code(code)))


def slots(pieces: SlotSet) -> set[int]:
    return {slot for piece in pieces for slot in range(*piece)}


class JournalMachine(RuleBasedStateMachine):
    """Two insoles; commits that fail, kills, and ends of the file cut anywhere behind the last commit."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "j"
        self.full = False
        self.stored: list[tuple[Identity, tuple[str, int, int, int]]] = []
        self.waiting: list[tuple[Identity, tuple[str, int, int, int]]] = []
        self.journal = Journal(self.path, sync=self._sync)

    def _sync(self, descriptor: int) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.full = False
            self.journal.close()
            self.folder.cleanup()

    @rule(
        who=st.sampled_from([LEFT, RIGHT]),
        kind=st.sampled_from(["record", "request", "held", "gap", "clock"]),
        first=st.integers(0, 90),
        count=st.integers(1, 12),
    )
    def write(self, who: Identity, kind: str, first: int, count: int) -> None:
        number, code = self.journal.insole(who), 1 + first % 9
        if kind == "record":
            self.journal.record(number, record_of(first, count, 1, 0), first, first + count, first)
        elif kind == "request":
            self.journal.request(number, first, first + count)
        elif kind == "held":
            self.journal.held(number, first, first + count)
        elif kind == "gap":
            self.journal.gap(number, SlotGap(first, first + count, MissingReason.from_code(code)))
        else:
            self.journal.clock(number, 1, ClockEstimate(0, 0, 0.0, 0, 0.0, first))
        self.waiting.append((who, (kind, first, first + count, code)))

    @rule(full=st.booleans())
    def commit(self, full: bool) -> None:
        size, self.full = self.path.stat().st_size, full
        try:
            assert self.journal.commit() is bool(self.waiting)
            self.stored, self.waiting = self.stored + self.waiting, []
        except JournalError:
            assert full
            assert self.path.stat().st_size == size
        self.full = False

    @rule()
    def kill(self) -> None:
        self.journal.abandon()
        self.waiting = []
        self.journal = Journal(self.path, sync=self._sync)
        assert self.journal.damage == Damage()

    @rule(share=st.floats(0, 1))
    def tear(self, share: float) -> None:
        """Power goes in the middle of a commit: any part of it may be there."""
        before = self.path.stat().st_size
        self.journal.commit()
        self.journal.abandon()
        data = self.path.read_bytes()
        size = before + round(share * (len(data) - before))
        self.path.write_bytes(data[:size])
        there = [entry for entry in in_file(self.path) if entry.end > before]
        own = sum(entry.kind not in (Kind.RUN, Kind.INSOLE) for entry in there)
        self.stored, self.waiting = self.stored + self.waiting[:own], []
        self.journal = Journal(self.path, sync=self._sync)
        end = max((entry.end for entry in there), default=before)
        assert self.journal.damage == Damage(0, size - end)

    @invariant()
    def holds_what_the_model_says(self) -> None:
        if not hasattr(self, "journal"):
            return
        for who in (LEFT, RIGHT):
            number = self.journal.number_of(who.side)
            safe, seen = Model(), Model()
            for known, entry in self.stored:
                if known == who:
                    safe.add(entry)
                    seen.add(entry)
            for known, entry in self.waiting:
                if known == who:
                    seen.add(entry)
                    if entry[0] == "held":
                        safe.add(entry)
            if number is None:
                assert seen == Model()
                continue
            held = self.journal.holdings[number]
            assert slots(held.durable) == safe.durable
            assert slots(held.requested) == seen.requested
            assert held.gaps == safe.gaps
            settled = safe.durable | {slot for gap in safe.gaps for slot in range(gap.first, gap.end)}
            end = max(seen.requested, default=-1) + 1
            assert held.ack_to() == min(seen.requested - settled, default=end)


TestJournalAgainstSets = JournalMachine.TestCase
TestJournalAgainstSets.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
