"""The library: people, insoles and recordings, stored, found, changed and erased.

Recordings are folders in `data_dir/recordings`; the catalogue beside them is a database. What the bridge
finalizes into the folder is added by itself when a library is opened, so the folder is the truth and the
catalogue adds names, tags and notes to it. Several processes may have the library open.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.errors import FileError
from plantigrade.files.durable import restore_replaced, sweep_drafts
from plantigrade.gait.signals import Walk
from plantigrade.library.catalogue import erasure, ingest, queries
from plantigrade.library.catalogue.audit import ReadLog, actor, add_audit_entry, audit_entries
from plantigrade.library.catalogue.details import load
from plantigrade.library.catalogue.judging import judged_by_person
from plantigrade.library.catalogue.library_people import LibraryPeople
from plantigrade.library.catalogue.person_tables import WearDayRow
from plantigrade.library.catalogue.store import LibraryError, Store
from plantigrade.library.catalogue.tables import (
    DeviceRow,
    LibraryRow,
    NoteRow,
    RecordingRow,
    TagRow,
)
from plantigrade.library.entries import (
    TAG_KINDS,
    AuditEntry,
    Device,
    Filter,
    RecordingEntry,
    Tag,
)
from plantigrade.library.keys.file_key import is_encrypted
from plantigrade.library.keys.master_key import find_keys, open_vault
from plantigrade.library.keys.vault import Vault
from plantigrade.library.person.entries import Unassigned
from plantigrade.library.recordings.container import MANIFEST_FILE
from plantigrade.library.recordings.recording import Recording
from plantigrade.library.recordings.verify import Verdict, verify

if TYPE_CHECKING:
    from plantigrade.calibration.model import Calibration

UNDO_DAYS: Final = 7
MAX_TEXT: Final = 20_000


class Library(LibraryPeople):
    """A library, opened; a context manager.

    Args:
        data_dir: folder of the recordings; made if it is not there.
        url: database of the catalogue; None for SQLite in that folder.
        key_file: holds the keys of an encrypted library; else they are looked for as in `keys.find_keys`.

    Raises:
        LibraryError: it cannot be opened, or a newer version of plantigrade made it.
        KeyMissingError: it is encrypted and its key is not at hand.
    """

    def __init__(self, data_dir: Path, url: str | None = None, key_file: Path | None = None) -> None:
        self.data_dir, self.url, self.key_file = data_dir, url, key_file
        self.recordings = data_dir / "recordings"
        try:
            self.recordings.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise LibraryError(f"{data_dir}: cannot be made: {error.strerror}") from error
        self.store = Store(data_dir, url)
        self.vault: Vault | None = None
        self.read_log = ReadLog(self.store)
        try:
            self.store.bring_up_to_date()
            self._unlock(key_file)
            self._tidy()
        except BaseException:
            self.store.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def _unlock(self, key_file: Path | None) -> None:
        self.uuid, key_id = self._identity()
        if key_id is not None:
            self.use_vault(open_vault(self.uuid, key_id, find_keys(self.uuid, key_file)))

    def _identity(self) -> tuple[str, str | None]:
        with self.store.read() as session:
            row = session.scalar(sa.select(LibraryRow))
            if row is not None:
                return row.uuid, row.key_id
        with suppress(LibraryError), self.store.write() as session:  # two may try: one row stays
            session.add(LibraryRow(id=1, uuid=str(uuid.uuid4()), key_id=None, created_utc=datetime.now(UTC)))
        with self.store.read() as session:
            row = session.scalars(sa.select(LibraryRow)).one()
            return row.uuid, row.key_id

    def use_vault(self, vault: Vault | None) -> None:
        """Encrypt and decrypt with these keys from now on."""
        self.vault = vault
        self.store.use_vault(vault)

    def _tidy(self) -> None:
        """Finish what was interrupted, and add what the bridge has finalized meanwhile."""
        erasure.finish(self.store, self.recordings)
        self.purge_expired()
        restore_replaced(self.recordings)
        sweep_drafts(self.recordings)
        self.scan()

    def scan(self) -> list[str]:
        """Add finalized recordings that the catalogue does not know; returns which."""
        names = [path.name for path in self.recordings.iterdir() if not path.name.startswith(".")]
        with self.store.read() as session:
            known = queries.known_folders(session, names)
        fresh = [
            name for name in names if name not in known and (self.recordings / name / MANIFEST_FILE).is_file()
        ]
        entered: list[str] = []
        for name in sorted(fresh):
            with suppress(FileError):  # `sessions verify` says what is wrong with it
                self.add_recording(self.recordings / name)
                entered.append(name)
        return entered

    def add_recording(self, folder: Path, title: str = "", source: str = "") -> RecordingEntry:
        """Add a finalized recording that lies in the library's folder; adding it twice changes nothing.

        Raises:
            RecordingError: its manifest cannot be read.
        """
        if folder.parent.resolve() != self.recordings.resolve():
            raise LibraryError(
                f"{folder}: lies outside of the library; recordings belong into {self.recordings}"
            )
        if self.vault is not None:
            from plantigrade.library.recordings.encryption import encrypt_folder

            encrypt_folder(folder, self.vault)
        try:
            with self.store.write() as session:
                if (row := session.get(RecordingRow, folder.name)) is None:
                    row = ingest.add(session, folder, title, source)
                    add_audit_entry(session, "add", row.id, row.kind)
                elif title and not row.title:
                    row.title, row.source = title, source
        except LibraryError:
            with self.store.read() as session:
                if session.get(RecordingRow, folder.name) is None:  # else another one added it meanwhile
                    raise
        return self.entry(folder.name)

    def import_walk(
        self,
        walk: Walk,
        title: str = "",
        source_name: str = "",
        source_sha256: str | None = None,
        start: datetime | None = None,
        copy_for: str = "",
    ) -> RecordingEntry:
        """Store a walk that another system recorded; the same walk only once. `start` and `copy_for`
        are those of `ingest.store_walk`; `library.importing` decides whose it becomes.

        Raises:
            RecordingError, LibraryError: it cannot be written; nothing is left of it.
        """
        provenance: dict[str, Any] = {} if source_sha256 is None else {"source_sha256": source_sha256}
        if self.vault is None and source_name:  # names of files may name people: not beside encrypted data
            provenance["source_name"] = source_name
        folder = ingest.store_walk(walk, self.recordings, self.vault, provenance, start, copy_for)
        return self.add_recording(folder, title, source_name)

    def find(self, wanted: Filter = Filter()) -> list[RecordingEntry]:  # noqa: B008 (frozen)
        """Recordings that meet a filter, newest first."""
        with self.store.read() as session:
            return queries.find(session, wanted)

    def count(self, wanted: Filter = Filter(), most: int | None = None) -> int:  # noqa: B008 (frozen)
        """How many recordings meet a filter, its page aside.

        Args:
            wanted: the filter.
            most: where there are more, this is the answer: databases count one by one.
        """
        with self.store.read() as session:
            return queries.count(session, wanted, most)

    def entry(self, name: str) -> RecordingEntry:
        """The entry of a recording, by its identifier or an unmistakable beginning of it.

        Raises:
            UnknownRecordingError: none or several are meant.
        """
        with self.store.read() as session:
            return queries.entry_of(session, queries.one(session, name).id)

    def open(self, name: str) -> Recording:
        """A recording with its samples, by its identifier or an unmistakable beginning of it.

        Raises:
            UnknownRecordingError: none or several are meant.
            RecordingError: its manifest cannot be read.
        """
        with self.store.read() as session:
            row = queries.one(session, name)
            recording = judged_by_person(self.record, load(session, row, self))
            key = queries.audit_key_of(session, row.person_id)
        if key is not None:
            self.read_log.add((key,), "recordings")
        return recording

    def verify(self, name: str) -> Verdict:
        """Verify a recording, and that its manifest is the one which the library took in."""
        with self.store.read() as session:
            row = queries.one(session, name)
            recording, manifest = row.id, row.books_sha256
        return self._verify(recording, manifest)

    def verify_all(self) -> list[Verdict]:
        """Verify every recording, also folders that could not be added."""
        with self.store.read() as session:
            query = sa.select(RecordingRow.id, RecordingRow.books_sha256).where(
                RecordingRow.erasing.is_(False)
            )
            stated = {row.id: row.books_sha256 for row in session.execute(query.order_by(RecordingRow.id))}
        strays = [p.name for p in sorted(self.recordings.iterdir()) if p.is_dir() and p.name not in stated]
        verdicts = [self._verify(recording, manifest) for recording, manifest in stated.items()]
        return verdicts + [verify(self.recordings / name, self.vault) for name in strays if name[0] != "."]

    def _verify(self, recording: str, books_sha256: str) -> Verdict:
        folder = self.recordings / recording
        verdict = verify(folder, self.vault)
        if verdict.manifest is not None and ingest.file_sum(folder / MANIFEST_FILE) != books_sha256:
            verdict.problems.append(
                f"{MANIFEST_FILE}: is not the one that the library took in; it was changed"
            )
        for path in sorted(folder.glob("*.parquet")) if self.vault is not None else []:
            if not is_encrypted(path):
                verdict.problems.append(
                    f"{path.name}: is not encrypted; run `plantigrade sessions keys protect`"
                )
        return verdict

    def tag(self, name: str, tags: Sequence[Tag], remove: bool = False) -> RecordingEntry:
        """Add tags to a recording, or remove them."""
        for tag in tags:
            if tag.kind not in TAG_KINDS or not tag.value.strip() or len(tag.value) > 100:
                raise LibraryError(
                    f"tag {tag}: is written KIND:VALUE, with KIND one of {', '.join(TAG_KINDS)}"
                )
        with self.store.write() as session:
            recording = queries.one(session, name).id
            for tag in tags:
                row = session.get(TagRow, (recording, tag.kind, tag.value))
                if row is None and not remove:
                    session.add(TagRow(recording_id=recording, kind=tag.kind, value=tag.value))
                elif row is not None and remove:
                    session.delete(row)
            add_audit_entry(
                session, "untag" if remove else "tag", recording, ", ".join(tag.kind for tag in tags)
            )
        return self.entry(recording)

    def note(self, name: str, text: str, at_s: float | None = None) -> int:
        """Add a note to a recording; its number."""
        if not text.strip() or len(text) > MAX_TEXT:
            raise LibraryError(f"a note has 1 to {MAX_TEXT} characters")
        with self.store.write() as session:
            recording = queries.one(session, name).id
            row = NoteRow(
                recording_id=recording, text=text, at_s=at_s, author=actor(), created_utc=datetime.now(UTC)
            )
            session.add(row)
            session.flush()
            add_audit_entry(session, "note", recording)
            return row.id

    def rename(self, name: str, title: str) -> RecordingEntry:
        """Give a recording another title."""
        with self.store.write() as session:
            row = queries.one(session, name)
            row.title = title[:200]
            add_audit_entry(session, "rename", row.id)
            recording = row.id
        return self.entry(recording)

    def assign(self, name: str, person: str | None, set_aside: bool = False) -> RecordingEntry:
        """Set who wore the insoles; None: nobody knows.

        Args:
            name: of the recording.
            person: code.
            set_aside: someone said that it is nobody's of this library: it no longer waits for an answer.
        """
        with self.store.write() as session:
            row = queries.one(session, name)
            wearer = None if person is None else queries.person_row(session, person)
            row.person_id = None if wearer is None else wearer.id
            if wearer is not None:
                row.unassigned = None
            elif set_aside:
                row.unassigned = Unassigned.SET_ASIDE.value
            add_audit_entry(session, "assign", row.id, "nobody" if wearer is None else wearer.audit_key)
            session.execute(
                sa.update(WearDayRow).where(WearDayRow.recording_id == row.id).values(person_id=row.person_id)
            )
            recording = row.id
        return self.entry(recording)

    def devices(self) -> list[Device]:
        """All insoles that recorded something."""
        from plantigrade.library.catalogue.details import as_device

        with self.store.read() as session:
            return [
                as_device(row) for row in session.scalars(sa.select(DeviceRow).order_by(DeviceRow.serial))
            ]

    def set_calibration(self, calibration: "Calibration", insole: Device | None = None) -> None:
        """Use a calibration for all recordings of its insole, also earlier ones: raw counts are stored.

        Args:
            calibration: of an insole that recorded something.
            insole: what is known of an insole that may have recorded nothing yet.

        Raises:
            LibraryError: the insole is not known.
        """
        import json

        from plantigrade.calibration.model import as_json

        serial = calibration.serial
        with self.store.write() as session:
            row = session.get(DeviceRow, serial)
            if row is None and insole is not None and insole.serial == serial:
                row = DeviceRow(
                    serial=serial, side=insole.side, layout=insole.layout, firmware=insole.firmware
                )
                session.add(row)
            if row is None:
                raise LibraryError(f"no insole {serial!r} has recorded anything in this library")
            row.calibration = json.dumps(as_json(calibration))
            add_audit_entry(session, "calibrate", serial, calibration.made_on)

    def delete(self, name: str) -> RecordingEntry:
        """Delete a recording. For UNDO_DAYS it can be restored; then it is erased."""
        return self._set_deleted(name, datetime.now(UTC), "delete")

    def restore(self, name: str) -> RecordingEntry:
        """Take a deletion back."""
        return self._set_deleted(name, None, "restore")

    def _set_deleted(self, name: str, when: datetime | None, action: str) -> RecordingEntry:
        with self.store.write() as session:
            row = queries.one(session, name)
            row.deleted_utc = when
            add_audit_entry(session, action, row.id)
            recording = row.id
        return self.entry(recording)

    def erase(self, name: str) -> None:
        """Erase a recording with all that belongs to it, now and for good."""
        with self.store.write() as session:
            recording = queries.one(session, name).id
            self._mark(session, RecordingRow.id == recording, "erase")
        erasure.finish(self.store, self.recordings)

    def purge_expired(self, now: datetime | None = None) -> int:
        """Erase what was deleted more than UNDO_DAYS ago; how many."""
        until = (now or datetime.now(UTC)) - timedelta(days=UNDO_DAYS)
        expired = RecordingRow.deleted_utc < until
        with self.store.read() as session:
            if session.scalar(sa.select(sa.func.count()).where(expired)) == 0:
                return 0
        with self.store.write() as session:
            self._mark(session, expired, "purge")
        return erasure.finish(self.store, self.recordings)

    def erase_person(self, code: str) -> int:
        """Erase a person with all recordings, now and for good; how many recordings."""
        with self.store.write() as session:
            row = queries.person_row(session, code)
            marked = self._mark(session, RecordingRow.person_id == row.id, "erase")
            row.erasing, row.name, row.birth_date, row.remark = True, None, None, ""
            add_audit_entry(session, "erase person", row.audit_key, f"{len(marked)} recordings")
        erasure.finish(self.store, self.recordings)
        return len(marked)

    def _mark(self, session: Session, condition: sa.ColumnElement[bool], action: str) -> list[str]:
        marked = erasure.mark_recordings(session, condition)
        for recording in marked:
            add_audit_entry(session, action, recording)
        return marked

    def audit(self, subject: str | None = None) -> list[AuditEntry]:
        """What was done, in order; of one recording or person if asked."""
        with self.store.read() as session:
            return audit_entries(session, subject)
