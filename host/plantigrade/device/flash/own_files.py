"""What an insole's own files say, carried over a flash: read out of the board before, put into the new image.

While the file system is written it is nowhere on the board. It then lies on this computer, in a file for this
chip that only its user may read (bonds are secrets), until the flash is whole: after a broken cable or a flat
battery the same command takes it from there.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from plantigrade.errors import FileError
from plantigrade.files.durable import replace_text
from plantigrade.firmware_image.build import FirmwareError, littlefs_files

BoardFiles = tuple[tuple[str, bytes], ...]

SETTINGS: Final = "settings.json"
OWN_FILES: Final = {
    SETTINGS: "settings",
    "bonds.json": "bonds",
    "numbers.json": "numbers",
    "crashes.json": "crash records",
    "events.bin": "events",
    "wipe.json": "a wipe that was asked for",
}
"""Files of the insole itself, each with its name for people. Bonds stay because a flash is no change of
hands (that is `device wipe`), numbers because none may come twice."""
STATE: Final = "slot.json"
FLOORS: Final = ("floor", "app_floor")
"""Of the state: the lowest security counters, which never fall. The rest of it is of the slots before."""
MOST_BYTES: Final = 32 * 1024
"""Of a single file; the firmware's own are far smaller."""


class UnreadableError(FirmwareError):
    """There is no file system on the board that could be read."""


@dataclass(frozen=True)
class OwnFiles:
    """What stays.

    Attributes:
        files: path and content.
        floors: by the names of the state.
    """

    files: BoardFiles = ()
    floors: tuple[tuple[str, int], ...] = ()

    @property
    def names(self) -> list[str]:
        """For people, in fixed order."""
        found = dict(self.files)
        return [name for path, name in OWN_FILES.items() if path in found]

    def put_into(self, files: BoardFiles) -> BoardFiles:
        """Files of a new insole with what stays: those of the same name in `files` are newer still."""
        new = dict(files)
        merged = {**dict(self.files), **new}
        if STATE in new and self.floors:
            state = json.loads(new[STATE])
            for name, floor in self.floors:
                state[name] = max(floor, state.get(name, 0))
            merged[STATE] = json.dumps(state).encode()
        return tuple(sorted(merged.items()))


def of_partition(data: bytes) -> OwnFiles:
    """What stays of a file system's bytes.

    Raises:
        UnreadableError: it is none.
    """
    try:
        files = littlefs_files(data)
    except FirmwareError as error:
        raise UnreadableError(f"the files on the board cannot be read ({error})") from error
    own = tuple((path, files[path]) for path in OWN_FILES if path in files and len(files[path]) <= MOST_BYTES)
    return OwnFiles(own, _floors(files))


def _floors(files: Mapping[str, bytes]) -> tuple[tuple[str, int], ...]:
    try:
        state: Any = json.loads(files.get(STATE, b"{}"))
    except ValueError:
        return ()
    if not isinstance(state, dict):
        return ()
    values = cast(dict[str, Any], state)
    return tuple(
        (name, values[name]) for name in FLOORS if type(values.get(name)) is int and values[name] > 0
    )


class Rescue:
    """What stays of one chip, on this computer, as long as it is nowhere else.

    Args:
        serial: of the chip.
        folder: where such files lie; the user's own one when None.
    """

    def __init__(self, serial: str, folder: Path | None = None) -> None:
        self.path = (_folder() if folder is None else folder) / f"{serial}.json"

    def save(self, own: OwnFiles) -> None:
        """Before the first byte is written.

        Raises:
            FileError: it cannot be written; the board is as it was.
        """
        files = {path: base64.b64encode(content).decode() for path, content in own.files}
        text = json.dumps({"files": files, "floors": dict(own.floors)})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_text(self.path, text)
        except OSError as error:
            raise FileError(
                self.path, f"cannot be written ({error.strerror}); nothing was flashed"
            ) from error

    def load(self) -> OwnFiles | None:
        """What a flash that broke off has left; None when there is nothing, or nothing that can be read."""
        try:
            content: Any = json.loads(self.path.read_text())
            files = tuple((path, base64.b64decode(content["files"][path])) for path in content["files"])
            floors = tuple((str(name), int(value)) for name, value in content["floors"].items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return OwnFiles(tuple(file for file in files if file[0] in OWN_FILES), floors)

    def forget(self) -> None:
        """The flash is whole."""
        self.path.unlink(missing_ok=True)


def _folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("plantigrade", appauthor=False)) / "flash"
