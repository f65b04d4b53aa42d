"""Download mode as a board is in it: bytes of the serial port on one side, flash and fuses on the other."""

from collections.abc import Callable
from enum import StrEnum

from plantigrade.twin.nor_flash import NorFlash, PowerLostError
from plantigrade.twin.rom.commands import RomCommands
from plantigrade.twin.rom.fuses import Fuses
from plantigrade.twin.rom.registers import Registers
from plantigrade.twin.rom.slip import FrameReader, frame
from plantigrade.twin.rom.stub import GREETING, StubCommands


class Ending(StrEnum):
    """How download mode ends by itself."""

    RESTART = "restart"
    WATCHDOG = "watchdog"
    POWER_LOST = "power lost"


class DownloadMode:
    """One stay in download mode.

    Args:
        flash: of the chip; stays the caller's to close.
        fuses: of the chip.
        write: takes bytes for the host.
        ended: is called once, when the chip restarts or the power fails.
    """

    def __init__(
        self, flash: NorFlash, fuses: Fuses, write: Callable[[bytes], None], ended: Callable[[Ending], None]
    ) -> None:
        self.flash = flash
        self._fuses = fuses
        self._write = write
        self._ended = ended
        self._reader = FrameReader()
        self._over = False
        self._commands: RomCommands = self._rom()

    def _rom(self) -> RomCommands:
        return RomCommands(self.flash, self._fuses, Registers(self._fuses, self.flash.size), self._send)

    def _send(self, content: bytes) -> None:
        self._write(frame(content))

    def receive(self, data: bytes) -> None:
        """Bytes from the host, whatever they are."""
        for content in self._reader.feed(data):
            if self._over:
                return
            try:
                self._commands.take(content)
            except PowerLostError:
                self._end(Ending.POWER_LOST)
                return
            self._change()

    def _change(self) -> None:
        """To the stub, back to the ROM, or away."""
        commands = self._commands
        if commands.leaving:
            self._end(Ending.WATCHDOG if commands.registers.watchdog_bites else Ending.RESTART)
        elif commands.stub_runs and not isinstance(commands, StubCommands):
            self._commands = StubCommands(self.flash, self._fuses, commands.registers, self._send)
            self._send(GREETING)
        elif not commands.stub_runs and isinstance(commands, StubCommands):
            self._commands = self._rom()

    def _end(self, how: Ending) -> None:
        self._over = True
        self._ended(how)
