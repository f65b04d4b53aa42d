"""The texts of the pages: a folder for each language, in it a file for each page, found by keys such as
`strip.link`.

The first part of a key is a table of exactly one file, so that the file of a text is found by its key.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import FileError

FOLDER: Final = Path(__file__).parent
FALLBACK: Final = "en"


class Words:
    """Texts of one language.

    Example:
        >>> words_of("en")("nav.today")
        'Today'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = _texts_of(language)

    def __call__(self, key: str, **values: object) -> str:
        """A text with its values filled in.

        Raises:
            KeyError: there is no such text, or a value is missing: a defect of the page.
        """
        text = self._texts[key]
        return text.format(**values) if values else text

    @property
    def keys(self) -> frozenset[str]:
        """All keys."""
        return frozenset(self._texts)

    def counted(self, key: str, number: int, **values: object) -> str:
        """`key.one` or `key.many`, by the number."""
        return self(f"{key}.{'one' if number == 1 else 'many'}", number=number, **values)


def languages() -> tuple[str, ...]:
    """Languages that have texts.

    Example:
        >>> "en" in languages()
        True
    """
    return tuple(sorted(path.name for path in FOLDER.iterdir() if any(path.glob("*.toml"))))


def preferred(accepted: str) -> str:
    """The first language of a browser's wishes (header Accept-Language) that there are texts in; "" for none.

    Example:
        >>> preferred("fr-CH, de-DE;q=0.9, en;q=0.8")
        'de'
    """
    names = (wish.split(";")[0].strip().split("-")[0].lower() for wish in accepted.split(","))
    return next((name for name in names if name in languages()), "")


@cache
def words_of(language: str) -> Words:
    """The texts of a language; those of English for one that is not there."""
    return Words(language if language in languages() else FALLBACK)


def _texts_of(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        try:
            with path.open("rb") as stream:
                texts = _flat("", tomllib.load(stream))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FileError(path, f"is not a list of texts: {error}") from error
        if twice := _tables(texts) & _tables(found):
            raise FileError(path, f"has tables that another file has, too: {', '.join(sorted(twice))}")
        found |= texts
    return found


def _tables(texts: Mapping[str, str]) -> set[str]:
    return {key.partition(".")[0] for key in texts}


def _flat(prefix: str, texts: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in texts.items():
        if isinstance(value, dict):
            found |= _flat(f"{prefix}{key}.", value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            found[f"{prefix}{key}"] = str(value)
    return found
