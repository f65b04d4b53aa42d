"""A mosquitto of one's own: started and stopped by its process, on a free port of loopback."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

INSTALL: Final = Path(__file__).resolve().parent / "install"
START_S: Final = 10.0


class NoBrokerError(Exception):
    """mosquitto is not installed, and could not be."""


def mosquitto() -> str:
    """The broker's program; installed first where that is possible.

    Raises:
        NoBrokerError: it is not there; says why.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"])
    found = shutil.which("mosquitto", path=path)
    if found is None:
        done = subprocess.run([str(INSTALL)], capture_output=True, text=True, check=False)
        found = shutil.which("mosquitto", path=path)
        if found is None:
            raise NoBrokerError(f"no MQTT broker: {done.stderr.strip() or 'tools/mosquitto/install failed'}")
    return found


class Broker:
    """A broker whose port stays the same when it is stopped and started again.

    Args:
        folder: for its files; it stores nothing else.
        options: further lines of its configuration, such as those of TLS.

    Attributes:
        port: on 127.0.0.1.
    """

    def __init__(self, folder: Path, options: str = "") -> None:
        self._program = mosquitto()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._file = folder / f"mosquitto-{self.port}.conf"
        access = "" if "allow_anonymous" in options else "allow_anonymous true\n"
        lines = f"listener {self.port} 127.0.0.1\n{access}persistence false\n{options}\n"
        self._file.write_text(lines, encoding="utf-8")
        self._log = folder / f"mosquitto-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens.

        Raises:
            NoBrokerError: it does not start; with what it said.
        """
        with self._log.open("ab") as log:
            command = [self._program, "-c", str(self._file)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        self.stop()
        raise NoBrokerError(f"mosquitto does not start: {self._log.read_text(encoding='utf-8')[-500:]}")

    def stop(self) -> None:
        """Stop it; connections break. What it retained is gone."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
