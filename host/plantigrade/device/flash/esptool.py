"""Espressif's esptool as a command: started, its progress read, its refusals named.

It is never imported: esptool is GPL, and what it prints is all that is needed of it.
"""

import asyncio
import contextlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from plantigrade.device.flash.errors import FlashError, NotABoardError, PortError, WriteBrokenError
from plantigrade.device.flash.ports import RIGHTS
from plantigrade.device.flash.settings import CONNECT_ATTEMPTS, SILENCE_S
from plantigrade.errors import MissingPartError

_WRITING = re.compile(r"Writing at 0x[0-9a-f]+.*?(\d+(?:\.\d+)?)\s*%")
_NEXT_FILE = re.compile(r"Writing '(.+)' at 0x[0-9a-f]+")
_CHIP = re.compile(r"Connected to (\S+) on ")
_MAC = re.compile(r"MAC:\s*((?:[0-9a-f]{2}:){5}[0-9a-f]{2})", re.IGNORECASE)
_SIZE = re.compile(r"Detected flash size:\s*(\d+)MB")
_FATAL = re.compile(r"(?:fatal|serial exception) error occurred: *(.*)")
_ACCESS = re.compile(r"Permission denied|Access is denied")
_NO_PORT = re.compile(r"[Cc]ould not open|exclusively lock port")
_SILENT = re.compile(r"Failed to connect|Unable to verify chip|Wrong boot mode")
UNTIL_COMPLETE: Final = (
    "the board starts nothing until it is complete: plug it in again and run the same command"
)
_SETTINGS_OF_OTHERS = ("ESPTOOL_", "ESPRESSIF_IDE_")
_LINE_BYTES = 1 << 16


@dataclass(frozen=True)
class Chip:
    """What esptool says of the chip and its flash.

    Attributes:
        name: "ESP32-S3".
        serial: MAC address, 12 hexadecimal digits: what the insole will call its serial number.
        flash_mib: size of the flash in MiB; None when it is less than one, or the flash does not tell.
    """

    name: str
    serial: str
    flash_mib: int | None


@dataclass
class WriteLog:
    """What became of each file that was to be written.

    Attributes:
        verified: files whose bytes were written, and read back by the chip as a hash.
        unchanged: files that were in the flash already, by their hash.
        current: the file that is being written.
    """

    verified: list[str] = field(default_factory=list[str])
    unchanged: list[str] = field(default_factory=list[str])
    current: str = ""

    def take(self, line: str) -> float | None:
        """Learn from a line that esptool printed; how much of the current file is written, if it says so."""
        if found := _NEXT_FILE.search(line):
            self.current = found.group(1)
        elif found := _WRITING.search(line):
            return float(found.group(1)) / 100
        elif "Hash of data verified" in line:
            self.verified.append(self.current)
            return 1.0
        elif "already in flash, skipping" in line:
            self.unchanged.append(self.current)
            return 1.0
        return None


class Esptool:
    """esptool for one port and one folder of files.

    Args:
        port: serial port; may be changed when the board comes back under another name.
        folder: where files to be written lie, and files that are read come to be.
        virtual: a pseudo-terminal has no lines for a reset; its board waits in the boot loader already.

    Raises:
        MissingPartError: esptool is not installed.
    """

    def __init__(self, port: str, folder: Path, virtual: bool) -> None:
        require_esptool()
        self.port = port
        self._folder = folder
        self._before = "no-reset" if virtual else "default-reset"
        self._stay = "no-reset-stub" if virtual else "no-reset"

    async def chip(self) -> Chip:
        """Which chip answers, and how large its flash is; it stays in its boot loader.

        Raises:
            NotABoardError: nothing answers as an Espressif chip does.
            PortError, FlashError: the port cannot be opened, or esptool fails otherwise.
        """
        text = "\n".join(await self._run(self._stay, ["flash-id"]))
        name, mac, size = _CHIP.search(text), _MAC.search(text), _SIZE.search(text)
        if name is None or mac is None:
            raise FlashError(
                f"{self.port}: esptool does not say which chip this is; it printed {text[-200:]!r}"
            )
        serial = mac.group(1).replace(":", "").lower()
        return Chip(name.group(1), serial, int(size.group(1)) if size else None)

    async def read(self, offset: int, size: int) -> bytes:
        """Bytes of the flash; raises as `chip`."""
        await self._run(self._stay, ["read-flash", hex(offset), hex(size), "read.bin"])
        return (self._folder / "read.bin").read_bytes()

    async def restart(self) -> None:
        """Let the chip leave its boot loader; raises as `chip`."""
        await self._run("watchdog-reset", ["read-mac"])

    async def erase(self, offset: int, size: int) -> None:
        """Erase whole sectors; raises as `write`."""
        with self._broken_in("its start"):
            await self._run(self._stay, ["erase-region", hex(offset), hex(size)])

    async def write(
        self,
        files: Iterable[tuple[int, str]],
        flash_mib: int,
        erase_all: bool,
        on_progress: Callable[[str, float], None],
    ) -> WriteLog:
        """Write files in the given order, each verified, and restart the chip.

        Args:
            files: offset in the flash and name in the folder.
            flash_mib: goes into the boot loader's header.
            erase_all: erase the whole chip before.
            on_progress: called with the file's name and how much of it is written, 0 to 1.

        Raises:
            WriteBrokenError: the connection broke, or the chip did; the flash is half written.
        """
        log = WriteLog()

        def take(line: str) -> None:
            share = log.take(line)
            if share is not None:
                on_progress(log.current, share)

        pairs = [part for offset, name in files for part in (hex(offset), name)]
        how = "--erase-all" if erase_all else "--skip-flashed"
        with self._broken_in(lambda: log.current or "its start"):
            await self._run(
                "watchdog-reset", ["write-flash", how, "--flash-size", f"{flash_mib}MB", *pairs], take
            )
        return log

    @contextlib.contextmanager
    def _broken_in(self, what: Callable[[], str] | str) -> Generator[None]:
        try:
            yield
        except FlashError as error:
            name = (what if isinstance(what, str) else what()).removesuffix(".bin")
            reason = str(error).removeprefix(f"{self.port}: ")
            raise WriteBrokenError(
                f"{self.port}: writing broke off at {name} ({reason}); {UNTIL_COMPLETE}"
            ) from error

    async def _run(
        self, after: str, command: list[str], take: Callable[[str], None] = lambda line: None
    ) -> list[str]:
        arguments = ["--port", self.port, "--before", self._before, "--after", after]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "esptool",
            *("--connect-attempts", str(CONNECT_ATTEMPTS)),
            *arguments,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self._folder,
            env=_environment(),
            limit=_LINE_BYTES,
        )
        try:
            lines = await self._lines_of(process, take)
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            raise self._refusal("\n".join(lines))
        return lines

    async def _lines_of(self, process: asyncio.subprocess.Process, take: Callable[[str], None]) -> list[str]:
        assert process.stdout is not None
        lines: list[str] = []
        while True:
            try:
                async with asyncio.timeout(SILENCE_S):
                    raw = await process.stdout.readline()
            except TimeoutError:
                raise FlashError(f"{self.port}: esptool has printed nothing for {SILENCE_S:.0f} s") from None
            if not raw:
                return lines
            lines.append(raw.decode("utf-8", "replace").rstrip())
            take(lines[-1])

    def _refusal(self, text: str) -> FlashError:
        """What esptool gave up for, in our words."""
        fatal = _FATAL.search(text)
        reason = (
            fatal.group(1).strip() if fatal else (text.strip().splitlines() or ["it printed nothing"])[-1]
        )
        if _ACCESS.search(text):
            return PortError(f"{self.port}: not allowed; {RIGHTS}")
        if _NO_PORT.search(text):
            return PortError(f"{self.port}: busy or gone; close other programs that use it")
        if _SILENT.search(text):
            return NotABoardError(
                f"{self.port}: nothing there answers as an ESP32 in its boot loader; hold the button of the "
                "insole while you plug it in, then try again"
            )
        return FlashError(f"{self.port}: esptool: {reason}")


def require_esptool() -> None:
    """Check that esptool is there.

    Raises:
        MissingPartError: it is not installed.
    """
    if importlib.util.find_spec("esptool") is None:
        raise MissingPartError("flashing an insole", "flash", "esptool")


def _environment() -> dict[str, str]:
    """The environment without what would change esptool's behaviour or output."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS_OF_OTHERS)}
    return {**ours, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "COLUMNS": "200"}
