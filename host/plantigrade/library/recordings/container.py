"""The recording container: a folder with one Parquet file for each insole and `recording.json` with the
manifest.

Documented in docs/reference/journal.md. Raw counts, device time and host time of every frame; gaps with
reasons; checksums of the files. A recording is written beside its place and moved there whole, so it is there
or it is not.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plantigrade.files.durable import (
    begin_draft,
    file_sum,
    release_folder,
    replace_folder,
    sync_and_sum,
    sync_folder,
)
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import EncryptedFile, binding_of, write_keys
from plantigrade.library.keys.file_key import FileKey
from plantigrade.library.recordings.forces import ForceFrames, write_forces
from plantigrade.library.recordings.frames import FootFrames, write_parquet

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault

__all__ = [
    "COUNTS",
    "FORCES",
    "MANIFEST_FILE",
    "Draft",
    "FootManifest",
    "RecordedGap",
    "RecordingManifest",
    "file_sum",
    "find_recordings",
    "read_manifest",
    "sync_folder",
]

SCHEMA = "plantigrade.recording/1"
MANIFEST_FILE = "recording.json"
COUNTS = "counts"
FORCES = "forces"


@dataclass(frozen=True)
class RecordedGap:
    """Slots that are missing, with their place in time.

    Attributes:
        first, end: slot numbers, half-open.
        from_s, to_s: seconds since the start of the recording; None where no clock is known.
        reason: a `MissingReason`.
    """

    first: int
    end: int
    from_s: float | None
    to_s: float | None
    reason: str


@dataclass(frozen=True)
class FootManifest:
    """What `recording.json` states about one insole. All counts are slots, which at full rate are frames.

    Attributes:
        foot: "left", "right" or "unset"; also the name of the file.
        insole: identity as the insole reported it.
        requested: half-open ranges of slots that were asked for.
        frames_requested, frames_recorded, frames_missing: the balance.
        missing_by_reason: how many slots for each reason.
        gaps: every gap.
        rows: rows of the file; fewer than slots where the insole stored means of several.
        sha256: of the file as it was finalized.
        calibration: in force when it was finalized, as `Calibration.save` writes it; None if nothing was
            known.
        layout: sensor positions of an import; None for our own insole, whose layout its identity names.
        quantity: "counts" of our insoles; "force", "footswitch" or "motion" of imports.
    """

    foot: str
    insole: dict[str, Any]
    requested: list[tuple[int, int]]
    frames_requested: int
    frames_recorded: int
    frames_missing: int
    missing_by_reason: dict[str, int]
    gaps: list[RecordedGap]
    rows: int
    sha256: str
    calibration: dict[str, Any] | None = None
    layout: dict[str, Any] | None = None
    quantity: str = "counts"


@dataclass(frozen=True)
class RecordingManifest:
    """`recording.json`.

    Attributes:
        id: name of the recording.
        start_utc_ns: time of the first frame, None when no clock was ever compared.
        duration_s: to the end of the last frame.
        provenance: where the data came from: journal, its damage, software version.
        feet: one for each insole.
        content: `COUNTS` of our insoles, or `FORCES` as another system gave them.
        sample_rate_hz: slots per second.
        body_weight_n: where the source of an import states it.
    """

    id: str
    start_utc_ns: int | None
    duration_s: float | None
    provenance: dict[str, Any]
    feet: list[FootManifest]
    schema: str = SCHEMA
    content: str = COUNTS
    sample_rate_hz: float = 100.0
    body_weight_n: float | None = None

    def as_json(self) -> str:
        """The file's text; the same manifest gives the same bytes."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


@dataclass
class Draft:
    """A recording being written, beside its place. Two writers never share a draft."""

    folder: Path
    target: Path
    vault: "Vault | None" = None
    _lock: int = -1
    _keys: dict[str, EncryptedFile] = field(default_factory=dict[str, EncryptedFile])

    @classmethod
    def begin(cls, recordings: Path, name: str, vault: "Vault | None" = None) -> "Draft":
        """Make room for a recording called `name`; with a vault its files are encrypted.

        Raises:
            RecordingError: the folder cannot be written.
        """
        try:
            recordings.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder, lock = begin_draft(recordings, name)
            return cls(folder, recordings / name, vault, lock)
        except OSError as error:
            raise RecordingError(recordings / name, f"cannot be written: {error.strerror}") from error

    def write_frames(self, name: str, frames: FootFrames) -> str:
        """Write one insole's file; its SHA-256."""
        return self._write(name, lambda path, key: write_parquet(path, frames, key))

    def write_forces(self, name: str, frames: ForceFrames) -> str:
        """Write one imported foot's file; its SHA-256."""
        return self._write(name, lambda path, key: write_forces(path, frames, key))

    def _write(self, name: str, write: Callable[[Path, FileKey | None], None]) -> str:
        path = self.folder / f"{name}.parquet"
        try:
            if self.vault is None:
                write(path, None)
                return sync_and_sum(path)
            key, wrapped = self.vault.new_file_key(binding_of(self.target.name, name))
            write(path, key)
            digest = sync_and_sum(path)
        except OSError as error:
            self.abandon()
            raise RecordingError(path, f"cannot be written: {error.strerror or error}") from error
        self._keys[name] = EncryptedFile(wrapped, digest)
        return digest

    def finish(self, manifest: RecordingManifest, replacing: bool = False) -> Path:
        """Write the manifest and move the recording to where it belongs; from now on it is there.

        Args:
            manifest: of the recording.
            replacing: take the place of the recording of that name, if there is one; else that one stays.
        """
        path = self.folder / MANIFEST_FILE
        try:
            if self._keys:
                write_keys(self.folder, self._keys)
            path.write_text(manifest.as_json(), encoding="utf-8")
            sync_and_sum(path)
            sync_folder(self.folder)
            if not (self.target / MANIFEST_FILE).is_file():  # else the same was finalized before: it stays
                self.folder.rename(self.target)
            elif replacing:
                replace_folder(self.folder, self.target)
            sync_folder(self.target.parent)
        except OSError as error:
            # unless another writer came first with the same
            if replacing or not (self.target / MANIFEST_FILE).is_file():
                raise RecordingError(self.target, f"cannot be written: {error.strerror}") from error
        finally:
            self.abandon()
        return self.target

    def abandon(self) -> None:
        """Leave nothing behind of a draft that is not wanted."""
        if self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
        release_folder(self._lock)
        self._lock = -1


def read_manifest(folder: Path) -> RecordingManifest:
    """The manifest of a recording.

    Raises:
        RecordingError: there are none, or they are not understood.
    """
    path = folder / MANIFEST_FILE
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if values["schema"] != SCHEMA:
            raise RecordingError(
                path, f"has schema {values['schema']}, this version reads {SCHEMA}; update plantigrade"
            )
        values["feet"] = [_read_foot(foot) for foot in values["feet"]]
        return RecordingManifest(**values)
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RecordingError(path, f"is damaged: {error}") from error


def _read_foot(values: dict[str, Any]) -> FootManifest:
    values["gaps"] = [RecordedGap(**gap) for gap in values["gaps"]]
    values["requested"] = [(int(first), int(end)) for first, end in values["requested"]]
    return FootManifest(**values)


def find_recordings(recordings: Path) -> Iterator[Path]:
    """Folders of recordings, oldest name first."""
    if recordings.is_dir():
        yield from sorted(folder for folder in recordings.iterdir() if (folder / MANIFEST_FILE).is_file())
