"""The host's journal: data of the insoles, on disk before the insoles are told that they may discard it.

Append-only. Entries collect in memory and are written and synced together (`commit`), at least each second;
only then do their slots count as held, and only held slots are acknowledged. A journal that was cut short
anywhere is opened again at its last sound entry. A disk that is full or read-only makes `commit` fail:
nothing is held, nothing acknowledged, the entries stay in memory up to a limit, and the insoles keep their
data.
"""

import errno
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from insole_protocol import block

from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Damage, Entry, Kind
from plantigrade.bridge.slot_ranges import SlotSet
from plantigrade.errors import FileError
from plantigrade.files.locks import lock_file
from plantigrade.files.mapped import mapped
from plantigrade.link.base import now_ns

MAX_WAITING_BYTES = 64 << 20
"""No more than this is held in memory for a disk that does not take it: the insoles still have it."""

FILE_START = bytes((entries.SYNC, Kind.RUN))

# Windows has no O_CLOEXEC, as descriptors are not inherited there, and would change line ends without
# O_BINARY.
_OPEN_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

Sync = Callable[[int], None]


class JournalError(FileError):
    """The journal cannot be written or read; nothing that it has promised to hold is lost."""


@dataclass
class Holdings:
    """What a journal holds of one insole.

    Attributes:
        identity: as the insole reported it, JSON-ready.
        durable: slots that are on disk, here or in an earlier recording.
        requested: slots that were asked for.
        gaps: slots that the insole reports as lost.
    """

    identity: dict[str, Any]
    durable: SlotSet = field(default_factory=SlotSet)
    requested: SlotSet = field(default_factory=SlotSet)
    gaps: list[SlotGap] = field(default_factory=list[SlotGap])

    def ack_to(self) -> int:
        """The slot up to which the insole need keep nothing: everything requested before it is held or
        gone."""
        settled = SlotSet()
        for piece in self.durable:
            settled.add(*piece)
        for gap in self.gaps:
            settled.add(gap.first, gap.end)
        for wanted in self.requested:
            if gaps := settled.missing(*wanted):
                return gaps[0].first
        return self.requested.end


class Journal:
    """One journal file, open for appending; one process at a time.

    Args:
        path: the file; made if it is not there.
        now: the host's monotonic clock in ns.
        utc_ns: the wall clock; read once in each run, so that its steps do not matter.
        sync: makes a file descriptor's data durable.
        on_entry: called with each sound entry that the file holds, while it is opened.
        about: what else the RUN entries say, JSON-ready.

    Raises:
        JournalError: the file cannot be written, is in use, or is no journal.

    Attributes:
        holdings: by number of the insole.
        damage: what the file held that could not be used.
        commits: how often data was made durable.
        recovered_bytes: what was sound in the file when it was opened.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], int] = now_ns,
        utc_ns: Callable[[], int] = time.time_ns,
        sync: Sync = os.fsync,
        on_entry: Callable[[Entry], None] = lambda entry: None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        self.path = path
        self.holdings: dict[int, Holdings] = {}
        self.damage = Damage()
        self.commits = 0
        self._now = now
        self._sync = sync
        self._on_entry = on_entry
        self._about = dict(about or {})
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._on_commit: list[Callable[[], None]] = []
        self._number_of_serial: dict[str, int] = {}
        self._anchors: dict[str, tuple[int, int]] = {}
        self._size = 0
        self._file = self._open()
        try:
            self._recover()
            self.recovered_bytes = self._size
            self._begin_run(utc_ns)
        except JournalError:
            os.close(self._file)
            raise

    # What is written

    def insole(self, identity: Identity) -> int:
        """The number of an insole in this journal."""
        known = self._number_of_serial.get(identity.serial)
        if known is not None:
            return known
        number = len(self._number_of_serial)
        values = dict(vars(identity))
        self._append(entries.build_json(Kind.INSOLE, number, values))
        self._number_of_serial[identity.serial] = number
        self.holdings[number] = Holdings(values)
        return number

    def record(self, insole: int, record: bytes, first: int, end: int, arrival_ns: int) -> None:
        """A block record that stands for slots `first` to `end - 1` has come."""
        payload = entries.RECORD.pack(arrival_ns) + record
        durable = self.holdings[insole].durable
        self._append(entries.build(Kind.RECORD, insole, payload), lambda: durable.add(first, end))

    def request(self, insole: int, first: int, end: int) -> None:
        """These slots are wanted."""
        self._append(entries.build(Kind.REQUEST, insole, entries.RANGE.pack(first, end)))
        self.holdings[insole].requested.add(first, end)

    def held(self, insole: int, first: int, end: int) -> None:
        """These slots are durable elsewhere."""
        self._append(entries.build(Kind.HELD, insole, entries.RANGE.pack(first, end)))
        self.holdings[insole].durable.add(first, end)

    def gap(self, insole: int, gap: SlotGap) -> None:
        """The insole reports these slots as lost."""
        payload = entries.GAP.pack(gap.first, gap.end, gap.reason.code)
        holdings = self.holdings[insole]
        self._append(entries.build(Kind.GAP, insole, payload), lambda: holdings.gaps.append(gap))

    def clock(self, insole: int, boot: int, estimate: ClockEstimate) -> None:
        """How the insole's clock relates to the host's, as far as known now."""
        self._append(entries.build_clock(insole, boot, estimate))

    def describe(self, about: Mapping[str, Any]) -> None:
        """Say more about this journal, from now on in each RUN entry; written with the next commit."""
        self._about |= about
        boot = host_boot()
        self._append_run(boot, self._now(), self._anchors[boot])

    def commit(self) -> bool:
        """Write and sync what waits. True if anything was waiting.

        Raises:
            JournalError: the disk did not take it. It waits on; what the file held before is untouched.
        """
        if not self._waiting:
            return False
        data = b"".join(self._waiting)
        done, self._on_commit = self._on_commit, []
        try:
            self._write(data)
        except OSError as error:
            self._on_commit = done + self._on_commit
            self._cut_to_size()
            raise JournalError(self.path, _text(error)) from error
        self._size += len(data)
        self._waiting = []
        self._waiting_bytes = 0
        self.commits += 1
        for act in done:
            act()
        return True

    def close(self) -> None:
        """Commit and close.

        Raises:
            JournalError: as `commit`.
        """
        try:
            self.commit()
        finally:
            os.close(self._file)

    def abandon(self) -> None:
        """Close without committing: what waits is given up, as when the process is killed."""
        self._waiting = []
        self._on_commit = []
        os.close(self._file)

    @property
    def size(self) -> int:
        """Bytes of the file, those that wait to be written included: where the next entry will begin."""
        return self._size + self._waiting_bytes

    def number_of_serial(self, serial: str) -> int | None:
        """The number of an insole in this journal, None if it has none."""
        return self._number_of_serial.get(serial)

    def number_of(self, side: str) -> int | None:
        """The number of the insole of a side, None if none has been heard of."""
        for number, holdings in self.holdings.items():
            if holdings.identity["side"] == side:
                return number
        return None

    # Inside

    def _append(self, entry: bytes, when_durable: Callable[[], object] | None = None) -> None:
        if self._waiting_bytes + len(entry) > MAX_WAITING_BYTES:
            raise JournalError(
                self.path, "the disk takes no more and memory is full; make room and start again"
            )
        self._waiting.append(entry)
        self._waiting_bytes += len(entry)
        if when_durable is not None:
            self._on_commit.append(when_durable)  # pyright: ignore[reportArgumentType]

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        self._sync(self._file)

    def _cut_to_size(self) -> None:
        """Take back a part of a commit that did not fit; a sync that failed may have left all of it."""
        try:
            os.ftruncate(self._file, self._size)
            os.lseek(self._file, self._size, os.SEEK_SET)
        except OSError:
            # the tail is recognised when the file is opened again, and written over by the next commit
            pass

    def _open(self) -> int:
        try:
            _make_folder(self.path.parent)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | _OPEN_FLAGS, 0o600)
        except OSError as error:
            raise JournalError(self.path, _text(error)) from error
        try:
            lock_file(descriptor)
            _sync_folder(self.path.parent)
        except OSError as error:
            os.close(descriptor)
            raise JournalError(self.path, "another process is writing this journal; stop it first") from error
        return descriptor

    def _recover(self) -> None:
        """Learn what the file holds, and cut off what was being written when the last process ended."""
        with mapped(self.path) as data:
            if data[: len(FILE_START)] != FILE_START[: len(data)]:
                raise JournalError(self.path, "is not a journal; move it away")
            for entry in entries.scan(data, self.damage):
                self._take(entry)
                self._on_entry(entry)
                self._size = entry.end
        self._cut_to_size()

    def _take(self, entry: Entry) -> None:
        if entry.kind is Kind.RUN:
            values = entry.json()
            if values["format"] > entries.FORMAT:
                raise JournalError(
                    self.path, "was written by a newer version of Plantigrade; update this one"
                )
            self._anchors.setdefault(values["host_boot"], (values["monotonic_ns"], values["utc_ns"]))
        elif entry.kind is Kind.INSOLE:
            values = entry.json()
            self._number_of_serial[values["serial"]] = entry.insole
            self.holdings[entry.insole] = Holdings(values)
        elif entry.insole in self.holdings:
            _hold(self.holdings[entry.insole], entry)

    def _begin_run(self, utc_ns: Callable[[], int]) -> None:
        boot = host_boot()
        monotonic_ns = self._now()
        # The same clock as before: a wall clock that was set meanwhile must not bend the time line.
        known = self._anchors.setdefault(boot, (monotonic_ns, utc_ns() if boot not in self._anchors else 0))
        self._append_run(boot, monotonic_ns, known)
        self.commit()

    def _append_run(self, boot: str, monotonic_ns: int, anchor: tuple[int, int]) -> None:
        values = self._about | {
            "format": entries.FORMAT,
            "host_boot": boot,
            "monotonic_ns": monotonic_ns,
            "utc_ns": anchor[1] + monotonic_ns - anchor[0],
        }
        self._append(entries.build_json(Kind.RUN, entries.NO_INSOLE, values))


def _hold(holdings: Holdings, entry: Entry) -> None:
    if entry.kind is Kind.RECORD:
        record = entry.record()[1]
        first = block.seq_of(record)
        holdings.durable.add(first, first + block.slots_of(record))
    elif entry.kind is Kind.REQUEST:
        holdings.requested.add(*entry.range())
    elif entry.kind is Kind.HELD:
        holdings.durable.add(*entry.range())
    elif entry.kind is Kind.GAP:
        first, end, code = entry.gap()
        holdings.gaps.append(SlotGap(first, end, MissingReason.from_code(code)))


def host_boot() -> str:
    """Names the present run of the host's monotonic clock; two processes with the same name share that
    clock."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"process {os.getpid()} {time.time_ns()}"


def _make_folder(folder: Path) -> None:
    """The folder is there, and will be after a power cut: new folders are synced into their parent."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that does not know this
            raise
    finally:
        os.close(descriptor)


def _text(error: OSError) -> str:
    texts: dict[int | None, str] = {
        errno.ENOSPC: "the disk is full; nothing is lost, the insoles keep their data; make room",
        errno.EROFS: "the disk is read-only; choose another folder with --data",
        errno.EACCES: "not allowed to write here; choose another folder with --data",
    }
    return texts.get(error.errno, f"cannot be written: {error.strerror}")
