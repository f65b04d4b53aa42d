"""Adding recordings: finalized folders of our insoles, and walks that other systems recorded."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.files.durable import file_sum
from plantigrade.gait.signals import NO_NUMBER, FootSignal, TimeGap, Walk
from plantigrade.library.catalogue.tables import DeviceRow, RecordingDeviceRow, RecordingRow
from plantigrade.library.recordings.container import (
    FORCES,
    MANIFEST_FILE,
    Draft,
    FootManifest,
    RecordedGap,
    RecordingManifest,
    read_manifest,
)
from plantigrade.library.recordings.finalize import slots_of
from plantigrade.library.recordings.forces import MIRRORED, ForceFrames, from_signal, layout_as_json

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault

INSOLE: Final = "insole"
IMPORT: Final = "import"
_UNKNOWN_GAP: Final = "not in the file"
_NEAR_S: Final = 1.0


def add(session: Session, folder: Path, title: str = "", source: str = "") -> RecordingRow:
    """Add a finalized recording to the catalogue.

    Args:
        session: of a writing transaction.
        folder: the recording.
        title: free text.
        source: name of the file that it was imported from.

    Raises:
        RecordingError: its manifest cannot be read.
    """
    manifest = read_manifest(folder)
    now = datetime.now(UTC)
    row = RecordingRow(
        id=folder.name,
        kind=IMPORT if manifest.content == FORCES else INSOLE,
        title=title,
        source=source,
        person_id=None,
        start_utc_ns=manifest.start_utc_ns,
        order_ns=manifest.start_utc_ns or int(now.timestamp()) * 1_000_000_000,
        duration_s=manifest.duration_s,
        feet=",".join(foot.foot for foot in manifest.feet),
        sample_rate_hz=manifest.sample_rate_hz,
        frames_recorded=sum(foot.frames_recorded for foot in manifest.feet),
        frames_missing=sum(foot.frames_missing for foot in manifest.feet),
        bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        books_sha256=file_sum(folder / MANIFEST_FILE),
        added_utc=now,
    )
    session.add(row)
    session.flush()
    _add_devices(session, row.id, manifest)
    return row


def refresh(session: Session, row: RecordingRow, folder: Path) -> None:
    """Bring a row up to a folder that another version took the place of; names, tags and notes stay.

    Raises:
        RecordingError: its manifest cannot be read.
    """
    manifest = read_manifest(folder)
    row.start_utc_ns = manifest.start_utc_ns
    row.order_ns = manifest.start_utc_ns or row.order_ns
    row.duration_s = manifest.duration_s
    row.feet = ",".join(foot.foot for foot in manifest.feet)
    row.frames_recorded = sum(foot.frames_recorded for foot in manifest.feet)
    row.frames_missing = sum(foot.frames_missing for foot in manifest.feet)
    row.bytes = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    row.books_sha256 = file_sum(folder / MANIFEST_FILE)
    session.execute(sa.delete(RecordingDeviceRow).where(RecordingDeviceRow.recording_id == row.id))
    _add_devices(session, row.id, manifest)


def _add_devices(session: Session, recording: str, manifest: RecordingManifest) -> None:
    for foot in manifest.feet:
        if serial := str(foot.insole.get("serial", "")):
            _add_device(session, foot.insole, serial)
            session.add(RecordingDeviceRow(recording_id=recording, foot=foot.foot, serial=serial))
    session.flush()


def _add_device(session: Session, identity: dict[str, Any], serial: str) -> None:
    device = session.get(DeviceRow, serial)
    if device is None:
        device = DeviceRow(serial=serial)
        session.add(device)
    device.side = str(identity.get("side", "unset"))
    device.layout = int(identity.get("layout", 0))
    device.firmware = str(identity.get("firmware", ""))
    session.flush()


def import_id(walk: Walk, copy_for: str = "") -> str:
    """What a recording of a walk is called: the same for the same samples.

    Args:
        walk: that another system recorded.
        copy_for: code of a person for whom it is stored a second time on purpose.
    """
    digest = digest_of(walk)
    if copy_for:
        digest = hashlib.sha256(f"{digest} {copy_for}".encode()).hexdigest()
    return f"import-{digest[:12]}"


def store_walk(
    walk: Walk,
    recordings: Path,
    vault: "Vault | None",
    provenance: dict[str, Any] | None = None,
    start: datetime | None = None,
    copy_for: str = "",
) -> Path:
    """Make a recording of a walk that another system recorded; the same walk gives the same recording.

    Args:
        walk: as it was read.
        recordings: folder of the library.
        vault: of an encrypted library.
        provenance: facts to add.
        start: when the first sample was taken, with a time zone; times that do not begin near 0 are counted
            from there then, so that second 0 of the recording is that instant.
        copy_for: as in `import_id`.

    Raises:
        RecordingError: it cannot be written; nothing is left of it.
    """
    draft = Draft.begin(recordings, import_id(walk, copy_for), vault)
    try:
        if start is not None:
            walk = _from_zero(walk)
        start_s = min((float(foot.time_s[0]) for foot in walk.feet if len(foot)), default=0.0)
        end_s = max((float(foot.time_s[-1]) for foot in walk.feet if len(foot)), default=0.0)
        manifest = RecordingManifest(
            id=draft.target.name,
            start_utc_ns=None if start is None else utc_ns(start),
            duration_s=round(end_s - start_s, 6),
            provenance={
                "made_by": f"plantigrade {version('plantigrade')} import",
                "format": walk.source.format,
                "note": walk.source.note,
                "instrument": walk.source.instrument.value,
            }
            | _mirrored(walk)
            | (provenance or {}),
            feet=[_store_foot(draft, signal, walk.sample_rate_hz) for signal in walk.feet],
            content=FORCES,
            sample_rate_hz=round(walk.sample_rate_hz, 6),  # some are the mean of rounded times
            body_weight_n=walk.body_weight_n,
        )
        return draft.finish(manifest)
    finally:
        draft.abandon()


def _from_zero(walk: Walk) -> Walk:
    """A walk whose times begin near 0."""
    first_s = min((float(foot.time_s[0]) for foot in walk.feet if len(foot)), default=0.0)
    if abs(first_s) < _NEAR_S:
        return walk
    left, right = (None if foot is None else _earlier(foot, first_s) for foot in (walk.left, walk.right))
    return replace(walk, left=left, right=right)


def _earlier(foot: FootSignal, by_s: float) -> FootSignal:
    gaps = tuple(replace(gap, from_s=gap.from_s - by_s, to_s=gap.to_s - by_s) for gap in foot.gaps)
    return replace(foot, time_s=foot.time_s - by_s, gaps=gaps)


def utc_ns(moment: datetime) -> int:
    """A time with a zone in nanoseconds of UTC, to the microsecond."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def digest_of(walk: Walk) -> str:
    """SHA-256 of a walk's samples: of forces, and of motion where there is any."""
    digest = hashlib.sha256(repr(walk.sample_rate_hz).encode())
    for foot in walk.feet:
        digest.update(f"{foot.foot.value} {foot.quantity} {foot.force_n.shape}".encode())
        digest.update(np.ascontiguousarray(foot.time_s, np.float64).data)
        digest.update(np.ascontiguousarray(foot.force_n, np.float32).data)
        for values in () if foot.motion is None else (foot.motion.acc_m_s2, foot.motion.gyr_deg_s):
            digest.update(b"none" if values is None else np.ascontiguousarray(values, np.float32).data)
    return digest.hexdigest()


def _mirrored(walk: Walk) -> dict[str, Any]:
    """Which feet's motion does not tell left from right; nothing where all do."""
    feet = [foot.foot.value for foot in walk.feet if foot.motion is not None and not foot.motion.sides_known]
    return {MIRRORED: feet} if feet else {}


def _store_foot(draft: Draft, signal: FootSignal, rate_hz: float) -> FootManifest:
    frames = from_signal(signal, rate_hz)
    numbers = frames.seq[~frames.is_empty()]
    recorded = slots_of(numbers, np.ones(len(numbers), np.int64))
    end = int(frames.seq[-1]) + 1 if len(frames) else 0
    gaps = [_gap(frames, piece.first, piece.end, signal.gaps, rate_hz) for piece in recorded.missing(0, end)]
    missing = sum(gap.end - gap.first for gap in gaps)
    reasons: dict[str, int] = {}
    for gap in gaps:
        reasons[gap.reason] = reasons.get(gap.reason, 0) + gap.end - gap.first
    return FootManifest(
        foot=signal.foot.value,
        insole={},
        requested=[(0, end)] if end else [],
        frames_requested=end,
        frames_recorded=len(numbers),
        frames_missing=missing,
        missing_by_reason=reasons,
        gaps=gaps,
        rows=len(frames),
        sha256=draft.write_forces(signal.foot.value, frames),
        layout=layout_as_json(signal.layout),
        quantity=signal.quantity,
    )


def _gap(
    frames: ForceFrames, first: int, end: int, reported: Sequence[TimeGap], rate_hz: float
) -> RecordedGap:
    """A gap between samples, or of samples without a number, with the reason that the source gave, if any."""
    row, after = (int(np.searchsorted(frames.seq, slot)) for slot in (first, end))
    from_s = float(frames.time_s[row - 1]) + 1.0 / rate_hz if row else float(frames.time_s[0])
    to_s = float(frames.time_s[after] if after < len(frames) else frames.time_s[-1] + 1.0 / rate_hz)
    if row < len(frames) and frames.seq[row] < end:
        return RecordedGap(first, end, round(from_s, 6), round(to_s, 6), NO_NUMBER)
    reasons = [gap.reason for gap in reported if gap.from_s < to_s and gap.to_s > from_s]
    reason = reasons[0] if reasons else _UNKNOWN_GAP
    return RecordedGap(first, end, round(from_s, 6), round(to_s, 6), reason)
