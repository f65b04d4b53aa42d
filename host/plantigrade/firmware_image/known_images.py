"""Images of MicroPython that were looked at: `firmware/micropython.lock`.

A file passes the checks of its structure although somebody has changed it on purpose, so its hash must be one
of the list, or be named by whoever flashes it.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.firmware_image.build import firmware_folder
from plantigrade.firmware_image.esp_image import MicroPythonImage

LOCK_NAME: Final = "micropython.lock"
_SHA256_DIGITS = 64


class UnknownImageError(PlantigradeError):
    """An image of MicroPython that is not in the list, and whose hash was not named."""


@dataclass(frozen=True)
class KnownImage:
    """One row of the list.

    Attributes:
        name: of the file, as its maker calls it.
        size: in bytes.
        sha256: of the file, 64 hexadecimal digits.
        added: when, and by whom or from where, it came into the list.
    """

    name: str
    size: int
    sha256: str
    added: str


def known_images(path: Path | None = None) -> tuple[KnownImage, ...]:
    """All rows of the list.

    Args:
        path: of another list than the one that comes with the firmware.

    Raises:
        FileError: it cannot be read, or is not of the form that its first lines describe.
    """
    path = path or firmware_folder() / LOCK_NAME
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise FileError(path, f"cannot read the list of known images ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(path, f"is not TOML: {error}") from error
    rows = values.get("image", [])
    if not isinstance(rows, list):
        raise FileError(path, "begin each image with a line [[image]]")
    return tuple(_known_image(row, path) for row in cast(list[Any], rows))


def require_known(
    image: MicroPythonImage, size: int, name: str, accepted: str | None = None
) -> KnownImage | None:
    """Check that an image is in the list or named by its hash; its row, if it has one.

    The made-up image for virtual boards needs no row: it is made on this computer.

    Args:
        image: as `esp_image.read_micropython` gives it.
        size: of the file in bytes.
        name: of the file.
        accepted: hash that the user has named.

    Raises:
        UnknownImageError: neither; or another hash was named than the file has.
        FileError: the list cannot be read.
    """
    if accepted is not None and accepted.lower() != image.sha256:
        raise UnknownImageError(
            f"{name}: its SHA-256 is {image.sha256}, not the one accepted ({accepted}); take the file that "
            "you meant"
        )
    for row in known_images():
        if row.sha256 == image.sha256 and row.size == size:
            return row
    if accepted is None and not image.is_virtual:
        raise UnknownImageError(
            f"{name}: MicroPython {image.version} of {image.date} is not among the known images "
            f"(firmware/{LOCK_NAME}); its SHA-256 is {image.sha256}: compare it with that of the file's "
            f"maker, then add --accept-unknown {image.sha256}"
        )
    return None


def _known_image(row: Any, path: Path) -> KnownImage:
    try:
        name, size, sha256, added = (row[key] for key in ("name", "size", "sha256", "added"))
    except (KeyError, TypeError) as error:
        raise FileError(path, "each image needs name, size, sha256 and added") from error
    digits = (
        isinstance(sha256, str) and len(sha256) == _SHA256_DIGITS and set(sha256) <= set("0123456789abcdef")
    )
    if not digits or type(size) is not int or size <= 0:
        raise FileError(path, f"{name}: sha256 is not 64 hexadecimal digits, or size no number of bytes")
    return KnownImage(
        str(name), size, cast(str, sha256), added.isoformat() if isinstance(added, date) else str(added)
    )
