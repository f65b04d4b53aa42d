"""Makes a recording of a journal: the same journal always gives the same recording, and never half of one."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from insole_protocol import block
from numpy.typing import NDArray

from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Damage, Entry, Kind
from plantigrade.bridge.journal.file import JournalError, host_boot
from plantigrade.bridge.slot_ranges import SlotRange, SlotSet
from plantigrade.files.mapped import mapped
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.container import (
    Draft,
    FootManifest,
    RecordedGap,
    RecordingManifest,
    read_manifest,
    sync_folder,
)
from plantigrade.library.recordings.frames import NO_TIME, FootFrames
from plantigrade.library.recordings.round_trips import RoundTrips
from plantigrade.library.recordings.sealed_journal import NO_LOG_KEYS, LogKeys, opened
from plantigrade.library.recordings.timeline import Timeline
from plantigrade.link import batch_decoder
from plantigrade.link.base import now_ns

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault


@dataclass(frozen=True)
class Extent:
    """Which slots of a journal become which version of which recording.

    Attributes:
        name: of the recording.
        slots: by serial number of the insole, half-open ranges of slots; what lies outside is another
            recording's. An insole without any is left out.
        version: of the recording. One that is there is replaced, unless it says the same.
    """

    name: str
    slots: dict[str, tuple[tuple[int, int], ...]]
    version: int = 1

    def of(self, serial: str) -> SlotSet:
        """The slots of one insole."""
        found = SlotSet()
        for first, end in self.slots.get(serial, ()):
            found.add(first, end)
        return found


@dataclass
class _Foot:
    """Everything a journal holds about one insole."""

    identity: dict[str, Any]
    records: list[bytes] = field(default_factory=list[bytes])
    requested: SlotSet = field(default_factory=SlotSet)
    held: SlotSet = field(default_factory=SlotSet)
    gaps: list[SlotGap] = field(default_factory=list[SlotGap])
    timeline: Timeline = field(default_factory=Timeline)
    trips: RoundTrips = field(default_factory=RoundTrips)
    extent: SlotSet | None = None


@dataclass
class JournalContent:
    """A journal as read for finalizing."""

    name: str = ""
    feet: dict[int, _Foot] = field(default_factory=dict[int, _Foot])
    damage: Damage = field(default_factory=Damage)
    runs: int = 0
    last_run: dict[str, Any] = field(default_factory=dict[str, Any])
    _utc_minus_monotonic: int = 0
    _anchors: dict[str, int] = field(default_factory=dict[str, int])

    def take(self, entry: Entry) -> None:
        """Take one entry into account."""
        if entry.kind is Kind.RUN:
            self._take_run(entry)
        elif entry.kind is Kind.INSOLE:
            self.feet[entry.insole] = _Foot(entry.json())
        elif entry.insole in self.feet:
            self._take_of_foot(self.feet[entry.insole], entry)

    def trim(self, extent: Extent) -> None:
        """Leave out what is another recording's."""
        for number, foot in list(self.feet.items()):
            foot.extent = extent.of(foot.identity["serial"])
            requested, foot.requested = foot.requested, SlotSet()
            for wanted in requested:
                for piece in foot.extent.common(*wanted):
                    foot.requested.add(*piece)
            if not foot.requested:
                del self.feet[number]

    def open_sealed(self, path: Path, log_keys: LogKeys) -> None:
        """Open the records that insoles have sealed.

        Raises:
            JournalError: a key is not at hand; the journal has to stay until it is.
        """
        for foot in self.feet.values():
            capabilities = int(foot.identity.get("capabilities", 0))
            foot.records = opened(path, foot.identity["serial"], foot.records, log_keys, capabilities)

    def _take_run(self, entry: Entry) -> None:
        values = entry.json()
        shift = values["utc_ns"] - values["monotonic_ns"]
        self._utc_minus_monotonic = self._anchors.setdefault(values["host_boot"], shift)
        if not self.runs:
            start = np.datetime64(values["utc_ns"] // 1_000_000_000, "s").item()
            digest = hashlib.sha256(entry.payload).hexdigest()[:8]
            self.name = f"{start:%Y%m%dT%H%M%SZ}-{digest}"
        self.runs += 1
        self.last_run = values

    def _take_of_foot(self, foot: _Foot, entry: Entry) -> None:
        if entry.kind is Kind.RECORD:
            foot.records.append(entry.record()[1])
        elif entry.kind is Kind.REQUEST:
            foot.requested.add(*entry.range())
        elif entry.kind is Kind.HELD:
            foot.held.add(*entry.range())
        elif entry.kind is Kind.GAP:
            first, end, code = entry.gap()
            foot.gaps.append(SlotGap(first, end, MissingReason.from_code(code)))
        elif entry.kind is Kind.CLOCK:
            boot, estimate = entry.clock()
            foot.timeline.add(boot, _in_utc(estimate, self._utc_minus_monotonic))
        elif entry.kind is Kind.ROUND_TRIP:
            boot, trip = entry.round_trip()
            foot.trips.add(boot, self._utc_minus_monotonic, trip)


def read_journal(path: Path) -> JournalContent:
    """Everything a journal holds.

    Raises:
        JournalError: it cannot be read, or nothing in it is sound.
    """
    content = JournalContent()
    try:
        with mapped(path) as data:
            for entry in entries.scan(data, content.damage):
                content.take(entry)
    except OSError as error:
        raise JournalError(path, f"cannot be read: {error.strerror}") from error
    if not content.runs:
        raise JournalError(path, "holds nothing that can be read")
    return content


def finalize_journal(
    journal: Path,
    recordings: Path,
    vault: "Vault | None" = None,
    extent: Extent | None = None,
    log_keys: LogKeys = NO_LOG_KEYS,
) -> Path:
    """Make a recording of a journal; the journal stays as it is. Doing it again gives the same recording.

    Args:
        journal: path of a journal that nobody writes to.
        recordings: folder of recordings.
        vault: the library's key; the recording is then encrypted.
        extent: the part of the journal that is meant; None for all of it, under the journal's own name.
        log_keys: of insoles that seal their records, by serial number.

    Returns:
        The recording's folder.

    Raises:
        JournalError, RecordingError: reading or writing failed, or records are sealed under a key that is not
            at hand; nothing half-done is left in sight.
    """
    content = read_journal(journal)
    content.open_sealed(journal, log_keys)
    name = content.name if extent is None else extent.name
    draft = Draft.begin(recordings, name, vault)
    if extent is not None:
        content.trim(extent)
    feet = {number: _trimmed(foot_frames(foot), foot.extent) for number, foot in content.feet.items()}
    start_ns = _start(feet.values())
    manifest = [
        _write_foot(draft, foot, content.feet[number], feet[number], start_ns)
        for number, foot in _foot_names(content).items()
    ]
    provenance: dict[str, Any] = {
        "made_by": "plantigrade bridge",
        "journal_damaged_bytes": content.damage.bytes,
        "journal_runs": content.runs,
        "counts": "raw 12-bit ADC counts in the order of the sensor layout",
    }
    if extent is not None:
        provenance["version"] = extent.version
    made = RecordingManifest(name, start_ns, _duration(feet, start_ns), provenance, manifest)
    return draft.finish(made, replacing=extent is not None and not _says_the_same(made, recordings / name))


def _says_the_same(made: RecordingManifest, folder: Path) -> bool:
    """Whether a recording that is there has the same frames and gaps; encrypted files differ each time."""
    try:
        there = read_manifest(folder)
    except RecordingError:
        return False
    feet = [[replace(foot, sha256="") for foot in manifest.feet] for manifest in (made, there)]
    return feet[0] == feet[1] and (made.start_utc_ns, made.duration_s) == (
        there.start_utc_ns,
        there.duration_s,
    )


def roll(
    journal: Path, recordings: Path, vault: "Vault | None" = None, log_keys: LogKeys = NO_LOG_KEYS
) -> Path:
    """Finalize a journal and begin a new one in its place that knows what the recording holds.

    The old journal is replaced only after the recording is durable; ended half-way, it can be done again.

    Raises:
        JournalError, RecordingError: as `finalize_journal`.
    """
    folder = finalize_journal(journal, recordings, vault, log_keys=log_keys)
    content = read_journal(journal)
    fresh = journal.with_suffix(".next")
    with fresh.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        for piece in _carried_over(content):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(journal)
    sync_folder(journal.parent)
    return folder


def _carried_over(content: JournalContent) -> list[bytes]:
    run: dict[str, Any] = {**content.last_run, "after": content.name}
    if run["host_boot"] == host_boot():
        monotonic_ns = now_ns()  # the time line goes on, whatever the wall clock was set to
        run["utc_ns"] += monotonic_ns - run["monotonic_ns"]
        run["monotonic_ns"] = monotonic_ns
    pieces = [entries.build_json(Kind.RUN, entries.NO_INSOLE, run)]
    for number, foot in content.feet.items():
        pieces.append(entries.build_json(Kind.INSOLE, number, foot.identity))
        held = SlotSet()
        for piece in foot.held:
            held.add(*piece)
        for record in foot.records:
            first = block.seq_of(record)
            held.add(first, first + block.slots_of(record))
        pieces += [entries.build(Kind.HELD, number, entries.RANGE.pack(*piece)) for piece in held]
        pieces += [
            entries.build(Kind.GAP, number, entries.GAP.pack(gap.first, gap.end, gap.reason.code))
            for gap in foot.gaps
        ]
    return pieces


def foot_frames(foot: _Foot) -> FootFrames:
    """All frames of one insole: in order, no slot twice, with host times."""
    decoded = batch_decoder.decode_records(foot.records)
    order = np.argsort(decoded.seq, kind="stable")
    seq, slots = decoded.seq[order], decoded.slots_per_frame[order]
    reached = np.maximum.accumulate(seq + slots)
    new = np.ones(len(seq), np.bool_)
    new[1:] = seq[1:] >= reached[:-1]
    order = order[new]
    for boot, estimate in foot.trips.estimates():
        foot.timeline.add(boot, estimate)
    host_ns, uncertainty_us = foot.timeline.place(decoded.boot[order], decoded.time_us[order])
    return FootFrames(
        seq=decoded.seq[order],
        slots=decoded.slots_per_frame[order],
        boot=decoded.boot[order],
        status=decoded.status[order],
        device_us=decoded.time_us[order],
        host_ns=host_ns,
        uncertainty_us=uncertainty_us,
        counts=decoded.counts[order],
        imu=None if decoded.imu is None else decoded.imu[order],
    )


def _trimmed(frames: FootFrames, extent: SlotSet | None) -> FootFrames:
    """The frames that stand for at least one slot of the extent; all without one."""
    if extent is None:
        return frames
    chosen = np.zeros(len(frames), np.bool_)
    for piece in extent:
        chosen |= (frames.seq + frames.slots > piece.first) & (frames.seq < piece.end)
    return frames if chosen.all() else frames.rows(chosen)


def recorded_slots(frames: FootFrames) -> SlotSet:
    """The slots that frames stand for."""
    return slots_of(frames.seq, frames.slots)


def slots_of(seq: NDArray[np.int64], slots: NDArray[Any]) -> SlotSet:
    """The slots that rows stand for, each `slots` of them from `seq` on, in rising order."""
    recorded = SlotSet()
    if not len(seq):
        return recorded
    end = seq + slots
    breaks = np.flatnonzero(seq[1:] != end[:-1]) + 1
    for first, stop in zip(np.append(0, breaks), np.append(breaks, len(end)), strict=True):
        recorded.add(int(seq[first]), int(end[stop - 1]))
    return recorded


def _write_foot(
    draft: Draft, name: str, foot: _Foot, frames: FootFrames, start_ns: int | None
) -> FootManifest:
    recorded = recorded_slots(frames)
    requested = [
        piece
        for wanted in foot.requested
        for piece in foot.held.missing(*wanted)  # what an earlier recording holds is not this one's affair
    ]
    gaps = _gaps(requested, recorded, foot.gaps)
    when = _gap_clock(frames, foot.identity["period_us"], start_ns)
    by_reason: dict[str, int] = {}
    for gap in gaps:
        by_reason[gap.reason] = by_reason.get(gap.reason, 0) + gap.slots
    return FootManifest(
        foot=name,
        insole=foot.identity,
        requested=[(piece.first, piece.end) for piece in requested],
        frames_requested=sum(piece.slots for piece in requested),
        frames_recorded=sum(recorded.within(*piece) for piece in requested),
        frames_missing=sum(gap.slots for gap in gaps),
        missing_by_reason=by_reason,
        gaps=[RecordedGap(gap.first, gap.end, *when(gap), gap.reason) for gap in gaps],
        rows=len(frames),
        sha256=draft.write_frames(name, frames),
    )


def _gaps(requested: list[SlotRange], recorded: SlotSet, explained: list[SlotGap]) -> list[SlotGap]:
    found: list[SlotGap] = []
    for wanted in requested:
        for absent in recorded.missing(*wanted):
            rest = SlotSet()
            for gap in explained:
                if gap.first < absent.end and gap.end > absent.first:
                    for new in rest.add(max(gap.first, absent.first), min(gap.end, absent.end)):
                        found.append(SlotGap(new.first, new.end, gap.reason))
            found += [
                SlotGap(piece.first, piece.end, MissingReason.UNEXPLAINED) for piece in rest.missing(*absent)
            ]
    return sorted(found, key=lambda gap: gap.first)


def _gap_clock(
    frames: FootFrames, period_us: int, start_ns: int | None
) -> Callable[[SlotGap], tuple[float | None, float | None]]:
    """When a gap began and ended: from the end of the frame before it to the start of the one after
    it."""

    def seconds(index: int, slots: int) -> float | None:
        if not 0 <= index < len(frames) or start_ns is None or frames.host_ns[index] == NO_TIME:
            return None
        return round((int(frames.host_ns[index]) - start_ns) * 1e-9 + slots * period_us * 1e-6, 4)

    def when(gap: SlotGap) -> tuple[float | None, float | None]:
        after = int(np.searchsorted(frames.seq, gap.first, "right"))
        before = after - 1
        span = int(frames.slots[before]) if before >= 0 else 0
        return seconds(before, span), seconds(after, 0)

    return when


def _foot_names(content: JournalContent) -> dict[int, str]:
    names: dict[int, str] = {}
    for number, foot in content.feet.items():
        side = foot.identity["side"]
        names[number] = side if side not in names.values() else f"{side}-{foot.identity['serial']}"
    return names


def _start(feet: Any) -> int | None:
    known = [
        int(frames.host_ns[frames.host_ns != NO_TIME].min(initial=np.iinfo(np.int64).max)) for frames in feet
    ]
    first = min(known, default=np.iinfo(np.int64).max)
    return None if first == np.iinfo(np.int64).max else first


def _duration(feet: dict[int, FootFrames], start_ns: int | None) -> float | None:
    if start_ns is None:
        return None
    last: NDArray[np.int64] = np.array([frames.host_ns.max(initial=start_ns) for frames in feet.values()])
    return round(float(last.max() - start_ns) * 1e-9, 3)


def _in_utc(estimate: ClockEstimate, shift_ns: int) -> ClockEstimate:
    return ClockEstimate(
        estimate.reference_us,
        estimate.host_at_reference_ns + shift_ns,
        estimate.drift_ppm,
        estimate.uncertainty_ns,
        estimate.drift_uncertainty_ppm,
        estimate.round_trips,
    )
