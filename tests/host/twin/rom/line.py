"""The other end of the line: a host that speaks the protocol by itself, one command at a time."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from plantigrade.twin.flash_file import FLASH_NAME, FlashFile
from plantigrade.twin.nor_flash import NorFlash, OperationCount
from plantigrade.twin.rom.commands import HEAD, MEM_BEGIN, MEM_END, checksum_of
from plantigrade.twin.rom.download import DownloadMode, Ending
from plantigrade.twin.rom.fuses import Fuses, factory_fuses
from plantigrade.twin.rom.slip import FrameReader, frame

UNIQUE_ID = bytes.fromhex("0a50477a3f01")


@dataclass(frozen=True)
class Answer:
    """What came back: number of the command, value, data with the status at its end."""

    command: int
    value: int
    body: bytes


class Line:
    """A chip in download mode, in this process."""

    def __init__(self, folder: Path, mib: int = 8, fuses: Fuses | None = None) -> None:
        self.file = FlashFile(folder / FLASH_NAME)
        if not self.file.path.exists():
            self.file.make_blank(mib)
        self.flash = NorFlash(self.file, OperationCount(folder))
        self.sent: list[bytes] = []
        self.ended: list[Ending] = []
        self._reader = FrameReader()
        self.chip = DownloadMode(self.flash, fuses or factory_fuses(UNIQUE_ID), self._take, self.ended.append)

    def _take(self, data: bytes) -> None:
        self.sent.extend(self._reader.feed(data))

    def command(self, number: int, data: bytes = b"", checksum: int = 0) -> list[Answer]:
        """Send a command; everything that comes back as an answer."""
        self.sent.clear()
        self.chip.receive(frame(HEAD.pack(0, number, len(data), checksum) + data))
        answers: list[Answer] = []
        for content in self.sent:
            if len(content) >= HEAD.size and content[0] == 1:
                _, command, _, value = HEAD.unpack_from(content)
                answers.append(Answer(command, value, content[HEAD.size :]))
        return answers

    def ask(self, number: int, *numbers: int, content: bytes = b"", checksum: int | None = None) -> bytes:
        """Send a command of 32-bit words and data; the body of the one answer."""
        data = struct.pack(f"<{len(numbers)}I", *numbers) + content
        given = checksum_of(content) if checksum is None else checksum
        (answer,) = self.command(number, data, given)
        assert answer.command == number
        return answer.body

    def start_stub(self) -> None:
        """Load a stub, whatever it is."""
        self.ask(MEM_BEGIN, 100, 1, 100, 0x40378000)
        self.ask(MEM_END, 0, 0x40378000)
        assert self.sent[-1] == b"OHAI"


def md5(data: bytes) -> bytes:
    """Hash that FLASH_MD5 is compared with."""
    return hashlib.md5(data).digest()
