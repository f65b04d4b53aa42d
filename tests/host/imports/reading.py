"""Files written for a test: read, or refused in words."""

import re
from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats

_OF_EVERY_SHORT_FILE = re.compile(
    r"(; |^)(only [\d.]+ s long: averages rest on very few strides"
    r"|no (left|right) foot in the file: nothing that needs both feet can be computed)"
)


def written(path: Path, content: str | bytes) -> Path:
    """The file with this content; text as Latin-1."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
    return path


def refusal(path: Path, format_name: str = "auto", foot: Foot | None = None) -> str:
    """Why a file is refused, without its name, which must stand before it."""
    with pytest.raises(FileError) as caught:
        formats.read(path, format_name, foot=foot)
    assert str(caught.value) == f"{path}: {caught.value.problem}"
    return caught.value.problem


def message(walk: Walk) -> str:
    """The note of a walk without what it has to say of a short file and of a foot that is not there."""
    return _OF_EVERY_SHORT_FILE.sub("", walk.source.note).removeprefix("; ")
