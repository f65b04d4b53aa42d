"""Parcels of this home: written once to a file, then sent from there, so that the bytes stay the same."""

import os
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError
from plantigrade.files.durable import sync_folder
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recording_tar.pack import tar_of
from plantigrade.library.sending.entries import Clinic, Sending
from plantigrade.library.sending.settings import FOLDER
from plantigrade.parcels.digest import PiecesDigest
from plantigrade.parcels.header import Kind, ParcelHeader
from plantigrade.parcels.seal import seal
from plantigrade.parcels.settings import PREAMBLE_BYTES
from plantigrade.parcels.stream import Preamble

_SUFFIX: Final = ".parcel"
_DRAFT: Final = ".making"


class ParcelFiles:
    """The folder of parcels that are being sent.

    Args:
        library: open.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.folder = library.data_dir / FOLDER

    def path(self, number: int) -> Path:
        """Of the parcel of a sending."""
        return self.folder / f"{number}{_SUFFIX}"

    def make(self, sending: Sending, clinic: Clinic, now: datetime) -> tuple[str, str, int]:
        """Make a parcel; its id, the digest of its content, and its length.

        Raises:
            FileError, ParcelError: the recording cannot be read, or changed meanwhile.
            FileError: the parcel cannot be written; the disk may be full.
        """
        tar = tar_of(self._library.recordings / sending.recording, self._library.vault)
        digest = PiecesDigest()
        for piece in tar.pieces():
            digest.update(piece)
        header = ParcelHeader(
            Kind.RECORDING,
            sending.recording,
            clinic.there,
            digest.bytes,
            digest.hex(),
            now.isoformat(timespec="seconds"),
            f"plantigrade {version('plantigrade')}",
        )
        path = self.path(sending.id)
        draft = path.with_suffix(_DRAFT)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("wb") as file:
                for piece in seal(header, tar.pieces(), clinic.key):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
                length = file.tell()
            with draft.open("rb") as file:
                parcel_id = Preamble.parse(file.read(PREAMBLE_BYTES)).parcel_id
            draft.replace(path)
            sync_folder(self.folder)
        except OSError as error:
            raise FileError(path, f"cannot be written: {error.strerror}") from error
        finally:
            draft.unlink(missing_ok=True)
        return parcel_id, digest.hex(), length

    def is_there(self, sending: Sending) -> bool:
        """Whether the file is the parcel that a sending means."""
        try:
            with self.path(sending.id).open("rb") as file:
                first = file.read(PREAMBLE_BYTES)
                length = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return False
        return length == sending.bytes and Preamble.parse(first).parcel_id == sending.parcel_id

    def read(self, sending: Sending, offset: int, most: int) -> bytes:
        """Bytes of a parcel.

        Raises:
            FileError: it cannot be read.
        """
        path = self.path(sending.id)
        try:
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(most)
        except OSError as error:
            raise FileError(path, f"cannot be read: {error.strerror}") from error

    def remove(self, number: int) -> None:
        """Remove the parcel of a sending, if it is there."""
        self.path(number).unlink(missing_ok=True)

    def tidy(self, wanted: set[int]) -> None:
        """Remove files that nothing needs any more."""
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            if path.suffix == _DRAFT or (path.stem.isdigit() and int(path.stem) not in wanted):
                path.unlink(missing_ok=True)
