"""Batches whose files lie in the data folder: those that are made from the pages."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.device.provision import result_file
from plantigrade.device.provision.batch_file import BATCH_CODE, BatchRow, read_batch
from plantigrade.device.provision.factory_keys import FOLDER as KEYS
from plantigrade.device.provision.factory_keys import make_folder
from plantigrade.device.provision.making import PAPERS
from plantigrade.files.atomic_write import new_file

FOLDER: Final = "provisioned"
LIST: Final = "batch.csv"
_SERIAL: Final = re.compile(r"[0-9A-F]{16}")


@dataclass(frozen=True)
class StoredBatch:
    """A batch in the data folder.

    Attributes:
        code: of the batch.
        folder: of its results.
    """

    code: str
    folder: Path

    def rows(self) -> tuple[BatchRow, ...]:
        """What its list says; nothing where single boards were made without a list.

        Raises:
            BatchError: the list there cannot be used.
        """
        path = self.folder / LIST
        return read_batch(path, self.code) if path.is_file() else ()

    def results(self) -> list[result_file.Row]:
        """What became of its boards.

        Raises:
            FileError: the result there cannot be read.
        """
        return result_file.read_rows(self.folder / result_file.NAME)

    def paper(self, serial: str, name: str) -> Path | None:
        """A paper of an insole; None where there is none."""
        if not _SERIAL.fullmatch(serial) or name not in PAPERS:
            return None
        path = self.folder / serial / name
        return path if path.is_file() else None


def batch_of(data_dir: Path, code: str) -> StoredBatch | None:
    """The batch of a code, whether its folder is there already or not; None where it is no code.

    >>> batch_of(Path("data"), "../../etc") is None
    True
    """
    if not BATCH_CODE.fullmatch(code):
        return None
    return StoredBatch(code, data_dir / FOLDER / code.lower())


def stored_batches(data_dir: Path) -> list[StoredBatch]:
    """All of them, by code."""
    folder = data_dir / FOLDER
    if not folder.is_dir():
        return []
    found = (batch_of(data_dir, path.name.upper()) for path in folder.iterdir() if path.is_dir())
    return sorted((one for one in found if one is not None), key=lambda one: one.code)


def store_list(batch: StoredBatch, path: Path) -> None:
    """Put a copy of a list into the folder of its batch, once it was read without a fault.

    Raises:
        BatchError: it cannot be used.
        FileError: it cannot be written.
    """
    read_batch(path, batch.code)
    make_folder(batch.folder)
    with new_file(batch.folder / LIST) as draft:
        draft.write_bytes(path.read_bytes())


def signing_keys(data_dir: Path) -> dict[str, Path]:
    """Secret factory keys in the data folder by name: `factory-keys/NAME.pem`."""
    return {path.stem: path for path in sorted((data_dir / KEYS).glob("*.pem")) if path.is_file()}
