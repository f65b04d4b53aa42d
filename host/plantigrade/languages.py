"""Texts apart from code: a folder with one TOML file for each language."""

import tomllib
from pathlib import Path
from typing import Any

from plantigrade.errors import FileError


def languages_in(folder: Path) -> tuple[str, ...]:
    """Languages that have a file in the folder."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def texts_of(folder: Path, language: str) -> dict[str, Any]:
    """The texts of a language, as the file has them.

    Raises:
        FileError: there is no such language, or its file is damaged.
    """
    path = folder / f"{language}.toml"
    known = languages_in(folder)
    if language not in known:
        raise FileError(path, f"there are no texts in {language!r}; there are: {', '.join(known)}")
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(path, f"is not a list of texts: {error}") from error
