# ruff: noqa: UP031 - MicroPython has no repr in f-strings
"""Block devices in memory that behave like flash and like a card and lose power. For both interpreters."""

from insole_protocol.log_records import HEADER_BYTES, PageHeader
from log_kit.walks import make_record

PAGE = 4096
_BLANK = memoryview(b"\xff" * PAGE)


class RamFlash:
    """NOR flash: erased to 0xFF by the page, each byte programmed once (more is a fault of the log).

    Attributes:
        data: the bytes.
        erases: erase count of each page.
        reads, changes: operations so far.
        hook: called before every write and erase with (device, kind, page, offset, data).
    """

    def __init__(self, pages, data=None):
        self.pages = pages
        self.data = data if data is not None else bytearray(b"\xff" * (pages * PAGE))
        self.erases = [0] * pages
        self.reads = self.changes = 0
        self.hook = None

    def readblocks(self, block, buf, offset=0):
        self.reads += 1
        start = block * PAGE + offset
        n = len(buf)
        buf[:n] = memoryview(self.data)[start : start + n]

    def writeblocks(self, block, buf, offset=None):
        assert offset is not None, "flash is programmed with an offset, else it would be erased first"
        if self.hook:
            self.hook(self, "write", block, offset, buf)
        self.changes += 1
        self.program(block * PAGE + offset, buf)

    def program(self, start, buf):
        data = self.data
        assert start % PAGE + len(buf) <= PAGE
        old = memoryview(data)[start : start + len(buf)]  # a copy would need heap of the firmware's
        if old == _BLANK[: len(buf)]:
            old[:] = buf
            return
        for i in range(len(buf)):
            if buf[i] != 0xFF:
                assert old[i] == 0xFF, "byte %d of page %d programmed twice" % (
                    start % PAGE + i,
                    start // PAGE,
                )
                old[i] = buf[i]

    def erase(self, block, length=PAGE):
        start = block * PAGE
        self.data[start : start + length] = b"\xff" * length

    def ioctl(self, op, arg):
        if op == 4:
            return self.pages
        if op == 5:
            return PAGE
        if op == 6:
            if self.hook:
                self.hook(self, "erase", arg, 0, None)
            self.changes += 1
            self.erases[arg] += 1
            self.erase(arg)
            return 0
        return None

    def do(self, kind, block, offset, buf):
        """An operation that the hook was told of, whole."""
        if kind == "erase":
            self.erase(block)
        else:
            self.program(block * PAGE + offset, buf)

    def tear(self, kind, block, offset, buf, part):
        """Leave the operation as a power cut might: `part` of 256 of it done, the byte at the edge half."""
        if kind == "erase":
            n = PAGE * part // 256
            self.erase(block, n)
            if n < PAGE:
                self.data[block * PAGE + n] |= 0x55
            return
        n = len(buf) * part // 256
        self.program(block * PAGE + offset, bytes(buf[:n]))
        at = block * PAGE + offset + n
        if n < len(buf) and self.data[at] == 0xFF:
            self.data[at] = buf[n] | 0x0F

    def copy(self):
        return type(self)(self.pages, bytearray(self.data))


class RamCard(RamFlash):
    """An SD-like card: sectors of 512 bytes, rewritten in place; a range is erased to zeros.

    Attributes:
        forgets: so many of the last sectors that it answered for are lost when the power goes.
        refuses: OSError for whatever it is asked, when true.
    """

    def __init__(self, pages, data=None, forgets=0):
        RamFlash.__init__(self, pages, data)
        self.forgets = forgets
        self.refuses = False
        self._before = []

    def _answer(self):
        if self.refuses:
            raise OSError(5)

    def readblocks(self, block, buf, offset=0):
        self._answer()
        assert len(buf) % 512 == 0
        self.reads += 1
        buf[:] = memoryview(self.data)[block * 512 : block * 512 + len(buf)]

    def writeblocks(self, block, buf, offset=None):
        self._answer()
        assert offset is None and len(buf) == 512
        if self.hook:
            self.hook(self, "write", block, 0, buf)
        self.changes += 1
        if self.forgets:
            self._before.append((block, bytes(self.data[block * 512 : block * 512 + 512])))
            del self._before[: -self.forgets]
        self.do("write", block, 0, buf)

    def erase(self, first, last):
        self._answer()
        if self.hook:
            self.hook(self, "erase", first, last, None)
        self.changes += 1
        self.do("erase", first, last, None)

    def ioctl(self, op, arg):
        return {4: self.pages * 8, 5: 512}.get(op)

    def do(self, kind, block, offset, buf):
        """As for flash."""
        if kind == "erase":
            for sector in range(block, offset + 1):
                self.data[sector * 512 : sector * 512 + 512] = bytes(512)
        else:
            self.data[block * 512 : block * 512 + 512] = buf

    def tear(self, kind, block, offset, buf, part):
        """The beginning of a sector is written, the rest as it was; or some sectors of a range are erased."""
        if kind == "erase":
            self.do(kind, block, block + (offset - block) * part // 256, None)
            return
        n = len(buf) * part // 256
        self.data[block * 512 : block * 512 + n] = bytes(buf[:n])

    def copy(self):
        """As the power cut leaves it."""
        copy = RamCard(self.pages, bytearray(self.data))
        for block, before in reversed(self._before):
            copy.data[block * 512 : block * 512 + 512] = before
        return copy


class WrittenFlash(RamFlash):
    """Flash of any size with pages 0 to `head` written, one block of 50 slots in each; stores only
    changes."""

    def __init__(self, pages, head):
        self.pages = pages
        self.head = head
        self.stored = {}
        self.reads = self.changes = 0
        self.hook = None

    def page(self, block):
        if block in self.stored:
            return self.stored[block]
        page_seq = self.head - (self.head - block) % self.pages
        out = bytearray(b"\xff" * PAGE)
        if page_seq >= 0:
            header = PageHeader()
            header.boot, header.page_seq, header.first_seq, header.pages = (
                7,
                page_seq,
                page_seq * 50,
                self.pages,
            )
            header.tail_page = max(0, page_seq + 2 - self.pages)
            header.oldest_seq = header.tail_page * 50
            header.write(out)
            out[HEADER_BYTES : HEADER_BYTES + 100] = make_record(page_seq * 50, 50, 7, 100)
        return out

    def readblocks(self, block, buf, offset=0):
        self.reads += 1
        n = len(buf)
        buf[:n] = self.page(block)[offset : offset + n]

    def writeblocks(self, block, buf, offset=None):
        page = self.stored[block] = self.page(block)
        for i in range(len(buf)):
            page[offset + i] &= buf[i]

    def ioctl(self, op, arg):
        if op == 6:
            self.stored[arg] = bytearray(b"\xff" * PAGE)
            return 0
        return {4: self.pages, 5: PAGE}.get(op)
