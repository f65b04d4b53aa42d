"""The recording container: a folder with one Parquet file for each insole and `recording.json` with the
books.

Documented in docs/reference/journal.md. Raw counts, device time and host time of every frame; gaps with
reasons;
checksums of the files. A recording is written beside its place and moved there whole, so it is there or it
is not.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from plantigrade.library.frames import FootFrames, RecordingError, write_parquet

SCHEMA = "plantigrade.recording/1"
BOOKS_FILE = "recording.json"


@dataclass(frozen=True)
class RecordedGap:
    """Slots that are missing, with their place in time.

    Attributes:
        first, end: slot numbers, half-open.
        from_s, to_s: seconds since the start of the recording; None where no clock tells.
        reason: a `MissingReason`.
    """

    first: int
    end: int
    from_s: float | None
    to_s: float | None
    reason: str


@dataclass(frozen=True)
class FootBooks:
    """What `recording.json` says of one insole. All counts are slots, which at full rate are frames.

    Attributes:
        foot: "left", "right" or "unset"; also the name of the file.
        insole: identity as the insole told it.
        requested: half-open ranges of slots that were asked for.
        frames_requested, frames_recorded, frames_missing: the balance.
        missing_by_reason: how many slots for each reason.
        gaps: every gap.
        rows: rows of the file; fewer than slots where the insole stored means of several.
        sha256: of the file.
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


@dataclass(frozen=True)
class RecordingBooks:
    """`recording.json`.

    Attributes:
        id: name of the recording.
        start_utc_ns: time of the first frame, None when no clock was ever compared.
        duration_s: to the end of the last frame.
        provenance: where the data came from: journal, its damage, software version.
        feet: one for each insole.
    """

    id: str
    start_utc_ns: int | None
    duration_s: float | None
    provenance: dict[str, Any]
    feet: list[FootBooks]
    schema: str = SCHEMA

    def as_json(self) -> str:
        """The file's text; the same books give the same bytes."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


@dataclass
class Draft:
    """A recording being written, beside its place."""

    folder: Path
    target: Path
    _sums: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def begin(cls, recordings: Path, name: str) -> "Draft":
        """Make room for a recording called `name`.

        Raises:
            RecordingError: the folder cannot be written.
        """
        folder = recordings / f".{name}.draft"
        try:
            if folder.exists():
                shutil.rmtree(folder)  # left by a process that ended half-way
            folder.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise RecordingError(folder, f"cannot be written: {error.strerror}") from error
        return cls(folder, recordings / name)

    def write_frames(self, name: str, frames: FootFrames) -> str:
        """Write one insole's file; its SHA-256."""
        path = self.folder / f"{name}.parquet"
        try:
            write_parquet(path, frames)
            return _sync_and_sum(path)
        except OSError as error:
            raise RecordingError(path, f"cannot be written: {error.strerror or error}") from error

    def finish(self, books: RecordingBooks) -> Path:
        """Write the books and move the recording to its place; from now on it is there."""
        path = self.folder / BOOKS_FILE
        try:
            path.write_text(books.as_json())
            _sync_and_sum(path)
            sync_folder(self.folder)
            if self.target.exists():
                shutil.rmtree(self.folder)  # the same journal was sealed before: the recording stands
            else:
                self.folder.rename(self.target)
            sync_folder(self.target.parent)
        except OSError as error:
            raise RecordingError(self.target, f"cannot be written: {error.strerror}") from error
        return self.target


def read_books(folder: Path) -> RecordingBooks:
    """The books of a recording.

    Raises:
        RecordingError: there are none, or they are not understood.
    """
    path = folder / BOOKS_FILE
    try:
        values: dict[str, Any] = json.loads(path.read_text())
        if values["schema"] != SCHEMA:
            raise RecordingError(path, f"has schema {values['schema']}, this version reads {SCHEMA}")
        values["feet"] = [_read_foot(foot) for foot in values["feet"]]
        return RecordingBooks(**values)
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RecordingError(path, f"is damaged: {error}") from error


def _read_foot(values: dict[str, Any]) -> FootBooks:
    values["gaps"] = [RecordedGap(**gap) for gap in values["gaps"]]
    values["requested"] = [(int(first), int(end)) for first, end in values["requested"]]
    return FootBooks(**values)


def find_recordings(recordings: Path) -> Iterator[Path]:
    """Folders of recordings, oldest name first."""
    if recordings.is_dir():
        yield from sorted(folder for folder in recordings.iterdir() if (folder / BOOKS_FILE).is_file())


def file_sum(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_and_sum(path: Path) -> str:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return file_sum(path)
