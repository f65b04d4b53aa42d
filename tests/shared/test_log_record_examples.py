"""Page header and note of the insole's log, byte by byte (the tables in `log_records`). Runs on both
interpreters."""

from insole_protocol import log_records
from paper import with_crc

# magic "PGLP", version 1, 0, boot 0x0102, page 3, first 4, oldest 5, acked 6, overwritten 7, tail 8, note 9,
# pages 10, erased 11, reserved 12
HEADER = with_crc(
    bytes.fromhex(
        "50474c50 01 00 0201 03000000 04000000 05000000 06000000 07000000 08000000 09000000 0a000000"
        "0b000000 0c000000".replace(" ", "")
    )
)
NAMES = (
    "boot",
    "page_seq",
    "first_seq",
    "oldest_seq",
    "acked_seq",
    "overwritten",
    "tail_page",
    "note_page",
    "pages",
    "erased_seq",
    "reserved_seq",
)
VALUES = (0x0102, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
# sync, kind 2, length 32, from 0x01020304, to 0x05060708, boot 9, reason 8, 0, acked 10, overwritten 11, 0
NOTE = with_crc(
    bytes.fromhex("b6 02 2000 04030201 08070605 0900 08 00 0a000000 0b000000 00000000".replace(" ", ""))
)
NOTE_FIELDS = (2, 0x01020304, 0x05060708, 9, 8, 10, 11)


def fields(page: log_records.PageHeader) -> "tuple[int, ...]":
    """All fields in the order of the table."""
    return tuple([getattr(page, name) for name in NAMES])


def test_a_page_header_is_these_bytes() -> None:
    assert len(HEADER) == 52 == log_records.HEADER_BYTES
    page = log_records.PageHeader()
    for i in range(len(NAMES)):
        setattr(page, NAMES[i], VALUES[i])
    for kind in (bytearray, lambda n: memoryview(bytearray(n))):
        out = kind(60)
        page.write(out)
        assert bytes(out) == HEADER + bytes(8)


def test_a_page_header_is_read_in_place() -> None:
    for data in (HEADER, bytearray(HEADER), memoryview(HEADER + b"more")):
        page = log_records.PageHeader()
        assert page.parse(data) is True
        assert fields(page) == VALUES


def test_a_new_page_header_knows_of_no_note() -> None:
    assert fields(log_records.PageHeader()) == (0, 0, 0, 0, 0, 0, 0, 0xFFFFFFFF, 0, 0, 0)


def test_a_page_header_that_is_none_changes_nothing() -> None:
    """Wrong magic or version under a right checksum; and any byte flipped."""
    others = [with_crc(b"PGLQ" + HEADER[4:48]), with_crc(HEADER[:4] + b"\x02" + HEADER[5:48])]
    others += [with_crc(HEADER[:4] + b"\x00" + HEADER[5:48]), b"\xff" * 52, bytes(52)]
    others += [HEADER[:at] + bytes((HEADER[at] ^ 1,)) + HEADER[at + 1 :] for at in range(52)]
    for data in others:
        page = log_records.PageHeader()
        page.boot = 77
        assert page.parse(data) is False
        assert fields(page) == (77, 0, 0, 0, 0, 0, 0, 0xFFFFFFFF, 0, 0, 0)


def test_a_note_is_these_bytes() -> None:
    assert len(NOTE) == 32 == log_records.NOTE_BYTES
    for at in (0, 4, 8):
        out = bytearray(b"\xff" * 44)
        log_records.write_note(out, at, *NOTE_FIELDS)
        assert bytes(out) == b"\xff" * at + NOTE + b"\xff" * (12 - at)
    for data in (NOTE, bytearray(NOTE), memoryview(NOTE + b"more")):
        assert log_records.parse_note(data) == NOTE_FIELDS


def test_a_note_that_is_none() -> None:
    """Another first byte or length under a right checksum, too few bytes, and any byte flipped."""
    others = [
        with_crc(b"\xa5" + NOTE[1:28]),
        with_crc(NOTE[:2] + b"\x1f" + NOTE[3:28]),
        NOTE[:31],
        b"\xff" * 32,
    ]
    others += [with_crc(NOTE[:2] + b"\x21" + NOTE[3:28]), NOTE[:1]]
    others += [NOTE[:at] + bytes((NOTE[at] ^ 1,)) + NOTE[at + 1 :] for at in range(32)]
    for data in others:
        assert log_records.parse_note(data) is None


def test_the_numbers_of_the_log() -> None:
    """docs/explanation/log-format.md: once written they stay, or no stored log can be read."""
    assert log_records.PAGE_BYTES == 4096
    assert log_records.PAGE_MAGIC == 0x504C4750
    assert (log_records.PAGE_VERSION, log_records.NOTE_SYNC, log_records.ALIGN) == (1, 0xB6, 4)
    assert log_records.NO_PAGE == 0xFFFFFFFF
    kinds = (
        log_records.NOTE_BOOT,
        log_records.NOTE_GAP,
        log_records.NOTE_RESERVE,
        log_records.NOTE_ERASED,
        log_records.NOTE_CLOSE,
    )
    assert kinds == (1, 2, 3, 4, 5)
    assert (log_records.NEXT_SEQ_JUMP, log_records.UNCOMMITTED_MAX_SLOTS, log_records.CARD_FORGETS_SLOTS) == (
        256,
        128,
        256,
    )
