"""Download mode command by command: what is done, what is refused, and what a stranger's bytes can do."""

import dataclasses
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plantigrade.twin.rom import commands as rom
from plantigrade.twin.rom.download import Ending
from plantigrade.twin.rom.fuses import BASE, factory_fuses
from plantigrade.twin.rom.slip import frame

from tests.host.twin.rom.line import UNIQUE_ID, Line, md5

DONE_BY_ROM, DONE_BY_STUB = bytes(4), bytes(2)
ERASE_ALL, ERASE_REGION, READ_FLASH = 0xD0, 0xD1, 0xD2
MIB = 1024 * 1024


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """The ROM of a blank chip of 8 MiB."""
    return Line(tmp_path)


@pytest.fixture
def stub(tmp_path: Path) -> Line:
    """The same with the stub running."""
    made = Line(tmp_path)
    made.start_stub()
    return made


def test_a_host_finds_the_rom_and_then_its_stub(line: Line) -> None:
    rom_answers = line.command(rom.SYNC, b"\x07\x07\x12\x20" + b"\x55" * 32)
    assert len(rom_answers) == 8
    assert all(answer.value for answer in rom_answers)
    line.start_stub()
    assert [answer.value for answer in line.command(rom.SYNC, bytes(36))] == [0] * 8


@pytest.mark.parametrize(("mib", "size_id"), [(8, 0x17), (16, 0x18)])
def test_registers_tell_chip_mac_and_flash(tmp_path: Path, mib: int, size_id: int) -> None:
    line = Line(tmp_path, mib)
    (low,) = line.command(rom.READ_REG, struct.pack("<I", BASE + 0x44))
    (high,) = line.command(rom.READ_REG, struct.pack("<I", BASE + 0x48))
    assert struct.pack(">HI", high.value, low.value) == UNIQUE_ID
    line.ask(rom.WRITE_REG, 0x60002020, 7 << 28 | 0x9F, 0xFFFFFFFF, 0)
    line.ask(rom.WRITE_REG, 0x60002000, 1 << 18, 0xFFFFFFFF, 0)
    (flash_id,) = line.command(rom.READ_REG, struct.pack("<I", 0x60002058))
    assert flash_id.value == 0x0040C8 | size_id << 16  # GD25Q64 and GD25Q128
    info = line.command(rom.GET_SECURITY_INFO)[0].body
    assert (len(info), struct.unpack_from("<I", info, 12)[0]) == (20 + 4, 9)


def test_the_rom_erases_what_is_announced_and_programs_what_comes(line: Line) -> None:
    line.file.put(0x10000, b"old!" * 2048)
    assert line.ask(rom.FLASH_BEGIN, 5000, 5, 0x400, 0x10000, 0) == DONE_BY_ROM
    assert line.file.region(0x10000, 0x2000) == b"\xff" * 0x2000
    content = bytes(range(256)) * 4
    assert line.ask(rom.FLASH_DATA, 0x400, 0, 0, 0, content=content) == DONE_BY_ROM
    assert line.file.region(0x10000, 0x400) == content
    assert line.flash.operations == 2 + 4  # sectors erased, pages programmed
    assert line.ask(rom.FLASH_MD5, 0x10000, 0x400, 0, 0) == md5(content).hex().encode() + DONE_BY_ROM
    assert line.ask(rom.READ_FLASH_SLOW, 0x10000, 16)[:16] == content[:16]


def test_programming_clears_bits_only(line: Line) -> None:
    line.ask(rom.FLASH_BEGIN, 0, 1, 4, 0x100, 0)
    line.ask(rom.FLASH_DATA, 4, 0, 0, 0, content=b"\xf0\x0f\xff\x00")
    line.ask(rom.FLASH_BEGIN, 0, 1, 4, 0x100, 0)
    line.ask(rom.FLASH_DATA, 4, 0, 0, 0, content=b"\x3c\x3c\xaa\xff")
    assert line.file.region(0x100, 4) == b"\x30\x0c\xaa\x00"


def test_the_stub_erases_as_it_writes_and_unpacks(stub: Line) -> None:
    content = bytes(range(256)) * 40
    stub.file.put(0x20000, b"\0" * 0x4000)
    packed = zlib.compress(content)
    assert stub.ask(rom.DEFLATE_BEGIN, len(content), 1, 0x4000, 0x20000) == DONE_BY_STUB
    assert stub.flash.operations == 0
    assert stub.ask(rom.DEFLATE_DATA, len(packed), 0, 0, 0, content=packed) == DONE_BY_STUB
    assert stub.file.region(0x20000, len(content)) == content
    assert stub.ask(rom.FLASH_MD5, 0x20000, len(content), 0, 0) == md5(content) + DONE_BY_STUB
    assert stub.file.region(0x23000, 0x1000) == b"\0" * 0x1000  # the sector after it is as it was
    assert stub.ask(ERASE_REGION, 0x20000, 0x1000) == DONE_BY_STUB
    assert stub.file.region(0x20000, 0x1000) == b"\xff" * 0x1000
    stub.command(ERASE_ALL)
    assert set(stub.file.region(0, 8 * MIB)) == {0xFF}


def test_the_stub_reads_ahead_no_further_than_it_was_told(stub: Line) -> None:
    content = bytes(range(256)) * 64
    stub.file.put(0, content)
    stub.ask(READ_FLASH, 0, len(content), 4096, 2)
    packets = stub.sent[1:]
    assert len(packets) == 2
    while sum(map(len, packets)) < len(content):
        stub.sent.clear()
        stub.chip.receive(frame(struct.pack("<I", 4096 * (len(packets) - 1))))
        packets += stub.sent
    stub.sent.clear()
    stub.chip.receive(frame(struct.pack("<I", len(content))))
    assert (b"".join(packets), stub.sent) == (content, [md5(content)])


REFUSED: list[tuple[str, Callable[[Line], bytes], int]] = [
    ("a place beyond the flash", lambda o: o.ask(rom.FLASH_BEGIN, 4096, 1, 4096, 8 * MIB), 0x01),
    ("a size beyond the flash", lambda o: o.ask(rom.FLASH_BEGIN, 0xFFFFF000, 1, 4096, 4096), 0x01),
    ("a compressed size beyond it", lambda o: o.ask(rom.DEFLATE_BEGIN, 9 * MIB, 1, 1, 0), 0x01),
    ("a hash beyond it", lambda o: o.ask(rom.FLASH_MD5, 0, 9 * MIB, 0, 0), 0x01),
    ("reading beyond it", lambda o: o.ask(rom.READ_FLASH_SLOW, 8 * MIB - 1, 2), 0x01),
    ("reading too much", lambda o: o.ask(rom.READ_FLASH_SLOW, 0, 65), 0x01),
    ("data without a beginning", lambda o: o.ask(rom.FLASH_DATA, 1, 0, 0, 0, content=b"a"), 0x06),
    ("a length that is not so", lambda o: o.ask(rom.FLASH_DATA, 9, 0, 0, 0, content=b"a"), 0x05),
    ("a wrong checksum", lambda o: o.ask(rom.FLASH_DATA, 1, 0, 0, 0, content=b"a", checksum=0), 0x07),
    ("a command of the stub", lambda o: o.ask(ERASE_ALL), 0x05),
    ("a command that nobody has", lambda o: o.ask(0x77), 0x05),
    ("too few words", lambda o: o.ask(rom.WRITE_REG, 1), 0x05),
    ("a program larger than the RAM", lambda o: o.ask(rom.MEM_BEGIN, MIB, 1, 1, 0), 0x0E),
    ("a program without a beginning", lambda o: o.ask(rom.MEM_DATA, 1, 0, 0, 0, content=b"a"), 0x0E),
]


@pytest.mark.parametrize(("question", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_the_rom_refuses(line: Line, question: Callable[[Line], bytes], code: int) -> None:
    assert question(line)[:2] == bytes((1, code))
    assert line.flash.operations == 0
    assert line.ask(rom.SPI_ATTACH, 0, 0) == DONE_BY_ROM  # and goes on


def test_more_than_was_announced_is_refused(line: Line) -> None:
    line.ask(rom.FLASH_BEGIN, 4096, 1, 16, 0)
    assert line.ask(rom.FLASH_DATA, 4096, 0, 0, 0, content=b"a" * 4096) == DONE_BY_ROM
    assert line.ask(rom.FLASH_DATA, 1, 1, 0, 0, content=b"a")[:2] == b"\x01\x06"


def test_the_filling_of_a_last_packet_may_go_beyond_the_flash_and_nothing_else_may(line: Line) -> None:
    for content, status in ((b"a" + b"\xff" * 8191, 0), (b"a" * 8192, 1)):
        assert line.ask(rom.FLASH_BEGIN, 4096, 1, 8192, 8 * MIB - 4096) == DONE_BY_ROM
        answer = line.ask(rom.FLASH_DATA, 8192, 0, 0, 0, content=content)
        assert answer[0] == status
    assert line.file.size == 8 * MIB


def test_what_unpacks_to_more_than_was_announced_is_never_unpacked(stub: Line) -> None:
    bomb = zlib.compress(bytes(64 * MIB), 9)[:60000]
    stub.ask(rom.DEFLATE_BEGIN, 4096, 1, 0x4000, 0)
    answer = stub.ask(rom.DEFLATE_DATA, len(bomb), 0, 0, 0, content=bomb)
    assert answer == b"\x01\xc9"
    stub.ask(rom.DEFLATE_BEGIN, 4096, 1, 0x4000, 0)
    assert stub.ask(rom.DEFLATE_DATA, 5, 0, 0, 0, content=b"hello") == b"\x01\xc7"
    assert stub.flash.operations == 0


def test_the_watchdog_of_the_host_restarts_the_chip(line: Line) -> None:
    line.ask(rom.WRITE_REG, 0x600080B0, 0x50D83AA1, 0xFFFFFFFF, 0)
    line.ask(rom.WRITE_REG, 0x60008098, 1 << 31, 0xFFFFFFFF, 0)
    assert not line.ended
    line.ask(rom.WRITE_REG, 0x600080B0, 0, 0xFFFFFFFF, 0)
    assert line.ended == [Ending.WATCHDOG]
    assert not line.command(rom.SYNC)  # it is gone


def test_the_rom_restarts_at_the_end_and_the_stub_gives_back_to_it(line: Line) -> None:
    line.start_stub()
    assert line.ask(rom.FLASH_END, 1) == DONE_BY_STUB
    assert line.ask(rom.FLASH_END, 0) == DONE_BY_STUB
    assert line.ask(rom.SPI_ATTACH, 0, 0) == DONE_BY_ROM
    line.ask(rom.FLASH_END, 0)
    assert line.ended == [Ending.RESTART]


@pytest.mark.parametrize("torn", [False, True], ids=["clean", "torn"])
def test_power_fails_at_the_operation_that_was_chosen(line: Line, torn: bool) -> None:
    line.file.put(0, b"\0" * 0x2000)
    line.flash.cut_at, line.flash.torn = 2, torn
    assert not line.command(rom.FLASH_BEGIN, struct.pack("<IIIII", 0x2000, 1, 1, 0, 0))  # no answer
    assert line.ended == [Ending.POWER_LOST]
    erased = line.file.region(0, 0x2000).count(0xFF)
    assert erased == (0x1800 if torn else 0x1000)


def test_in_secure_download_mode_flash_can_be_written_and_nothing_read(tmp_path: Path) -> None:
    registers = bytearray(factory_fuses(UNIQUE_ID).registers)
    registers[0x2C + 4 * 4] |= 1 << 5
    fuses = dataclasses.replace(factory_fuses(UNIQUE_ID), registers=bytes(registers))
    line = Line(tmp_path, fuses=fuses)
    assert line.ask(rom.FLASH_BEGIN, 0, 1, 1, 0) == DONE_BY_ROM
    assert line.command(rom.GET_SECURITY_INFO)[0].body[:4] == struct.pack("<I", 1 << 2)
    for command in (rom.READ_REG, rom.MEM_BEGIN, rom.FLASH_MD5, rom.READ_FLASH_SLOW):
        assert line.ask(command, 0, 0, 0, 0)[:2] == b"\x01\x05"


anything = st.binary(max_size=80)
known = st.sampled_from([*range(0x02, 0x15), *range(0xD0, 0xD4)])
numbers = st.lists(st.sampled_from([0, 1, 64, 4096, 0x400000, 0x800000, 0xFFFFFFFF]), max_size=6)


def request(number: int, values: list[int], tail: bytes) -> bytes:
    """A command with a header that fits, framed."""
    data = struct.pack(f"<{len(values)}I", *values) + tail
    return frame(rom.HEAD.pack(0, number, len(data), 0) + data)


requests = st.builds(request, known, numbers, anything)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(anything, requests), max_size=12), st.booleans())
def test_any_bytes_on_the_port_leave_a_chip_that_answers(
    tmp_path: Path, noise: list[bytes], with_stub: bool
) -> None:
    line = Line(tmp_path)
    if with_stub:
        line.start_stub()
    for piece in noise:
        line.chip.receive(piece)
        assert len(line.sent) < 10_000
        line.sent.clear()
    line.chip.receive(b"\xc0")
    if not line.ended:
        assert len(line.command(rom.SYNC, bytes(36))) == 8
    assert line.file.size == 8 * MIB
    line.flash.close()
