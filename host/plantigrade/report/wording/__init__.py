"""Wording of the printed report, by language; one TOML file each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from plantigrade.languages import texts_of

WORDING_DIR = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Wording:
    """All texts of one language; a key is "section.name"."""

    language: str
    entries: Mapping[str, Any]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its {braces} filled in. Values are never looked into for braces.

        Raises:
            KeyError: there is no such text, which is a defect of ours.
        """
        text = str(self.entries[key])
        return text.format(**values) if values else text

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """A list of terms with their meanings."""
        return [(str(pair[0]), str(pair[1])) for pair in self.entries[key]]


@cache
def load_wording(language: str = "en") -> Wording:
    """The texts of a language.

    Raises:
        FileError: there is no such language, or its file is damaged.
    """
    flat: dict[str, Any] = {}
    for key, value in texts_of(WORDING_DIR, language).items():
        if isinstance(value, dict):
            section = cast(dict[str, Any], value)
            flat.update({f"{key}.{name}": text for name, text in section.items()})
        else:
            flat[key] = value
    return Wording(language, flat)
