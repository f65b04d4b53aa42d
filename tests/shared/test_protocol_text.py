"""PROTOCOL.md says what the package does: its example, its tables, its limits."""

import re
from array import array
from pathlib import Path

import pytest
from insole_protocol import block, block_errors, ids, messages, settings
from insole_protocol.codec import Encoder
from insole_protocol.decoder import decode_block

from tools import make_protocol_tables

TEXT = (Path(__file__).resolve().parent.parent.parent / "shared" / "PROTOCOL.md").read_text()


def section(title):
    """The text of one section, up to the next heading."""
    start = TEXT.index(title)
    end = re.compile(r"^#+ ", re.M).search(TEXT, start + len(title))
    return TEXT[start : end.start() if end else None]


def table(title):
    """The cells of a section's table rows, without its head."""
    rows = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_the_example_is_what_the_encoder_writes():
    listing = section("### 1.4 Example").split("```")[1]
    shown = bytes.fromhex(" ".join(re.match(r"(?:[0-9a-f]{2} ?)*", line)[0] for line in listing.splitlines()))
    rows = [[330] * 16 for _ in range(4)]
    for row, value in zip(rows, (330, 331, 340, 338), strict=True):
        row[0] = value
    out = bytearray(block.MAX_BYTES)
    frames = array("H", [value for row in rows for value in row])
    n = Encoder(4).encode(out, frames, 0, 4, 1000, 60_000_000, 3, 10000, 1, 1, ids.STATUS_LIVE)
    assert bytes(out[:n]) == shown
    assert decode_block(shown).frames == frames


def test_every_reason_to_refuse_has_its_row():
    named = {row[0].strip("`") for row in table("## 2. Refusing")}
    assert named == {error.name for error in block_errors.BlockError.__subclasses__()}


@pytest.mark.parametrize("row", table("## 4. Commands"), ids=lambda row: row[1])
def test_every_command_has_its_number(row):
    op = int(row[0], 16)
    assert getattr(ids, "OP_" + row[1]) == op
    assert op in messages.COMMAND_FORMATS
    assert op in messages.REPLY_FORMATS


def test_no_command_is_missing_from_the_table():
    assert {int(row[0], 16) for row in table("## 4. Commands")} == set(messages.COMMAND_FORMATS)


def test_the_settings_table_is_the_one_in_force():
    shown = [(int(row[0]), row[1], row[2], row[4]) for row in table("### 4.4 Settings")]
    kinds = {settings.TEXT: "text", settings.NUMBER_8: "u8", settings.NUMBER_16: "u16"}
    expected = [(s.key, s.name, kinds[s.kind], str(s.default) or "empty") for s in settings.TABLE]
    assert shown == expected


def test_results_are_numbered_as_named():
    for code, name in re.findall(r"(\d+) ([A-Z_]{2,})\b", section("### 4.2 Results")):
        assert getattr(ids, "RESULT_" + name) == int(code)


def test_the_tables_that_the_code_declares_are_current():
    assert make_protocol_tables.main(["--check"]) == 0


def test_a_table_that_was_changed_by_hand_is_noticed(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(make_protocol_tables, "PROTOCOL", tmp_path / "PROTOCOL.md")
    (tmp_path / "PROTOCOL.md").write_text(TEXT.replace("| 6 | off |", "| 6 | away |"))
    assert make_protocol_tables.main(["--check"]) == 1
    assert "run python -m tools.make_protocol_tables" in capsys.readouterr().err
    assert make_protocol_tables.main([]) == 0
    assert (tmp_path / "PROTOCOL.md").read_text() == TEXT
