"""What the service knows, as `plantigrade.status/1` in DATA/service/status.json, and whether one runs.

One process at a time looks after a library: it holds a lock in DATA/service, which ends with the process,
however it ends.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.files.locks import lock_file
from plantigrade.service.events import InsoleState

SCHEMA: Final = "plantigrade.status/1"
FOLDER: Final = "service"
STATUS_FILE: Final = "status.json"
LOCK_FILE: Final = "lock"
LOCK_TRIES: Final = 4
LOCK_PAUSE_S: Final = 0.02
"""Whoever looks whether a service runs holds its lock for a moment."""
_NS: Final = 1_000_000_000


class ServiceError(PlantigradeError):
    """The service cannot do what was asked."""


class ServiceRunningError(ServiceError):
    """Another service looks after this library."""


@dataclass(frozen=True)
class ServiceStatus:
    """How everything stands.

    Attributes:
        at_utc_ns: of now.
        insoles: one for each.
        recording: title of the finite recording under way; None while there is none.
        recording_since_utc_ns: since when.
        wearings: identifiers of recordings that are being made or completed.
        live_until_utc_ns: end of live mode; None in daily mode.
        paused: whether the insoles are left alone.
        problems: what the service cannot do at the moment, one line each.
        alerts_open: how many alerts are neither answered nor cleared.
    """

    at_utc_ns: int
    insoles: tuple[InsoleState, ...]
    recording: str | None
    recording_since_utc_ns: int | None
    wearings: tuple[str, ...]
    live_until_utc_ns: int | None
    paused: bool
    problems: tuple[str, ...]
    alerts_open: int = 0

    def as_json(self) -> dict[str, Any]:
        """As `plantigrade.status/1`; docs/reference/status.md describes it."""
        return {
            "schema": SCHEMA,
            "at_utc": _iso(self.at_utc_ns),
            "pid": os.getpid(),
            "insoles": [_insole(insole, self.at_utc_ns) for insole in self.insoles],
            "alerts_open": self.alerts_open,
            "recording": self.recording,
            "recording_since_utc": _iso(self.recording_since_utc_ns),
            "wearings": list(self.wearings),
            "live_until_utc": _iso(self.live_until_utc_ns),
            "paused": self.paused,
            "problems": list(self.problems),
        }


def _insole(insole: InsoleState, at_utc_ns: int) -> dict[str, Any]:
    last = insole.last_frame_utc_ns
    return {
        "serial": insole.serial,
        "side": insole.side,
        "link": insole.link.value,
        "last_frame_age_s": None if last is None else round((at_utc_ns - last) / _NS, 1),
        "battery_pct": insole.battery_pct,
        "charging": insole.charging,
        "log_used_pct": insole.log_used_pct,
        "faults": list(insole.faults),
        "fetching": insole.slots_to_fetch,
        "person": insole.person,
        "mode": insole.mode,
    }


def _iso(utc_ns: int | None) -> str | None:
    if utc_ns is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(utc_ns // _NS))


class ServiceLock:
    """Held by the one service of a library.

    Raises:
        ServiceRunningError: another process holds it.
        FileError: the folder cannot be written.
    """

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / FOLDER
        path = folder / LOCK_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise FileError(path, f"cannot be written: {error.strerror}") from error
        try:
            self._take()
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise ServiceRunningError(
                f"{data_dir}: another service looks after this library (process {_pid(data_dir)});"
                f" `plantigrade status` shows what it does"
            ) from error
        except OSError as error:
            os.close(self._descriptor)
            raise FileError(
                path, f"cannot be locked: {error.strerror}; use a folder on a local disk"
            ) from error

    def _take(self) -> None:
        for _ in range(LOCK_TRIES):
            try:
                lock_file(self._descriptor)
                return
            except BlockingIOError:
                time.sleep(LOCK_PAUSE_S)  # `read_status` of another program looks whether it is held
        lock_file(self._descriptor)

    def release(self) -> None:
        """Let another one begin."""
        os.close(self._descriptor)


def _pid(data_dir: Path) -> str:
    try:
        return str(json.loads((data_dir / FOLDER / STATUS_FILE).read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return "unknown"


def write_status(data_dir: Path, status: ServiceStatus) -> None:
    """Put a status into its file.

    Raises:
        OSError: the disk does not take it.
    """
    path = data_dir / FOLDER / STATUS_FILE
    draft = path.with_name(f".{STATUS_FILE}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(status.as_json(), file, indent=1)
        file.write("\n")
    draft.replace(path)  # not synced: after a power cut nobody asks what was before


@dataclass(frozen=True)
class FoundStatus:
    """The status file as another program sees it.

    Attributes:
        alive: whether a service runs and looks after this library now.
        age_s: of the file; None where there is none.
        values: its content, `plantigrade.status/1`; empty where there is none.
    """

    alive: bool
    age_s: float | None
    values: dict[str, Any]


def read_status(data_dir: Path) -> FoundStatus:
    """What a running service says of itself, and whether it runs.

    Raises:
        FileError: the file is there and cannot be read.
    """
    path = data_dir / FOLDER / STATUS_FILE
    alive = _is_locked(data_dir / FOLDER / LOCK_FILE)
    try:
        age_s = max(0.0, time.time() - path.stat().st_mtime)
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if values["schema"] != SCHEMA:
            raise FileError(path, f"has schema {values['schema']}; this version reads {SCHEMA}")
    except FileNotFoundError:
        return FoundStatus(alive, None, {})
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FileError(path, f"is damaged: {error}") from error
    return FoundStatus(alive, age_s, values)


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    try:
        lock_file(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
