"""What a file with keys of insoles holds. Reading trusts nobody, although its writer knew the key."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final, cast

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.insole_keys import InsoleKeys
from plantigrade.library.insole_key_files.settings import MOST_INSOLES, MOST_LOG_KEYS

_SERIAL: Final = re.compile(r"[0-9A-F]{16}")
_KEY: Final = re.compile(r"[0-9a-f]{64}")


class KeyFileError(PlantigradeError):
    """A file with keys of insoles that cannot be used; nothing was changed."""


def build(insoles: Sequence[InsoleKeys]) -> bytes:
    """Keys as JSON, to be sealed."""
    values = [
        {
            "serial": one.serial,
            "device": None if one.device is None else one.device.hex(),
            "logs": [key.hex() for key in one.logs],
        }
        for one in insoles
    ]
    return json.dumps({"insoles": values}).encode()


def parse(data: bytes) -> tuple[InsoleKeys, ...]:
    """The keys, in the file's order.

    >>> parse(build([InsoleKeys("00007CDFA1000102", None, (bytes(32),))]))
    (InsoleKeys(serial='00007CDFA1000102'),)

    Raises:
        KeyFileError: it holds something else, or more than any library has.
    """
    insoles = fields(data, ("insoles",))["insoles"]
    if not isinstance(insoles, list):
        raise KeyFileError("holds no list of insoles")
    given = cast("list[Any]", insoles)
    if not 0 < len(given) <= MOST_INSOLES:
        raise KeyFileError(f"holds {len(given)} insoles; 1 to {MOST_INSOLES} are read")
    found = tuple(_insole(one) for one in given)
    if len({one.serial for one in found}) != len(found):
        raise KeyFileError("names an insole twice")
    return found


def fields(data: bytes, names: Sequence[str]) -> dict[str, Any]:
    """The fields of a JSON object that has these and no others.

    Raises:
        KeyFileError: it is something else.
    """
    try:
        values: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise KeyFileError("is not a file with keys of insoles, or damaged") from error
    return _object(values, names)


def _object(values: Any, names: Sequence[str]) -> dict[str, Any]:
    if not isinstance(values, dict) or set(cast("dict[Any, Any]", values)) != set(names):
        raise KeyFileError("is not a file with keys of insoles, or damaged")
    return cast("dict[str, Any]", values)


def _insole(value: Any) -> InsoleKeys:
    values = _object(value, ("serial", "device", "logs"))
    serial, device, logs = values["serial"], values["device"], values["logs"]
    if not isinstance(serial, str) or not _SERIAL.fullmatch(serial):
        raise KeyFileError("holds a serial number that is none")
    if not isinstance(logs, list) or len(cast("list[Any]", logs)) > MOST_LOG_KEYS:
        raise KeyFileError(f"insole {serial}: more than {MOST_LOG_KEYS} log keys, or no list")
    keys = tuple(_key(key, serial) for key in cast("list[Any]", logs))
    return InsoleKeys(serial, None if device is None else _key(device, serial), keys)


def _key(value: Any, serial: str) -> bytes:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise KeyFileError(f"insole {serial}: a key that is none")
    return bytes.fromhex(value)
