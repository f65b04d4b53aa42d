"""Two virtual insoles in a process of their own, and the service with its pages in another one."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.accounts.entries import Role, Way
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.service.status import read_status
from plantigrade.web.live.settings import MOST_OF_AN_ACCOUNT

PLANTIGRADE: Final = (sys.executable, "-m", "plantigrade.cli")
START_S: Final = 120.0
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
PERSON: Final = "P001"


@dataclass(frozen=True)
class Running:
    """What runs.

    Attributes:
        pid: of the service with its pages.
        url: of the pages.
        tokens: of signed-in sessions, each of an account of its own.
    """

    pid: int
    url: str
    tokens: tuple[str, ...]

    def cpu_s(self) -> float:
        """CPU seconds of the service so far, user and system (`proc(5)`, fields 14 and 15 of stat)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def rss_mb(self) -> float:
        """Memory of the service that is in use."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@contextmanager
def running(interval_ms: float, sockets: int) -> Generator[Running]:
    """Start insoles and service; both have ended when the context ends.

    Args:
        interval_ms: connection interval of the virtual radio.
        sockets: WebSockets that will be opened; accounts are made for as many.

    Raises:
        PlantigradeError: something did not start.
    """
    with tempfile.TemporaryDirectory(prefix="plantigrade-live-") as folder, ExitStack() as stack:
        data, port = Path(folder) / "data", _free_port()
        tokens = _sign_in(data, max(1, -(-sockets // MOST_OF_AN_ACCOUNT)))
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "XDG_CACHE_HOME": folder}
        _start(stack, environment, "twin", "run", "--interval-ms", f"{interval_ms:g}")
        service = _start(
            stack, environment, "--data", str(data), "run", "--port", str(port), "--live", "60", "--quiet"
        )
        _wait_until_live(data)
        yield Running(service.pid, f"http://127.0.0.1:{port}", tokens)


def _sign_in(data: Path, accounts: int) -> tuple[str, ...]:
    with Library(data) as library:
        library.add_person(Person(PERSON, shoe_size_eu=42.0))
        names = [f"looker{number}" for number in range(accounts)]
        for name in names:
            library.accounts.register.add(name, {Role.PATIENT}, PERSON)
        return tuple(library.accounts.sessions.begin(name, Way.LINK, "measure", "::1") for name in names)


def _start(stack: ExitStack, environment: dict[str, str], *arguments: str) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [*PLANTIGRADE, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def _wait_until_live(data: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        insoles = read_status(data).values.get("insoles", [])
        if len(insoles) == 2 and all(insole["mode"] == "live" for insole in insoles):
            return
        time.sleep(1)
    raise PlantigradeError("the service did not get both insoles live")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
