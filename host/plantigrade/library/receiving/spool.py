"""Files of parcels as they come: bytes are on the disk before the database says that they are here.

After a power cut a file may be longer than the database says; what is beyond is cut off with the next piece.
"""

import errno
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from plantigrade.files.durable import sync_folder
from plantigrade.files.locks import lock_file
from plantigrade.library.receiving.entries import ReceivingError

FOLDER: Final = "receiving"
_SUFFIX: Final = ".parcel"
_WAIT_S: Final = 20.0
_TURN_S: Final = 0.01


class BusyError(ReceivingError):
    """Another request writes this upload just now."""


class FullError(ReceivingError):
    """The disk is full."""


class Spool:
    """The folder of parcels that are not filed.

    Args:
        data_dir: of the library.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def path(self, number: int) -> Path:
        """The file of a parcel."""
        return self.folder / f"{number}{_SUFFIX}"

    def free_bytes(self) -> int:
        """How much the disk still takes."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return shutil.disk_usage(self.folder).free

    @contextmanager
    def writing(self, number: int) -> Generator[BinaryIO]:
        """The file of a parcel, for one writer at a time, over all processes of this computer.

        Raises:
            BusyError: another one has been writing all the time.
            FullError: the disk is full; the database was not told of what was written.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.path(number)
        new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            _take_turn(file)
            if new:
                sync_folder(self.folder)
            try:
                yield file
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise FullError("the disk of the clinic is full") from error
                raise

    def remove(self, number: int) -> None:
        """Remove a parcel's file, if it is there."""
        self.path(number).unlink(missing_ok=True)

    def numbers(self) -> list[int]:
        """Parcels that have a file."""
        if not self.folder.is_dir():
            return []
        return sorted(int(path.stem) for path in self.folder.glob(f"*{_SUFFIX}") if path.stem.isdigit())


def _take_turn(file: BinaryIO) -> None:
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            lock_file(file.fileno())
            return
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise BusyError("another request writes this upload; try again") from error
            time.sleep(_TURN_S)


def put(file: BinaryIO, offset: int, data: bytes) -> None:
    """Put bytes at a place of an open file and make them durable; what was beyond goes."""
    file.truncate(offset)
    file.seek(offset)
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
