"""A chip in its ROM's download mode on a serial port, its flash in a file; no other part of a board."""

import os
import pty
import select
import threading
import tty
from dataclasses import dataclass
from pathlib import Path

from plantigrade.twin.flash_file import FlashFile
from plantigrade.twin.nor_flash import PAGE, SECTOR, NorFlash, OperationCount
from plantigrade.twin.rom.download import DownloadMode, Ending
from plantigrade.twin.rom.fuses import factory_fuses

SERIAL = "7cdfa1000102"
_READ_BYTES = 65536
_WAIT_S = 0.1


@dataclass(frozen=True)
class Operation:
    """One erase of a sector or programming of a page; `data` is None for an erase."""

    offset: int
    data: bytes | None

    def apply(self, flash: bytearray, torn: bool = False) -> None:
        """Do it to a flash in memory; half of it if torn."""
        size = SECTOR if self.data is None else len(self.data)
        size = size // 2 if torn else size
        at = slice(self.offset, self.offset + size)
        if self.data is None:
            flash[at] = b"\xff" * size
        else:
            both = int.from_bytes(flash[at], "little") & int.from_bytes(self.data[:size], "little")
            flash[at] = both.to_bytes(size, "little")


class TracedFlash(NorFlash):
    """A flash that remembers every operation.

    Attributes:
        trace: the operations, in order.
    """

    trace: list[Operation]

    def erase(self, offset: int, size: int) -> None:
        """As `NorFlash`, sector by sector."""
        for sector in range(offset // SECTOR * SECTOR, offset + size, SECTOR):
            self.trace.append(Operation(sector, None))
            super().erase(sector, 1)

    def program(self, offset: int, data: bytes) -> None:
        """As `NorFlash`, page by page."""
        at = 0
        while at < len(data):
            page = data[at : at + PAGE - (offset + at) % PAGE]
            self.trace.append(Operation(offset + at, page))
            super().program(offset + at, page)
            at += len(page)


class RomOnPort:
    """The chip; a context manager. When power fails its port vanishes, as that of a board on USB does.

    Args:
        folder: for its flash.
        contents: what its flash holds; its length is the flash's size.
        cut_at: number of the operation at which power fails, from 1 on; 0: never.
        torn: whether that operation is half done.

    Attributes:
        port: name of the pseudo-terminal.
        ending: how download mode has ended; None while it goes on.
        trace: operations on the flash.
    """

    def __init__(self, folder: Path, contents: bytes, cut_at: int = 0, torn: bool = False) -> None:
        self._file = FlashFile(folder / "flash.bin")
        self._file.path.write_bytes(contents)
        count = OperationCount(folder)
        count.write(0)
        self._flash = TracedFlash(self._file, count, cut_at, torn)
        self._flash.trace = []
        self.trace = self._flash.trace
        self.ending: Ending | None = None
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        # A name of its own: the terminal's number goes to whoever asks next once its port has vanished.
        self._name = folder / "port"
        self._name.unlink(missing_ok=True)
        self._name.symlink_to(os.ttyname(self._slave))
        self.port = str(self._name)
        self._mode = DownloadMode(self._flash, factory_fuses(bytes.fromhex(SERIAL)), self._send, self._end)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "RomOnPort":
        """Answer from now on."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the port away."""
        self._stopping.set()
        self._thread.join()
        self._close()
        self._flash.close()

    def contents(self) -> bytes:
        """What the flash holds now."""
        return self._file.path.read_bytes()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            if select.select([self._master], [], [], _WAIT_S)[0]:
                self._mode.receive(os.read(self._master, _READ_BYTES))
            if self.ending is Ending.POWER_LOST:
                self._close()
                return

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]

    def _end(self, how: Ending) -> None:
        self.ending = how

    def _close(self) -> None:
        self._name.unlink(missing_ok=True)
        for end in (self._slave, self._master):
            if end >= 0:
                os.close(end)
        self._master = self._slave = -1
