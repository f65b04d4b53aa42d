"""The log's view of a block device: read, program and prepare pages of 4096 bytes.

Two kinds are told apart by their block size: flash (4096) is erased by the page and then programmed in
pieces of any size (bits only fall from 1 to 0); cards (512) are rewritten by the sector, without erase.
"""

from insole import hold_offs
from insole_protocol.log_records import CARD_FORGETS_SLOTS, HEADER_BYTES, PAGE_BYTES, PageHeader

try:
    from insole.recorder.memory_ops_viper import is_blank
except (ImportError, ValueError):  # not MicroPython, or compiled for another processor
    from insole.recorder.memory_ops import is_blank

IOCTL_BLOCK_COUNT = 4
IOCTL_BLOCK_SIZE = 5
IOCTL_BLOCK_ERASE = 6


PIECE_BYTES = 256  # read at once to see whether a page is blank


class Flash:
    """NOR flash behind the MicroPython block protocol with offsets, e.g. esp32.Partition.

    Attributes:
        erased: pages that `prepare` had to erase; the others were blank already.
    """

    window = 256  # a page of the chip: writes are so aligned, and bytes of 0xFF in them change nothing
    erases = True
    forgotten_slots = 0  # what was answered for is there
    wipes = 1  # pages that are wiped at once

    def __init__(self, device):
        self._device = device
        self.pages = device.ioctl(IOCTL_BLOCK_COUNT, 0)
        self.erased = 0
        self._piece = bytearray(PIECE_BYTES)
        self._head = memoryview(self._piece)[:HEADER_BYTES]
        self._header = PageHeader()

    def use(self, waiting):
        """What `program` writes is the first bytes of this buffer."""

    def retries(self):
        """Flash takes it or refuses it."""
        return 0

    def read(self, page, offset, buf):
        """Fill `buf` from `offset` of `page`."""
        self._device.readblocks(page, buf, offset)

    def program(self, page, offset, data):
        """Program `data`; the bytes of 0xFF in it leave what is there as it is."""
        before = hold_offs.begin(hold_offs.FLASH_PROGRAM)
        try:
            self._device.writeblocks(page, data, offset)
        finally:
            hold_offs.end(before)

    def prepare(self, page):
        """Make `page` writable from its first byte on. Erasing it stops everything for 45 ms and more."""
        if not self._is_erased(page):
            self.erased += 1
            self.erase(page)

    def _is_erased(self, page):
        """Whether a page is blank, and not only looks so because its erase was cut short: pages are erased in
        order, so the one behind it has lost its header by then."""
        try:
            offset = 0
            while offset < PAGE_BYTES:  # a `range` with a step that is a name is an object
                self._device.readblocks(page, self._piece, offset)
                if not is_blank(self._piece, PIECE_BYTES):
                    return False
                offset += PIECE_BYTES
            self._device.readblocks((page + 1) % self.pages, self._head, 0)
        except OSError:
            return False
        return not self._header.parse(self._head)

    def erase(self, page):
        """Erase it, whatever it holds."""
        before = hold_offs.begin(hold_offs.FLASH_ERASE)
        try:
            if self._device.ioctl(IOCTL_BLOCK_ERASE, page):
                raise OSError(5)
        finally:
            hold_offs.end(before)

    def wipe(self, page, count):
        """Leave nothing readable in `count` pages from `page` on."""
        for one in range(page, page + count):
            self.erase(one)


class Card:
    """SD-like storage: sectors of 512 bytes, rewritten one by one, no offsets.

    The number of a sector is `page * SECTORS` and a few: 31 bits are enough for 512 GB. Nothing here grows
    with the device.
    """

    window = 512
    erases = False
    forgotten_slots = CARD_FORGETS_SLOTS  # that it answered for and may not have when the power goes
    erased = 0
    SECTORS = PAGE_BYTES // 512

    def __init__(self, device):
        self._device = device
        self.pages = device.ioctl(IOCTL_BLOCK_COUNT, 0) // self.SECTORS
        self.wipes = 1024 if hasattr(device, "erase") else 1  # 4 MB, an allocation unit, at once
        self._sector = bytearray(512)
        self._held = -1
        self._parts = ()

    def retries(self):
        """Sectors that were not taken or given at the first attempt, as far as the device counts them."""
        return getattr(self._device, "retries", 0)

    def use(self, waiting):
        """What `program` writes is the first bytes of this buffer: its sectors, as views made once."""
        self._parts = tuple(waiting[at : at + 512] for at in range(0, PAGE_BYTES, 512))

    def read(self, page, offset, buf):
        """Fill `buf` from `offset` of `page`, sector by sector."""
        length = len(buf)
        out = memoryview(buf)
        done = 0
        while done < length:
            number = page * self.SECTORS + (offset + done) // 512
            start = (offset + done) % 512
            if number != self._held:
                self._held = -1
                self._device.readblocks(number, self._sector)
                self._held = number
            n = min(512 - start, length - done)
            out[done : done + n] = memoryview(self._sector)[start : start + n]
            done += n

    def program(self, page, offset, data):
        """Write whole sectors; `offset` and the length of `data` are multiples of 512."""
        self._held = -1
        number = page * self.SECTORS + offset // 512
        for part in range(len(data) // 512):
            self._device.writeblocks(number + part, self._parts[part])

    def prepare(self, page):
        """Nothing to do: sectors are rewritten."""

    erase = prepare

    def wipe(self, page, count):
        """Leave nothing readable in `count` pages from `page` on."""
        self._held = -1
        first, end = page * self.SECTORS, (page + count) * self.SECTORS
        if self.wipes > 1:
            self._device.erase(first, end - 1)
            return
        blank = b"\xff" * 512
        for sector in range(first, end):
            self._device.writeblocks(sector, blank)


def attach(device):
    """Flash or Card, by the device's block size. ValueError for a device that cannot hold a log."""
    size = device.ioctl(IOCTL_BLOCK_SIZE, 0)
    if size == PAGE_BYTES:
        media = Flash(device)
    elif size == 512:
        media = Card(device)
    else:
        raise ValueError("log device: block size %d, need 4096 (flash) or 512 (card)" % size)
    if media.pages < 4:
        raise ValueError("log device: %d pages, need at least 4" % media.pages)
    return media
