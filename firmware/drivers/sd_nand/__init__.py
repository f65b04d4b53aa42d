"""SD NAND (or an SD card) on an SPI bus of its own, as a block device of 512-byte sectors.

A state machine over `machine.SPI`: `begin_write` hands a sector over, `ready` looks whether the card has
finished with it. No call waits in C for longer than one transfer (a sector at 20 MHz: 0.23 ms); what waits,
waits in Python, where the sampler's callback comes between any two bytecodes. MicroPython's own
`machine.SDCard` waits for the busy card in C, up to 250 ms, and every slot in that time would be lost.
Nothing here allocates once it is started.

Commands (SD Physical Layer Simplified Specification, chapter 7):

| command | argument | answer | |
|---|---|---|---|
| CMD0 | 0 | R1 | reset, SPI mode |
| CMD8 | 0x1AA | R1 + 4 bytes | which supply |
| CMD55, ACMD41 | 0x40000000 | R1 | start; 0 when ready |
| CMD58 | 0 | R1 + 4 bytes | bit 30: addresses are sector numbers, else bytes |
| CMD9 | 0 | R1, data of 16 bytes | CSD: the capacity |
| CMD17, CMD24 | address | R1, data of 512 bytes | read, write a sector |
| CMD32, CMD33, CMD38 | address; 0 | R1, busy | erase from, to, now |
"""

from micropython import const
from time import sleep_us, ticks_diff, ticks_ms

from machine import SPI, Pin

SECTOR_BYTES = 512
SPI_NUMBER = const(1)
START_HZ = const(400000)  # the most until a card is started (4.2.1)
RUN_HZ = const(20000000)  # the most without switching the card's speed is 25 MHz (4.3.4)
START_MS = const(1500)  # a card may take a second to start (4.2.3)
RESTART_MS = const(600)  # while samples wait in their ring, which holds 1.28 s
WRITE_MS = const(500)  # busy: 250 ms, 500 ms for SDXC (4.6.2.2)
READ_MS = const(100)  # to the first byte (4.6.2.1)
ERASE_MS = const(5000)
POLL_US = const(100)  # between two looks at a busy card
ANSWER_BYTES = const(9)  # R1 comes within 8 bytes (7.5.1.1)
TRIES = const(3)  # of a sector that is refused

_TIMEDOUT = const(116)
_NODEV = const(19)
_IO = const(5)

_GO_IDLE = const(0)
_IF_COND = const(8)
_SEND_CSD = const(9)
_READ = const(17)
_WRITE = const(24)
_ERASE_FROM = const(32)
_ERASE_TO = const(33)
_ERASE = const(38)
_OP_COND = const(41)
_APPLICATION = const(55)
_OCR = const(58)
_IDLE = const(0x01)
_TOKEN = b"\xff\xfe"  # a byte of distance, then the sector begins


class SdNand:
    """A card that has been started. OSError when there is none.

    Attributes:
        sectors: how many it has.
        failed: it has not answered in time, or not at all, and could not be started again: every call raises.
        retries: sectors that were not taken at the first attempt.
        restarts: how often the card had to be started again.
        longest_busy_ms: after one sector.
    """

    def __init__(self, board):
        self._cs = Pin(board.SD_CS_PIN, Pin.OUT, value=1)
        self._spi = SPI(
            SPI_NUMBER,
            baudrate=START_HZ,
            sck=Pin(board.SD_SCK_PIN),
            mosi=Pin(board.SD_MOSI_PIN),
            miso=Pin(board.SD_MISO_PIN, Pin.IN, Pin.PULL_UP),
        )
        self._command = bytearray(6)
        self._byte = bytearray(1)
        self._tail = bytearray(b"\xff\xff\xff")  # a checksum that is not looked at, and the card's answer
        self._tail_in = bytearray(3)
        self._short = bytearray(4)
        self._by_byte = True
        self._answer = 0  # to the last command with an address; -1 for none
        self._unanswered = 0  # such commands in a row
        self._busy_since = 0
        self._busy = False
        self.sectors = 0
        self.failed = False
        self.retries = self.restarts = self.longest_busy_ms = 0
        self._start(START_MS)

    # The block device

    def ioctl(self, operation, argument):
        """Number of sectors (4), size of a sector (5)."""
        if operation == 4:
            return self.sectors
        return SECTOR_BYTES if operation == 5 else 0

    def readblocks(self, sector, buffer):
        """Read one sector into `buffer`."""
        for attempt in range(TRIES):
            try:
                self._read(sector, buffer)
                return
            except OSError:
                self.retries += 1
                if attempt == TRIES - 1:
                    raise
                self._recover()

    def writeblocks(self, sector, buffer):
        """Write one sector, and wait until the card has stored it; OSError if it does not."""
        for attempt in range(TRIES):
            try:
                self.begin_write(sector, buffer)
                self.finish()
                return
            except OSError:
                self.retries += 1
                if attempt == TRIES - 1:
                    raise
                self._recover()

    def erase(self, first, last):
        """Make the sectors from `first` to `last` read as all ones or all zeros."""
        self._select()
        try:
            self._obey(_ERASE_FROM, first)
            self._obey(_ERASE_TO, last)
            self._ask(_ERASE, 0, 0)
            self._wait_idle(ERASE_MS)
        finally:
            self._release()

    # One sector, without waiting for the card

    def begin_write(self, sector, buffer):
        """Hand a sector over; returns while the card is busy with it. Call `ready` until it says True."""
        self._select()
        try:
            self._obey(_WRITE, sector)
            self._spi.write(_TOKEN)
            self._spi.write(buffer)
            self._spi.write_readinto(self._tail, self._tail_in)
            if self._tail_in[2] & 0x1F != 0x05:
                raise OSError(_IO)
        except OSError:
            self._release()
            raise
        self._busy = True
        self._busy_since = ticks_ms()

    def ready(self):
        """Whether the card has stored what `begin_write` gave it. OSError when it is busy for too long."""
        if not self._busy:
            return True
        self._spi.readinto(self._byte, 0xFF)
        took_ms = ticks_diff(ticks_ms(), self._busy_since)
        if self._byte[0] == 0xFF:
            self._busy = False
            self._release()
            if took_ms > self.longest_busy_ms:
                self.longest_busy_ms = took_ms
            return True
        if took_ms > WRITE_MS:
            self._busy = False
            self._release()
            raise OSError(_TIMEDOUT)
        return False

    def finish(self):
        """Wait for `ready`; callbacks come meanwhile."""
        while not self.ready():
            sleep_us(POLL_US)

    # Start

    def _start(self, limit_ms):
        """From power-on, or from whatever state the card is in, to where it takes commands."""
        started = ticks_ms()
        self._spi.init(baudrate=START_HZ)
        self._cs.value(1)
        for _ in range(10):
            self._spi.write(_TOKEN[:1])
        self._cs.value(0)
        try:
            for _ in range(4):
                if self._ask(_GO_IDLE, 0, 0) == _IDLE:
                    break
            else:
                raise OSError(_NODEV)
            self._ask(_IF_COND, 0x1AA, 4)
            while True:
                self._ask(_APPLICATION, 0, 0)
                if self._ask(_OP_COND, 0x40000000, 0) == 0:
                    break
                if ticks_diff(ticks_ms(), started) > limit_ms:
                    raise OSError(_TIMEDOUT)
                sleep_us(1000)
            if self._ask(_OCR, 0, 4) == 0:
                self._by_byte = not self._short[0] & 0x40
            self._spi.init(baudrate=RUN_HZ)
            self.sectors = self._capacity()
        finally:
            self._release()
        self.failed = False

    def _capacity(self):
        """Sectors, as the CSD has them (5.3.2, 5.3.3)."""
        csd = bytearray(16)
        if self._ask(_SEND_CSD, 0, 0) != 0:
            raise OSError(_IO)
        self._take_data(csd)
        if csd[0] >> 6:
            return ((csd[7] & 0x3F) << 16 | csd[8] << 8 | csd[9]) + 1 << 10
        size = (csd[6] & 3) << 10 | csd[7] << 2 | csd[8] >> 6
        shift = ((csd[9] & 3) << 1 | csd[10] >> 7) + 2 + (csd[5] & 0x0F) - 9
        return size + 1 << shift

    def _recover(self):
        """A sector has failed: it is tried again, after a start when the card has been reset, as its answer
        says, or has not answered twice."""
        if self.failed:
            raise OSError(_NODEV)
        if self._unanswered > 1 or (self._answer > 0 and self._answer & _IDLE):
            self.restarts += 1
            self.failed = True
            self._start(RESTART_MS)

    # Commands

    def _select(self):
        if self.failed:
            raise OSError(_NODEV)
        if self._busy:
            self.finish()
        self._cs.value(0)
        self._wait_idle(WRITE_MS)

    def _release(self):
        self._cs.value(1)

    def _wait_idle(self, limit_ms):
        started = ticks_ms()
        while True:
            self._spi.readinto(self._byte, 0xFF)
            if self._byte[0] == 0xFF:
                return
            if ticks_diff(ticks_ms(), started) > limit_ms:
                self._release()
                self.failed = True  # no further call waits as long
                raise OSError(_TIMEDOUT)
            sleep_us(POLL_US)

    def _obey(self, number, sector):
        """A command with a sector's address; OSError unless the card takes it."""
        command = self._command
        if self._by_byte:  # the product may not fit a small integer
            command[1] = sector >> 15 & 0xFF
            command[2] = sector >> 7 & 0xFF
            command[3] = sector << 1 & 0xFF
            command[4] = 0
        else:
            command[1] = sector >> 24 & 0xFF
            command[2] = sector >> 16 & 0xFF
            command[3] = sector >> 8 & 0xFF
            command[4] = sector & 0xFF
        command[5] = 0xFF
        self._answer = self._send(number)
        self._unanswered = self._unanswered + 1 if self._answer < 0 else 0
        if self._answer != 0:
            raise OSError(_IO)

    def _ask(self, number, argument, count):
        """Any other command: R1, with `count` bytes after it in `_short`; -1 without an answer."""
        command = self._command
        for i in range(4):
            command[1 + i] = argument >> (24 - 8 * i) & 0xFF
        command[5] = 0x95 if number == _GO_IDLE else 0x87 if number == _IF_COND else 0xFF
        answer = self._send(number)
        if answer >= 0 and count:
            self._spi.readinto(self._short, 0xFF)
        return answer

    def _send(self, number):
        self._command[0] = 0x40 | number
        self._spi.write(self._command)
        for _ in range(ANSWER_BYTES):
            self._spi.readinto(self._byte, 0xFF)
            if not self._byte[0] & 0x80:
                return self._byte[0]
        return -1

    def _read(self, sector, buffer):
        self._select()
        try:
            self._obey(_READ, sector)
            self._take_data(buffer)
        finally:
            self._release()

    def _take_data(self, buffer):
        """The data block that follows an answer, and its checksum."""
        started = ticks_ms()
        while True:
            self._spi.readinto(self._byte, 0xFF)
            if self._byte[0] == 0xFE:
                break
            if self._byte[0] != 0xFF:
                raise OSError(_IO)  # an error token
            if ticks_diff(ticks_ms(), started) > READ_MS:
                raise OSError(_TIMEDOUT)
        self._spi.readinto(buffer, 0xFF)
        self._spi.readinto(self._tail_in, 0xFF)
