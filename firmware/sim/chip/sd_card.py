"""An SD card (or SD NAND, which speaks the same) on SPI: commands, answers, data, busy times, and power cuts.

SD Physical Layer Simplified Specification, chapter 7 (SPI mode). What a driver may get wrong is refused as a
card refuses it: clocks before the first command, the idle state, `ACMD41` until the card is ready, byte
addresses up to 2 GB and sector numbers above, one sector at a time, silence while it is busy. Transfers of
several sectors are not answered: nothing here uses them.

The sectors lie in a store with `readblocks(sector, buffer)`, `writeblocks(sector, buffer)`,
`erase(first, last)` and `ioctl`: `CardFile` in the twin and the soak, memory in the tests.
"""

from sim.chip import behaviour, flash, hardware

SECTOR = 512
_FIRST_CLOCKS = 10  # bytes with the card not selected before it answers: 74 clocks
_HIGH_CAPACITY = 1 << 22  # sectors (2 GB) from which addresses are sector numbers
_R1_IDLE, _R1_ILLEGAL, _R1_ADDRESS = 0x01, 0x04, 0x20
_TOKEN = 0xFE
_ACCEPTED, _WRITE_ERROR = 0xE5, 0xED
_COMMAND, _AWAIT_TOKEN, _DATA = range(3)
_MUST = {0: 0x95, 8: 0x87}  # commands whose checksum counts even when checksums are off


class CardFile:
    """A card's sectors in a file.

    A sector is torn when the power goes while it is written, and the card's own translation layer may not
    have stored the last ones that it answered for (`sd_forgotten_sectors`).
    """

    def __init__(self, path, sectors):
        self.sectors = sectors
        self._file = open(path, "r+b")  # noqa: SIM115 (open as long as the chip runs)
        self._before = []  # (sector, what it held before) of the last writes

    def readblocks(self, sector, buffer):
        self._file.seek(sector * SECTOR)
        got = self._file.readinto(buffer)
        for i in range(got or 0, len(buffer)):
            buffer[i] = 0

    def writeblocks(self, sector, buffer):
        share = flash._share()
        recent = behaviour.value("sd_forgotten_sectors")
        if recent and share < 0:
            before = bytearray(SECTOR)
            self.readblocks(sector, before)
            self._before.append((sector, before))
            del self._before[:-recent]
        count = len(buffer) if share < 0 else len(buffer) * share // 256
        self._put(sector, memoryview(buffer)[:count])
        if share >= 0:
            for old, before in reversed(self._before):
                self._put(old, before)
            flash.power_lost()

    def _put(self, sector, buffer):
        self._file.seek(sector * SECTOR)
        self._file.write(buffer)

    def erase(self, first, last):
        blank = bytes(SECTOR)
        for sector in range(first, last + 1):
            self._put(sector, blank)

    def ioctl(self, operation, argument):
        return {4: self.sectors, 5: SECTOR}.get(operation, 0)


class SdCard:
    """The card on its bus.

    Attributes:
        dead: it answers nothing any more, as a card that is not there.
        stuck: it stays busy after the next write.
        worn_from: sectors from here on refuse to be written.
        writes: sectors written.
    """

    def __init__(self, store):
        self.store = store
        self.sectors = store.ioctl(4, 0)
        self.dead = self.stuck = False
        self.worn_from = 1 << 40
        self.writes = 0
        self._commands = 0
        self._buffer = bytearray(SECTOR)
        self.power_on()

    def power_on(self):
        """As the supply comes up: the card waits for its first clocks."""
        self._clocks = 0
        self._idle = True
        self._application = False
        self._ready_us = None
        self._busy_until_us = 0
        self._frame = bytearray(6)
        self._state = _COMMAND
        self._got = 0
        self._answer = bytearray(0)
        self._read = 0
        self._sector = self._first = self._last = 0

    def clocks(self, count):
        """Clocks while another pin's device, or none, is selected."""
        self._clocks += count

    def transfer(self, data, fill, into, count):
        """`count` bytes in (`data`, or all `fill`) and out (`into`, when somebody listens)."""
        if self.dead or self._clocks < _FIRST_CLOCKS:
            self._silence(into, count)
            return
        at = 0
        while at < count:
            if self._state == _DATA and data is not None:
                at += self._take_data(data, at, count)
                continue
            if into is not None and self._read < len(self._answer) and fill == 0xFF and data is None:
                at += self._give(into, at, count)
                continue
            out = self._byte(fill if data is None else data[at])
            if into is not None:
                into[at] = out
            at += 1

    def _silence(self, into, count):
        if into is not None:
            for i in range(count):
                into[i] = 0xFF

    def _give(self, into, at, count):
        """As much of the waiting answer as is asked for."""
        size = min(count - at, len(self._answer) - self._read)
        memoryview(into)[at : at + size] = memoryview(self._answer)[self._read : self._read + size]
        self._read += size
        return size

    def _take_data(self, data, at, count):
        """Bytes of the sector that is being written, then two of its checksum, which nobody looks at."""
        size = min(count - at, SECTOR + 2 - self._got)
        room = min(size, SECTOR - self._got)
        if room > 0:
            memoryview(self._buffer)[self._got : self._got + room] = memoryview(data)[at : at + room]
        self._got += size
        if self._got == SECTOR + 2:
            self._state = _COMMAND
            self._got = 0
            self._write()
        return size

    def _byte(self, sent):
        if self._state == _AWAIT_TOKEN:
            if sent == _TOKEN:
                self._state = _DATA
                self._got = 0
            return 0xFF
        if self._state == _DATA:
            one = bytes((sent,))
            self._take_data(one, 0, 1)
            return 0xFF
        if self._got or sent & 0xC0 == 0x40:
            return self._command_byte(sent)
        if self._read < len(self._answer):
            self._read += 1
            return self._answer[self._read - 1]
        return 0x00 if self._busy() else 0xFF

    def _busy(self):
        return self._busy_until_us > hardware.clock.device_us()

    def _command_byte(self, sent):
        out = 0x00 if self._busy() else 0xFF
        self._frame[self._got] = sent
        self._got += 1
        if self._got == 6:
            self._got = 0
            self._read = 0
            self._answer = bytearray(0)
            if not self._busy():
                self._obey()
        return out

    # Commands

    def _obey(self):
        number = self._frame[0] & 0x3F
        argument = self._frame[1] << 24 | self._frame[2] << 16 | self._frame[3] << 8 | self._frame[4]
        self._commands += 1
        every = behaviour.value("sd_silent_every")
        if every and self._commands % every == 0:
            return  # this one it does not answer
        application, self._application = self._application, False
        if number in _MUST and self._frame[5] != _MUST[number]:
            return
        self._say(*self._carry_out(number, argument, application))

    def _say(self, *parts):
        """R1 after one byte of thought, and what follows it."""
        self._answer = bytearray(b"\xff")
        for part in parts:
            self._answer += bytes((part,)) if isinstance(part, int) else part

    def _carry_out(self, number, argument, application):  # noqa: PLR0911 - a table of commands
        if number == 0:
            self._idle, self._ready_us = True, None
            return (_R1_IDLE,)
        if number == 8:
            return (self._state_bits(), bytes((0, 0, argument >> 8 & 1, argument & 0xFF)))
        if number == 55:
            self._application = True
            return (self._state_bits(),)
        if number == 41 and application:
            return (self._start(),)
        if number == 58:
            high = 0x40 if self.sectors > _HIGH_CAPACITY else 0
            return (self._state_bits(), bytes(((0 if self._idle else 0x80) | high, 0xFF, 0x80, 0)))
        if self._idle:
            return (_R1_IDLE | _R1_ILLEGAL,)
        if number == 9:
            return (0, b"\xff\xfe", self._csd(), b"\xff\xff")
        if number == 13:
            return (0, 0)
        if number == 16:
            return (0 if argument == SECTOR else 0x40,)
        return self._access(number, argument)

    def _access(self, number, argument):
        """Commands with an address."""
        sector = argument
        if self.sectors <= _HIGH_CAPACITY:
            sector, rest = argument // SECTOR, argument % SECTOR
            if rest:
                return (_R1_ADDRESS,)
        if number == 38:
            return self._erase()
        if number not in (17, 24, 32, 33):
            return (_R1_ILLEGAL,)
        if sector >= self.sectors:
            return (_R1_ADDRESS,)
        if number == 17:
            hardware.spend(behaviour.value("sd_read_us"), "spi")
            content = bytearray(SECTOR)
            self.store.readblocks(sector, content)
            return (0, b"\xff\xfe", content, b"\xff\xff")
        if number == 24:
            self._sector = sector
            self._state = _AWAIT_TOKEN
        elif number == 32:
            self._first = sector
        else:
            self._last = sector
        return (0,)

    def _state_bits(self):
        return _R1_IDLE if self._idle else 0

    def _start(self):
        now = hardware.clock.device_us()
        if self._ready_us is None:
            self._ready_us = now + behaviour.value("sd_start_us")
        self._idle = now < self._ready_us
        return self._state_bits()

    def _csd(self):
        """Capacity as CSD version 1 (byte addresses) or 2 says it; other fields are not looked at."""
        csd = bytearray(16)
        if self.sectors > _HIGH_CAPACITY:
            size = self.sectors // 1024 - 1
            csd[0] = 0x40
            csd[7], csd[8], csd[9] = size >> 16 & 0x3F, size >> 8 & 0xFF, size & 0xFF
            return csd
        shift = 0  # C_SIZE has 12 bits: (C_SIZE + 1) << (C_SIZE_MULT + 2) blocks of 512 or 1024 bytes
        while self.sectors >> (shift + 2) > 4096:
            shift += 1
        length = 9
        if shift > 7:
            shift, length = 7, 10
        size = (self.sectors >> (shift + 2 + length - 9)) - 1
        csd[5] = length
        csd[6], csd[7], csd[8] = size >> 10 & 3, size >> 2 & 0xFF, (size & 3) << 6
        csd[9], csd[10] = shift >> 1, (shift & 1) << 7
        return csd

    # Data

    def _write(self):
        every = behaviour.value("sd_refuse_every")
        self.writes += 1
        if (every and self.writes % every == 0) or self._sector >= self.worn_from:
            self._answer, self._read = bytearray((_WRITE_ERROR,)), 0
            return
        self.store.writeblocks(self._sector, self._buffer)
        busy_us = behaviour.value("sd_busy_us")
        pause = behaviour.value("sd_pause_every")
        if pause and self.writes % pause == 0:
            busy_us = behaviour.value("sd_pause_us")
        self._busy_until_us = hardware.clock.device_us() + busy_us
        if self.stuck:
            self._busy_until_us = 1 << 62
        self._answer, self._read = bytearray((_ACCEPTED,)), 0

    def _erase(self):
        if not 0 <= self._first <= self._last < self.sectors:
            return (0x10,)
        self.store.erase(self._first, self._last)
        sectors = self._last - self._first + 1
        self._busy_until_us = hardware.clock.device_us() + sectors * behaviour.value("sd_erase_sector_us")
        return (0,)
