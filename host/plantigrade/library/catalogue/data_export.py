"""Everything of a person in one ZIP file that is read without Plantigrade."""

import json
import zipfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plantigrade.files.atomic_write import new_file
from plantigrade.library.entries import Filter, RecordingEntry
from plantigrade.library.entry_text import audit_as_json, person_as_json
from plantigrade.library.recordings import overview, strides
from plantigrade.library.recordings.computed import copy_plain, raw_removed
from plantigrade.library.recordings.container import FORCES, MANIFEST_FILE
from plantigrade.library.recordings.forces import write_forces
from plantigrade.library.recordings.frames import write_open_parquet

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.recordings.recording import Recording

_README: Final = """All that is stored about one person.

person.json      who
record.json      body, footwear, insoles, rules, baseline, diary, goals, answers to alerts, deliveries of
                 notifications, cautions, consents, plans with what came of them, settings, days, notes,
                 visits
accounts.json    accounts of the pages with their sessions, invitations; no secrets
recordings/ID/   recording.json: the manifest, tags, notes, analyses and alerts; one Parquet file a foot,
                 unless the raw samples were removed by the person's own rule:
                 c00..c15 are raw 12-bit counts in the order of the sensors, f000.. are forces as imported,
                 host_ns is UTC in nanoseconds, time_s is seconds on the clock of the imported file;
                 overview.parquet: smallest, mean and largest load of each second, ten seconds, minute and
                 ten minutes; strides.parquet: every stride with its values
audit.json       what was done with these data: who changed and who read what
SHA256SUMS       checksums of all files

Parquet is read by pandas, R, MATLAB, Julia, DuckDB and many others.
"""


def export_person(library: "Library", code: str, path: Path) -> int:
    """Write the ZIP file; how many recordings it holds, deleted ones that can be restored among them.

    Raises:
        UnknownPersonError: there is no such person.
        FileError: it cannot be written; nothing half-written is left.
    """
    person = library.person(code)
    entries = [*library.find(Filter(person=code)), *library.find(Filter(person=code, deleted=True))]
    with new_file(path) as draft, _Bundle(draft) as bundle:
        bundle.add_text("README.txt", _README)
        bundle.add_text("person.json", _json(person_as_json(person)))
        bundle.add_text("record.json", _json(library.record(code).as_json()))
        bundle.add_text("accounts.json", _json(library.accounts.of_person(code)))
        for entry in entries:
            _add(bundle, library, entry, draft.parent)
        library.log_export(code)
        log = [audit_as_json(line) for line in library.audit(code)]
        bundle.add_text("audit.json", _json(log))
    return len(entries)


class _Bundle(zipfile.ZipFile):
    """A ZIP file that ends with the checksums of what it holds."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w", zipfile.ZIP_DEFLATED)
        self._sums: list[str] = []

    def add_text(self, name: str, text: str) -> None:
        self.add_bytes(name, text.encode())

    def add_bytes(self, name: str, content: bytes) -> None:
        self._sums.append(f"{sha256(content).hexdigest()}  {name}\n")
        self.writestr(name, content)

    def close(self) -> None:
        if self.fp is not None and self._sums:
            sums, self._sums = self._sums, []
            self.writestr("SHA256SUMS", "".join(sums))
        super().close()


def _add(bundle: _Bundle, library: "Library", entry: RecordingEntry, scratch: Path) -> None:
    recording = library.open(entry.id)
    about = recording.as_json() | {
        "analyses": [
            asdict(stored) | {"made_utc": stored.made_utc.isoformat()} for stored in recording.analyses
        ],
        "audit": [audit_as_json(line) for line in library.audit(entry.id)],
    }
    bundle.add_text(f"recordings/{entry.id}/{MANIFEST_FILE}", _json(about))
    for foot in recording.manifest.feet if not raw_removed(recording.folder) else []:
        bundle.add_bytes(f"recordings/{entry.id}/{foot.foot}.parquet", _plain(recording, foot.foot, scratch))
    for name in (overview.NAME, strides.NAME):
        path = scratch / "computed.parquet"
        if copy_plain(recording.folder, name, library.vault, path):
            bundle.add_bytes(f"recordings/{entry.id}/{name}.parquet", path.read_bytes())
            path.unlink()


def _plain(recording: "Recording", foot: str, scratch: Path) -> bytes:
    """A foot's file without encryption; made beside the archive, not in a folder of all users."""
    path = scratch / "foot.parquet"
    if recording.content == FORCES:
        write_forces(path, recording.forces(foot))
    else:
        write_open_parquet(path, recording.frames(foot))
    content = path.read_bytes()
    path.unlink()
    return content


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
