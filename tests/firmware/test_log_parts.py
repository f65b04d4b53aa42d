"""Parts of the log by themselves: flash and cards as pages, the newest page, what lies in a page."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from insole.recorder import Recorder, media  # noqa: E402
from insole.recorder.head_search import LOOKAHEAD, PROBES, find_head  # noqa: E402
from insole.recorder.index import PageIndex, blank, u32  # noqa: E402
from insole.recorder.memory_ops import clear, copy  # noqa: E402
from log_kit.devices import RamCard, RamFlash  # noqa: E402
from log_kit.logs import filled  # noqa: E402
from log_kit.walks import make_record  # noqa: E402


class TestMedia:
    """Flash and cards as pages."""

    def test_the_kind_is_told_by_the_block_size(self) -> None:
        flash, card = media.attach(RamFlash(5)), media.attach(RamCard(5))
        assert (flash.pages, flash.window, flash.erases) == (5, 256, True)
        assert (card.pages, card.window, card.erases) == (5, 512, False)

    @pytest.mark.parametrize("size", [0, 256, 1024, 8192])
    def test_other_block_sizes_are_refused(self, size: int) -> None:
        class Odd(RamFlash):
            def ioctl(self, op, arg):
                return size if op == 5 else RamFlash.ioctl(self, op, arg)

        with pytest.raises(ValueError) as error:
            media.attach(Odd(9))
        assert str(error.value) == f"log device: block size {size}, need 4096 (flash) or 512 (card)"

    @pytest.mark.parametrize("device", [RamFlash(3), RamCard(3)])
    def test_fewer_than_four_pages_are_refused(self, device: RamFlash) -> None:
        with pytest.raises(ValueError) as error:
            media.attach(device)
        assert str(error.value) == "log device: 3 pages, need at least 4"
        assert media.attach(type(device)(4)).pages == 4

    def test_flash_is_read_programmed_and_erased_by_the_page(self) -> None:
        device = RamFlash(4)
        flash = media.attach(device)
        flash.program(2, 100, b"abc")
        assert device.data[2 * 4096 + 100 : 2 * 4096 + 103] == b"abc"
        out = bytearray(5)
        flash.read(2, 99, out)
        assert out == b"\xffabc\xff"
        flash.prepare(2)
        assert device.data == b"\xff" * (4 * 4096)
        flash.program(1, 0, b"x")
        flash.wipe(1, 1)
        assert device.data == b"\xff" * (4 * 4096)

    def test_a_page_that_refuses_its_erase_is_an_error(self) -> None:
        class Worn(RamFlash):
            def ioctl(self, op, arg):
                return 1 if op == 6 else RamFlash.ioctl(self, op, arg)

        device = Worn(4)
        media.attach(device).prepare(1)  # blank: there is nothing to erase
        device.data[4096] = 0
        with pytest.raises(OSError, match="5"):
            media.attach(device).prepare(1)

    def test_a_card_is_read_across_sectors_and_each_sector_once(self) -> None:
        device = RamCard(4)
        for at in range(len(device.data)):
            device.data[at] = (at // 512 * 7 + at) % 256
        card = media.attach(device)
        for page, offset, length in ((1, 0, 512), (1, 500, 30), (2, 511, 2), (3, 1000, 1500), (0, 4095, 1)):
            out = bytearray(length)
            card.read(page, offset, out)
            start = page * 4096 + offset
            assert out == device.data[start : start + length], (page, offset, length)
        device.reads = 0
        for offset in (0, 100, 508):
            card.read(1, offset, bytearray(4))
        assert device.reads == 1
        card.read(1, 510, bytearray(4))
        assert device.reads == 2
        card.read(1, 600, bytearray(4))
        assert device.reads == 2, "the second sector is the one at hand"

    def test_what_was_written_to_a_card_is_read_anew(self) -> None:
        device = RamCard(4)
        card = media.attach(device)
        out = bytearray(4)
        card.read(1, 512, out)
        waiting = memoryview(bytearray(b"a" * 4096))
        card.use(waiting)
        card.program(1, 512, waiting[:512])
        card.read(1, 512, out)
        assert out == b"aaaa"
        assert device.data[4096 + 512 : 4096 + 1024] == b"a" * 512
        card.prepare(1)
        card.read(1, 512, out)
        assert out == b"aaaa", "sectors are rewritten, not erased"
        card.wipe(1, 1)
        card.read(1, 512, out)
        assert out == bytes(4)
        assert device.data[4096:8192] == bytes(4096), "a card's erased sectors may read as zeros"

    def test_a_sector_that_refuses_is_not_at_hand_afterwards(self) -> None:
        device = RamCard(4)
        device.data[4096:4608] = b"b" * 512
        card = media.attach(device)
        out = bytearray(4)
        card.read(1, 0, out)
        read = device.readblocks

        def refuse(*_):
            raise OSError(5)

        device.readblocks = refuse
        with pytest.raises(OSError, match="5"):
            card.read(2, 0, out)
        with pytest.raises(OSError, match="5"):
            card.read(1, 0, out)
        device.readblocks = read
        card.read(1, 0, out)
        assert out == b"bbbb"


def test_bytes_are_moved_and_cleared() -> None:
    target = bytearray(8)
    copy(target, 2, b"abcdef", 3)
    assert target == b"\x00\x00abc\x00\x00\x00"
    clear(target, 4)
    assert target == b"\xff" * 4 + b"c\x00\x00\x00"
    assert u32(b"\x00\x04\x03\x02\x01", 1) == 0x01020304
    assert u32(b"\xff\xff\xff\xff", 0) == 0xFFFFFFFF
    assert blank(b"\xff" * 5) is True and blank(b"\xff\xff\xfe") is False and blank(b"") is True


class TestNewestPage:
    """The search on made-up devices, against what is known."""

    @staticmethod
    def seq_at(pages: int, head: int, bad: tuple[int, ...] = ()):
        def page_seq_at(index: int) -> int:
            seq = head - (head - index) % pages
            return -1 if index in bad or seq < 0 else seq

        return page_seq_at

    def test_an_empty_device(self) -> None:
        assert find_head(lambda index: -1, 16) == -1

    @pytest.mark.parametrize("pages", [4, 5, 16, 63, 64, 65, 128, 200])
    def test_every_place_of_every_turn(self, pages: int) -> None:
        for head in range(3 * pages):
            assert find_head(self.seq_at(pages, head), pages) == head

    @pytest.mark.parametrize("pages", [8, 40, 200])
    def test_unreadable_pages_are_stepped_over(self, pages: int) -> None:
        """Any one page but the newest itself, and runs shorter than the search looks ahead."""
        for head in (pages - 1, pages, pages + 3, pages + pages // 2, 3 * pages - 2):
            newest = head % pages
            for index in range(pages):
                if index != newest:
                    assert find_head(self.seq_at(pages, head, (index,)), pages) == head, (head, index)
            run = tuple(range(max(0, newest - LOOKAHEAD + 2), newest))
            assert find_head(self.seq_at(pages, head, run), pages) == head

    def test_pages_behind_the_newest_that_were_not_erased_are_looked_beyond(self) -> None:
        """Pages 20 to 22 refused their erase and carry the turn before; 23 was written in this turn."""
        pages = 64

        def page_seq_at(index: int) -> int:
            return index if 20 <= index < 23 or index > 23 else pages + index

        assert find_head(page_seq_at, pages) == pages + 23

    def test_few_pages_are_read(self) -> None:
        assert (PROBES, LOOKAHEAD) == (64, 16)
        read: list[int] = []
        inner = self.seq_at(16384, 50000)

        def page_seq_at(index: int) -> int:
            read.append(index)
            return inner(index)

        assert find_head(page_seq_at, 16384) == 50000
        assert len(read) < 120


class TestIndex:
    """What lies in one page."""

    def entry(self, log: Recorder, page: int = 0) -> PageIndex:
        index = PageIndex(memoryview(bytearray(256)))
        index.load(log, page)
        return index

    def test_entries_stand_in_order_with_their_places(self) -> None:
        """A header of 52 bytes, the note of the boot (32), records of 100 and 103 bytes on multiples of 4."""
        device = RamFlash(8)
        log = filled(device, 0)
        for size, slots in ((100, 50), (103, 30), (54, 1)):
            log.append(make_record(log.next_seq, slots, 1, size, frames=slots))
        log.flush()
        index = self.entry(log)
        assert index.page_seq == 0 and index.count == 4
        assert list(index.offsets[:4]) == [52, 84, 184, 288]
        assert index.end_offset == 344 and index.end_seq == index.claimed_seq == 81
        assert not index.damaged and not index.dirty

    def test_a_page_with_another_number_is_not_loaded(self) -> None:
        log = filled(RamFlash(8), 100)
        index = PageIndex(memoryview(bytearray(256)))
        assert index.load(log, 2) is True
        count = index.count
        assert count > 5
        assert index.load(log, 2 + 8) is False
        assert (index.page_seq, index.count) == (-1, 0)

    @pytest.mark.parametrize(
        ("at", "value", "count", "claims"),
        [
            (0, 0xA4, 3, False),  # no record begins with it
            (1, 0x00, 3, False),  # a version that never was
            (1, 0x03, 3, False),  # a version that is not known
            (2, 0x35, 3, False),  # 53 bytes
            (20, 0x00, 3, False),  # no frame
            (40, 0x00, 3, True),  # a byte of the payload
        ],
    )
    def test_a_damaged_record_is_left_out_and_the_next_found(
        self, at: int, value: int, count: int, claims: bool
    ) -> None:
        device = RamFlash(8)
        log = filled(device, 0)
        for _ in range(3):
            log.append(make_record(log.next_seq, 50, 1, 100, frames=50))
        log.flush()
        assert device.data[184 + at] != value
        device.data[184 + at] = value
        index = self.entry(log)
        assert index.count == count and list(index.offsets[:3]) == [52, 84, 284]
        assert index.end_seq == index.claimed_seq == 150
        assert index.damaged and not index.dirty
        device.data[284 + at] = value
        index = self.entry(log)
        assert index.count == 2 and index.end_offset == 184
        assert index.end_seq == 50 and index.claimed_seq == (150 if claims else 50)
        assert index.dirty and not index.damaged

    def test_a_length_field_is_believed_within_the_page(self) -> None:
        device = RamFlash(8)
        log = filled(device, 0)
        log.append(make_record(0, 50, 1, 100, frames=50))
        log.flush()
        for length in (2049, 4095, 101, 99):
            data = bytearray(device.data)
            data[86:88] = bytes((length & 255, length >> 8))
            assert self.entry(boots_without_writing(data)).count == 1, length

    def test_a_record_far_ahead_is_damage(self) -> None:
        """2**24 slots beyond the last are too many, one less is believed."""
        for seq, count in (((1 << 24) + 49, 3), ((1 << 24) + 50, 2)):
            device = RamFlash(8)
            log = filled(device, 1)
            log.accounted_to = log.next_seq = seq
            log.put(make_record(seq, 50, 1, 100, frames=50), 100)
            log.flush()
            assert self.entry(log).count == count, seq

    @pytest.mark.parametrize(("ahead", "claimed"), [(0, 100), (4095, 50 + 4095 + 50), (4096, 50)])
    def test_numbers_of_a_damaged_record_count_as_used_when_they_are_near(
        self, ahead: int, claimed: int
    ) -> None:
        """Less than 4096 slots beyond the last sound entry: 41 s."""
        device = RamFlash(8)
        log = filled(device, 0)
        log.append(make_record(0, 50, 1, 100, frames=50))
        log.put(make_record(50 + ahead, 50, 1, 100, frames=50), 100)
        log.flush()
        device.data[log.used - 1] ^= 1
        index = self.entry(log)
        assert (index.end_seq, index.claimed_seq) == (50, claimed)


def boots_without_writing(data: bytearray) -> Recorder:
    """A log that can read these bytes and was not opened."""
    log = Recorder(RamFlash(len(data) // 4096, data))
    log.committed = 0
    return log
