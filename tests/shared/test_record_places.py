"""A record's header is read in one place: the named offsets fit its format, and nobody else counts bytes."""

import ast
import struct
from pathlib import Path

import pytest
from hypothesis import given
from insole_protocol import block, record_header
from strategies import records

ROOT = Path(__file__).resolve().parents[2]
HOME = "block.py"
OTHER_FORMATS = {
    "log_records.py": "pages and notes of the log",
    "layout.py": "sensor places",
    "slot_number.py": "a number in two halves",
    "advert_reader.py": "advertisements",
    "console.py": "a terminal's escape codes",
}
READERS = sorted(
    path
    for folder in (
        "shared/insole_protocol",
        "firmware/insole",
        "host/plantigrade/bridge",
        "host/plantigrade/link",
        "host/plantigrade/library/recordings",
        "host/plantigrade/device",
    )
    for path in (ROOT / folder).rglob("*.py")
    if path.name not in {HOME, *OTHER_FORMATS}
)
PLACES = {getattr(block, name): name for name in dir(block) if name.endswith("_AT")}
SPANS = {(2, 4), (4, 8), (8, 16), (16, 18), (18, 20), (24, 26)}
LATE = {place for place in PLACES if place >= 16}  # smaller numbers are places in many things
PARAMETERS = {"p", "s", "fields"}  # the encoder's own array of numbers, and tuples of named fields


def _number(node: ast.expr | None) -> int | None:
    """The literal in an index: `20`, or what is added in `at + 20`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.right
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def literal_places(source: str) -> list[int]:
    """Lines that reach into bytes at a number where a record's header has a field."""
    found: list[int] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            if isinstance(node.value, ast.Name) and node.value.id in PARAMETERS:
                continue
            if isinstance(node.slice, ast.Slice):
                hit = (_number(node.slice.lower), _number(node.slice.upper)) in SPANS
            else:
                hit = _number(node.slice) in LATE
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            low, high = node.left, node.right  # data[2] | data[3] << 8
            hit = isinstance(low, ast.Subscript) and isinstance(high, ast.BinOp) and _number(low.slice) == 2
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            hit = (name == "u32" and len(node.args) == 2 and _number(node.args[1]) in PLACES and
                   _number(node.args[1]) != 0)  # fmt: skip
        else:
            continue
        if hit:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", READERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_else_counts_the_bytes_of_a_header(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    assert [lines[number - 1].strip() for number in literal_places(source)] == []


@pytest.mark.parametrize(
    "line",
    [
        "slots = record[20] * record[21]",
        "slots = out[length + 20]",
        "seq = int.from_bytes(record[4:8], 'little')",
        "length = data[2] | data[3] << 8",
        "seq = u32(scratch, 4)",
        "frames = self._message[20]",
        "time_us = data[at + 8 : at + 16]",
    ],
)
def test_a_counted_byte_is_noticed(line: str) -> None:
    assert literal_places(line)


def test_the_named_offsets_are_those_of_the_format() -> None:
    codes = block.HEADER_FORMAT.lstrip("<")
    starts = [struct.calcsize("<" + codes[:i]) for i in range(len(codes))]
    named = [getattr(block, name.upper() + "_AT") for name in record_header.FIELDS]
    assert named == starts
    assert struct.calcsize(block.HEADER_FORMAT) == block.HEADER_BYTES
    assert sorted(PLACES) == starts


@given(records)
def test_looking_into_a_record_finds_what_its_header_says(data: bytes) -> None:
    header = record_header.check(data)
    for at, buf in ((0, data), (3, b"\xa5\x01\xff" + data)):
        assert block.length_of(buf, at) == header.length
        assert block.seq_of(buf, at) == header.seq
        assert block.frames_of(buf, at) == header.frames
        assert block.slots_of(buf, at) == header.slots
