"""A random name for this data folder, so that nothing outside needs a name of a person or of a computer."""

import os
import re
import secrets
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError

_PATTERN: Final = re.compile(r"[0-9a-f]{8}")


def installation_id(data: Path) -> str:
    """The name, made when it is first needed, and the same ever since.

    Raises:
        FileError: it cannot be stored, or what is stored is something else.
    """
    path = data / "service" / "installation"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            stored = path.read_text(encoding="ascii", errors="replace").strip()
            if not _PATTERN.fullmatch(stored):
                raise FileError(path, "is not the name of an installation; remove it for a new one") from None
            return stored
        name = secrets.token_hex(4)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(name)
    except OSError as error:
        raise FileError(path, f"cannot be written: {error.strerror}") from error
    return name
