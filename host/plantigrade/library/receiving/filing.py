"""From a received parcel to a recording of its person: verified and filed once, or put aside and named."""

import shutil
import struct
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from plantigrade.bridge.journal.file import JournalError
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.files.durable import replace_folder, sync_and_sum, sync_folder
from plantigrade.library.catalogue.insole_keys import all_log_keys
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import UnknownPersonError, UnknownRecordingError
from plantigrade.library.catalogue.versions import FINAL, Version, put_version
from plantigrade.library.receiving.clinic_keys import secret_keys
from plantigrade.library.receiving.entries import Parcel, ReceivingError
from plantigrade.library.receiving.parcels import ParcelRegister
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.receiving.settings import CLOCK_TOLERANCE
from plantigrade.library.receiving.spool import FOLDER, Spool
from plantigrade.library.recording_tar.layout import RECORDING_NAME
from plantigrade.library.recording_tar.unpack import unpack
from plantigrade.library.recordings.container import MANIFEST_FILE, RecordingManifest, file_sum, read_manifest
from plantigrade.library.recordings.encryption import encrypt_folder
from plantigrade.library.recordings.finalize import finalize_journal
from plantigrade.library.recordings.verify import verify
from plantigrade.parcels.errors import ParcelError
from plantigrade.parcels.header import Kind
from plantigrade.parcels.open import OpenedParcel, open_parcel

_OPENING: Final = "opening-"


class ForAnotherError(ReceivingError):
    """A parcel that is put aside because it is another person's, or contradicts what is here."""


@dataclass(frozen=True)
class Filed:
    """What became of a parcel.

    Attributes:
        parcel: number of it.
        recording: what it became; "" where it was put aside.
        problem: why it was put aside, or what is odd about it; "" for nothing.
    """

    parcel: int
    recording: str
    problem: str


class Filing:
    """Files parcels.

    Args:
        library: of the clinic, open.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._senders = SenderRegister(library.store)
        self.parcels = ParcelRegister(library.store, Spool(library.data_dir))

    def file_next(self, now: datetime | None = None) -> Filed | None:
        """File the next parcel that waits; None where none does. What is wrong with it is a result.

        Raises:
            LibraryError: the database fails; the parcel waits on.
            OSError: the disk fails or is full; the parcel waits on.
        """
        parcel = self.parcels.take(now)
        if parcel is None:
            return None
        try:
            return self._file(parcel, now or datetime.now(UTC))
        except (ParcelError, FileError, ReceivingError, UnknownPersonError) as error:
            problem = error.problem if isinstance(error, FileError) else str(error)
            self.parcels.put_aside(parcel, problem)
            return Filed(parcel.id, "", problem)
        except (PlantigradeError, OSError):
            self.parcels.give_back(parcel)
            raise

    def _file(self, parcel: Parcel, now: datetime) -> Filed:
        person = self._senders.get(parcel.sender).person
        try:
            file = self.parcels.spool.path(parcel.id).open("rb")
        except FileNotFoundError as error:
            raise ReceivingError("its file is gone; the home has to send it again") from error
        with file, self._room(parcel) as room:
            opened = open_parcel(file, secret_keys(self._library.store))
            if opened.parcel_id != parcel.parcel_id:
                raise ForAnotherError("another parcel came under this one's name")
            if opened.header.person != person:
                raise ForAnotherError(
                    f"is a recording of {opened.header.person!r}; its device was invited for {person}"
                )
            folder = self._recording_of(opened, room)
            manifest = read_manifest(folder)
            remark = self._put(folder, manifest, person)
            remark = "; ".join(filter(None, (remark, _clock_remark(manifest, parcel, now))))
        self.parcels.file(parcel, folder.name, opened.header.pieces_sha256, remark, now)
        return Filed(parcel.id, folder.name, remark)

    @contextmanager
    def _room(self, parcel: Parcel) -> Generator[Path]:
        """A folder of one's own on the disk of the recordings; those of workers that ended go."""
        base = self._library.data_dir / FOLDER
        prefix = f"{_OPENING}{parcel.id}-"
        for left in base.glob(f"{prefix}*"):
            shutil.rmtree(left, ignore_errors=True)
        room = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def _recording_of(self, opened: OpenedParcel, room: Path) -> Path:
        if not RECORDING_NAME.fullmatch(opened.header.name):
            raise ReceivingError("its name is none that a recording can have")
        if opened.header.kind is Kind.JOURNAL:
            return self._from_journal(opened, room)
        folder = room / opened.header.name
        folder.mkdir(mode=0o700)
        unpack(opened.content, folder, self._library.vault)
        self._check(folder)
        return folder

    def _from_journal(self, opened: OpenedParcel, room: Path) -> Path:
        path = room / f"{opened.header.name}.journal"
        with path.open("xb") as file:
            for piece in opened.content:
                file.write(piece)
        try:
            folder = finalize_journal(path, room, self._library.vault, log_keys=all_log_keys(self._library))
        except JournalError as error:
            raise ReceivingError(error.problem) from error
        except (ValueError, KeyError, TypeError, OverflowError, struct.error) as error:
            # Each entry has its checksum, and a sender may have written nonsense into it.
            raise ReceivingError(f"is no journal that a bridge or a phone writes: {error}") from error
        if not any(foot.frames_recorded for foot in read_manifest(folder).feet):
            raise ReceivingError("holds no sample: nothing was fetched before it ended")
        self._check(folder)
        return folder

    def _check(self, folder: Path) -> None:
        """Verify it, as `plantigrade sessions verify` does."""
        manifest = read_manifest(folder)
        if manifest.id != folder.name:
            raise ReceivingError(f"its manifest is that of {manifest.id[:60]!r}")
        verdict = verify(folder, self._library.vault)
        if not verdict.ok:
            raise ReceivingError(f"is not sound: {'; '.join(verdict.problems[:3])}")

    def _put(self, folder: Path, manifest: RecordingManifest, person: str) -> str:
        """Put it in its place, once; what the clinic's people should know."""
        library, target = self._library, self._library.recordings / folder.name
        try:
            entry = library.entry(folder.name)
        except UnknownRecordingError:
            entry = None
        there = None if not (target / MANIFEST_FILE).is_file() else file_sum(target / MANIFEST_FILE)
        same = there == file_sum(folder / MANIFEST_FILE)
        # Without a person, a worker may have ended between the folder and its row.
        if entry is not None and entry.person != person and not (entry.person is None and same):
            raise ForAnotherError(f"{folder.name} is here already, as a recording of somebody else")
        if entry is not None and entry.deleted_utc is not None:
            return "it was deleted here, and stays so"
        if entry is not None and same and entry.person == person:
            return ""  # the same, sent twice
        if there is not None and not same and not _is_newer(manifest, read_manifest(target)):
            return "an earlier version of what is here; nothing was changed"
        if library.vault is not None:  # before it is in its place, where other programs find it
            encrypt_folder(target if same else folder, library.vault)
        if not same:
            _move(folder, target)
        put_version(library, target, Version(FINAL, datetime.now(UTC), person))
        return ""


def _move(folder: Path, target: Path) -> None:
    """To its place, durable and whole; what was there goes."""
    for path in folder.iterdir():
        sync_and_sum(path)
    sync_folder(folder)
    if (target / MANIFEST_FILE).is_file():
        replace_folder(folder, target)
    else:
        folder.rename(target)
        sync_folder(target.parent)


def _is_newer(manifest: RecordingManifest, there: RecordingManifest) -> bool:
    versions = [int(one.provenance.get("version", 1)) for one in (manifest, there)]
    recorded = [sum(foot.frames_recorded for foot in one.feet) for one in (manifest, there)]
    return (versions[0], recorded[0]) > (versions[1], recorded[1])


def _clock_remark(manifest: RecordingManifest, parcel: Parcel, now: datetime) -> str:
    """A recording cannot have ended after it came: then the clock at home was wrong."""
    if manifest.start_utc_ns is None:
        return ""
    ended = datetime.fromtimestamp(manifest.start_utc_ns * 1e-9, UTC) + timedelta(
        seconds=manifest.duration_s or 0
    )
    ahead = ended - min(parcel.received_utc or now, now)
    if ahead <= CLOCK_TOLERANCE:
        return ""
    hours = ahead.total_seconds() / 3600
    return f"it ends {hours:.1f} h after it came: the clock at home was wrong; check its date"
