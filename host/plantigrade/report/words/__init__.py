"""Words of the printed report, by language; one TOML file each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from plantigrade.errors import FileError

WORDS_DIR = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Words:
    """All words of one language; a key is "section.name"."""

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


def languages() -> tuple[str, ...]:
    """Languages that the report is written in."""
    return tuple(sorted(path.stem for path in WORDS_DIR.glob("*.toml")))


@cache
def words(language: str = "en") -> Words:
    """The words of a language.

    Raises:
        FileError: there is no such language, or its file is damaged.
    """
    path = WORDS_DIR / f"{language}.toml"
    if language not in languages():
        raise FileError(path, f"no report in {language!r}; there is: {', '.join(languages())}")
    try:
        with path.open("rb") as stream:
            data = tomllib.load(stream)
    except tomllib.TOMLDecodeError as error:
        raise FileError(path, f"is not a list of words: {error}") from error
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            section = cast(dict[str, Any], value)
            flat.update({f"{key}.{name}": text for name, text in section.items()})
        else:
            flat[key] = value
    return Words(language, flat)
