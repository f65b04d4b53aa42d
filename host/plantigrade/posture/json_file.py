"""The files of one person as JSON with a schema: rules, own days, diary; written whole or not at all, for
their owner alone to read."""

import json
from pathlib import Path
from typing import Any, cast

from plantigrade.errors import FileError
from plantigrade.files.durable import replace_text


def write_values(path: Path, schema: str, values: dict[str, Any]) -> None:
    """Write the values of a schema.

    Raises:
        FileError: the file cannot be written; the old one stands.
    """
    try:
        replace_text(path, json.dumps({"schema": schema, **values}, indent=1) + "\n")
    except OSError as error:
        raise FileError(path, f"cannot be written ({error.strerror})") from error


def read_values(path: Path, schema: str, what: str) -> dict[str, Any]:
    """Read the values of a schema; what they hold is not looked at.

    Args:
        path: of the file.
        schema: that it must have.
        what: the file should be, such as "a diary".

    Raises:
        FileError: missing, not JSON or another schema.
    """
    data = read_document(path)
    if data.get("schema") != schema:
        raise FileError(path, f"is not {what} of the schema {schema}")
    return data


def read_document(path: Path) -> dict[str, Any]:
    """Read a JSON document of any schema; empty where the file holds something else than an object.

    Raises:
        FileError: missing or not JSON.
    """
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror})") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileError(path, f"is not JSON: {error}") from error
    return cast(dict[str, Any], data) if isinstance(data, dict) else {}
