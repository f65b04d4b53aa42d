"""Whom to write to: a file in the data folder, of whoever runs these pages."""

import re
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError

FILE: Final = "security-contact"
"""In the data folder: one line, an address as RFC 9116 has it."""
LONGEST: Final = 256
_MAIL: Final = re.compile(r"mailto:[^\s@<>]+@[^\s@<>]+")
_WEB: Final = re.compile(r"https://[^\s/]+(/\S*)?")
_PHONE: Final = re.compile(r"tel:\+?[\d.()-]+")


def security_contact(data_dir: Path) -> str:
    """The address; "" where nobody gave one.

    Raises:
        FileError: the file cannot be read, or holds no address.
    """
    path = data_dir / FILE
    try:
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(path, f"cannot be read: {error}") from error
    if len(text) > LONGEST or not any(kind.fullmatch(text) for kind in (_MAIL, _WEB, _PHONE)):
        raise FileError(
            path, "is to hold one address, such as mailto:security@clinic.example, https://... or tel:+..."
        )
    return text
