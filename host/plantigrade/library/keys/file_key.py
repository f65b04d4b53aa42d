"""The key of one file, and whether a file is encrypted."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ENCRYPTED_MAGIC: Final = b"PARE"


@dataclass(frozen=True)
class FileKey:
    """What encrypts one file.

    Attributes:
        secret: 32 bytes, used for this file alone.
        binding: what the file is, authenticated with it: a file put in another's place does not open.
    """

    secret: bytes = field(repr=False)
    binding: bytes


def is_encrypted(path: Path) -> bool:
    """Whether a Parquet file is encrypted.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(4) == ENCRYPTED_MAGIC
