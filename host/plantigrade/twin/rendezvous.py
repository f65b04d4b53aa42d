"""Where `plantigrade twin run` announces itself to other commands of the same user on the same computer."""

import json
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from plantigrade.errors import PlantigradeError
from plantigrade.twin.radio.client import RadioAddress

_VERSION = 1


class NoTwinError(PlantigradeError):
    """No virtual insoles are announced here."""

    def __init__(self) -> None:
        super().__init__("no virtual insoles on this computer; start them with `plantigrade twin run`")


@dataclass(frozen=True)
class TwinNotice:
    """What a running twin announces about itself.

    Attributes:
        pid: process that runs it.
        radio: for hosts.
        serial_ports: side -> path of the pseudo-terminal.
        feeds: side -> file that the board reads its sensors from.
    """

    pid: int
    radio: RadioAddress
    serial_ports: dict[str, str]
    feeds: dict[str, str] = field(default_factory=dict[str, str])

    def feed_of(self, port: str) -> str:
        """The feed of the board on a serial port.

        Raises:
            PlantigradeError: no board of the twin is on it.
        """
        for side, own in self.serial_ports.items():
            if own == port and side in self.feeds:
                return self.feeds[side]
        raise PlantigradeError(f"{port}: is no port of the running twin, whose sensors could be loaded")


def runtime_folder() -> Path:
    """The folder for what only this user may see while it runs; mode 0700, made when missing.

    Raises:
        PlantigradeError: it belongs to somebody else.
    """
    if "XDG_RUNTIME_DIR" in os.environ or sys.platform != "linux":
        folder = Path(platformdirs.user_runtime_dir("plantigrade", appauthor=False))
    else:  # no session folder, as in containers: the cache is private too
        folder = Path(platformdirs.user_cache_dir("plantigrade", appauthor=False)) / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = folder.lstat()
    if status.st_uid != os.getuid() or not stat.S_ISDIR(status.st_mode):
        raise PlantigradeError(f"{folder}: belongs to another user; remove it")
    folder.chmod(0o700)
    return folder


def _notice_file() -> Path:
    return runtime_folder() / "twin.json"


def announce(notice: TwinNotice) -> Path:
    """Make the twin known; the file it is written to."""
    path = _notice_file()
    fresh = path.with_suffix(f".{notice.pid}")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    bonds = notice.radio.bonds
    values = {
        "version": _VERSION,
        "pid": notice.pid,
        "radio": {"host": notice.radio.host, "port": notice.radio.port},
        "bonds": str(bonds) if bonds is not None else None,
        "serial_ports": notice.serial_ports,
        "feeds": notice.feeds,
    }
    fresh.write_text(json.dumps(values))
    fresh.replace(path)
    return path


def withdraw(pid: int) -> None:
    """Take back what this process announced; another's notice stays."""
    try:
        if find_twin().pid == pid:
            _notice_file().unlink(missing_ok=True)
    except NoTwinError:
        pass


def find_twin() -> TwinNotice:
    """The running twin of this user.

    Raises:
        NoTwinError: there is none, or its process has ended.
    """
    path = _notice_file()
    try:
        values = json.loads(path.read_text())
        radio = values["radio"]
        bonds = Path(values["bonds"]) if values["bonds"] else None
        notice = TwinNotice(
            int(values["pid"]),
            RadioAddress(radio["host"], int(radio["port"]), bonds),
            values["serial_ports"],
            values.get("feeds", {}),
        )
        os.kill(notice.pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        raise NoTwinError from None
    return notice


def find() -> RadioAddress | None:
    """The radio of the running twin of this user; None when there is none."""
    try:
        return find_twin().radio
    except NoTwinError:
        return None
