"""The settings of a data folder, DATA/service/settings.toml: a section for each part that has any."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from plantigrade.errors import FileError


def settings_file(data: Path) -> Path:
    """Where the settings of the service are."""
    return data / "service" / "settings.toml"


def section_of(data: Path, name: str) -> Mapping[str, Any] | None:
    """A section of the settings of a data folder, as it is written; None where there is none.

    Raises:
        FileError: the file cannot be read, or has something else of that name.
    """
    path = settings_file(data)
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(path, f"is not TOML: {error}") from error
    if name not in document:
        return None
    if not isinstance(document[name], dict):
        raise FileError(path, f"{name} is a section: it begins with a line [{name}]")
    return cast(dict[str, Any], document[name])
