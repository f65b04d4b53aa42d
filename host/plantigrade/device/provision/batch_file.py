"""`batch.csv`: the boards that are to become insoles, checked as a whole before the first one is touched.

Columns: `serial` (12 hexadecimal digits of the chip's MAC or 16 of the serial number; colons allowed; empty
for "the next board that is connected"), `side`, `size`; optional `batch`, `label`, `board`.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from insole_protocol.settings import MAX_LABEL_BYTES

from plantigrade.device.provision import settings
from plantigrade.device.provision.record import SIDES
from plantigrade.errors import FileError

REQUIRED: Final = ("serial", "side", "size")
OPTIONAL: Final = ("batch", "label", "board")
DEFAULT_BOARD: Final = "esp32s3_r1"
BATCH_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
"""Capitals, so that a QR code stays alphanumeric and small."""
_BOARD: Final = re.compile(r"[a-z0-9_]{1,24}")


class BatchError(FileError):
    """A batch file that cannot be used."""


@dataclass(frozen=True)
class BatchRow:
    """One insole that is to be made.

    Attributes:
        line: of the file, 1 the titles; 0 for an insole that was named on the command line.
        serial: 16 hexadecimal digits; "" for the next board that is connected.
        side, size_eu, batch, label, board: as in the record.
    """

    line: int
    serial: str
    side: str
    size_eu: float
    batch: str
    label: str = ""
    board: str = DEFAULT_BOARD


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value.

    Attributes:
        line: of the file; 0 for an option of the command line.
        column: which value.
        text: what is wrong about it.
    """

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        where = f"line {self.line}, column" if self.line else "option"
        return f"{where} {self.column}: {self.text}"


def read_batch(path: Path, batch: str = "") -> tuple[BatchRow, ...]:
    """The rows of a batch file.

    Args:
        path: of the CSV.
        batch: code of rows without one of their own; by default the file's name.

    Raises:
        BatchError: anything is wrong anywhere in the file; all of it is named, by row and column.
    """
    text = _text(path)
    rows = csv.reader(io.StringIO(text), strict=True)
    problems: list[str] = []
    found: list[BatchRow] = []
    try:
        titles = [title.strip().lower() for title in next(rows, list[str]())]
        _check_titles(path, titles)
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(found) + len(problems) >= settings.MOST_ROWS:
                raise BatchError(path, f"has more than {settings.MOST_ROWS} boards; make several batches")
            if len(cells) != len(titles):
                problems.append(f"line {rows.line_num}: {len(cells)} columns instead of {len(titles)}")
                continue
            values = dict(zip(titles, (cell.strip() for cell in cells), strict=True))
            wrong: list[Problem] = []
            row = check_row(values, rows.line_num, batch or default_code(path), wrong)
            problems += map(str, wrong)
            if row is not None:
                found.append(row)
    except csv.Error as error:
        raise BatchError(path, f"line {rows.line_num} cannot be read as CSV ({error})") from error
    problems += _twice(found)
    if problems:
        raise BatchError(path, "cannot be used:\n  " + "\n  ".join(problems))
    if not found:
        raise BatchError(path, "names no board")
    return tuple(found)


def default_code(path: Path) -> str:
    """A batch code made of a file's name.

    >>> default_code(Path("orders/spring 2026.csv"))
    'SPRING-2026'
    """
    return re.sub(r"[^A-Z0-9]+", "-", path.stem.upper()).strip("-")[:20].rstrip("-") or "BATCH"


def check_row(values: Mapping[str, str], line: int, batch: str, problems: list[Problem]) -> BatchRow | None:
    """One row of a batch, or None with what is wrong about it added to `problems`."""
    before = len(problems)

    def wrong(column: str, text: str) -> None:
        problems.append(Problem(line, column, text))

    serial = normal_serial(values.get("serial", ""))
    if serial is None:
        wrong("serial", f"{values['serial']!r} is no serial: 12 digits of the MAC or 16 of the serial number")
    side = values.get("side", "").lower()
    if side not in SIDES:
        wrong("side", f"{side!r} is neither left nor right")
    size = size_of(values.get("size", ""))
    if size is None:
        wrong(
            "size",
            f"{values.get('size', '')!r} is no EU size from {settings.SMALLEST_EU:g} to "
            f"{settings.LARGEST_EU:g} in steps of {settings.SIZE_STEP:g}",
        )
    code = (values.get("batch", "") or batch).upper()
    if not BATCH_CODE.fullmatch(code):
        wrong("batch", f"{code!r} is no code of at most 20 capitals, digits and hyphens")
    label = values.get("label", "")
    if len(label.encode()) > MAX_LABEL_BYTES or not label.isprintable():
        wrong("label", f"{label!r} is longer than {MAX_LABEL_BYTES} bytes, or cannot be printed")
    board = values.get("board", "") or DEFAULT_BOARD
    if not _BOARD.fullmatch(board):
        wrong("board", f"{board!r} is no board revision such as {DEFAULT_BOARD}")
    if len(problems) > before or serial is None or size is None:
        return None
    return BatchRow(line, serial, side, size, code, label, board)


def normal_serial(text: str) -> str | None:
    """A serial number as insoles tell it; "" stays, None where it is none.

    >>> normal_serial("24:6f:28:7a:3f:01"), normal_serial(""), normal_serial("12")
    ('0000246F287A3F01', '', None)
    """
    digits = re.sub(r"[:\\-]", "", text.strip()).upper()
    if not digits:
        return ""
    if not re.fullmatch(r"[0-9A-F]{12}|[0-9A-F]{16}", digits) or not int(digits, 16):
        return None
    return digits.rjust(16, "0")


def size_of(text: str) -> float | None:
    """An EU size; None where it is none.

    >>> size_of("42.5"), size_of("42,5"), size_of("9"), size_of("42.3")
    (42.5, 42.5, None, None)
    """
    try:
        size = float(text.replace(",", "."))
    except ValueError:
        return None
    fits = settings.SMALLEST_EU <= size <= settings.LARGEST_EU and size % settings.SIZE_STEP == 0
    return size if fits else None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > settings.MOST_FILE_BYTES:
            raise BatchError(path, f"has more than {settings.MOST_FILE_BYTES} bytes: this is no batch")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BatchError(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BatchError(path, f"is not UTF-8 (byte {error.start})") from error


def _check_titles(path: Path, titles: Sequence[str]) -> None:
    if missing := [name for name in REQUIRED if name not in titles]:
        raise BatchError(path, f"lacks the column {', '.join(missing)}")
    if unknown := [name for name in titles if name not in REQUIRED + OPTIONAL]:
        known = ", ".join(REQUIRED + OPTIONAL)
        raise BatchError(path, f"has the column {', '.join(map(repr, unknown))}; known are {known}")
    if twice := [name for name in titles if titles.count(name) > 1]:
        raise BatchError(path, f"has the column {twice[0]} twice")


def _twice(rows: Sequence[BatchRow]) -> list[str]:
    first: dict[str, int] = {}
    problems: list[str] = []
    for row in rows:
        if row.serial and row.serial in first:
            problems.append(
                f"line {row.line}, column serial: {row.serial} is on line {first[row.serial]} already"
            )
        first.setdefault(row.serial, row.line)
    return problems
