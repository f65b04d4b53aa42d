"""One walk as programs of all regions write it: the kinds of the reports that the cases follow."""

# ruff: noqa: RUF001

import csv
import gzip
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Walk
from plantigrade.imports import formats

from tests.host.imports.reading import message, refusal, written

TITLES = ["time_s", "left_force_n", "right_force_n"]
ROWS = 40


@cache
def numbers() -> np.ndarray:
    """(rows, 3) time and forces; the first row is whole."""
    random = np.random.default_rng(5)
    force = np.round(random.uniform(0, 1400, (ROWS, 2)), 2)
    force[0] = 0.0
    force[1] = 412.5
    return np.column_stack([np.arange(ROWS) / 100, force])


def table(
    separator: str = ",",
    decimal: str = ".",
    *,
    titles: list[str] | None = None,
    quoting: int = csv.QUOTE_MINIMAL,
    line_end: str = "\n",
    more: Callable[[int], list[str]] = lambda _row: [],
    at: int = 3,
    write: Callable[[float], str] = lambda value: f"{value:g}" if value < 1e5 else f"{value:f}",
) -> str:
    """The numbers as text, with the cells of `more` put in before column `at`."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=line_end)
    writer.writerow(titles or TITLES)
    for row, values in enumerate(numbers().tolist()):
        cells = [write(value).replace(".", decimal) for value in values]
        writer.writerow(cells[:at] + more(row) + cells[at:])
    return out.getvalue()


def read(tmp_path: Path, content: str | bytes) -> Walk:
    raw = content if isinstance(content, bytes) else content.encode()
    return formats.read(written(tmp_path / "walk.csv", raw))


def is_the_walk(walk: Walk) -> bool:
    assert walk.left is not None
    assert walk.right is not None
    got = np.column_stack([walk.left.time_s, walk.left.force_n, walk.right.force_n])
    assert got == pytest.approx(numbers(), rel=1e-6)
    return True


@pytest.mark.parametrize("separator", [";", "\t", ",", "|", " "])
@pytest.mark.parametrize("decimal", [".", ",", "\u066b"], ids=["point", "comma", "arabic"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_separators_decimal_marks_and_line_ends(tmp_path: Path, separator: str, decimal: str, line_end: str):
    """Decimal commas between commas stand in quotes, as all spreadsheets write them."""
    walk = read(tmp_path, table(separator, decimal, line_end=line_end))
    assert is_the_walk(walk)
    assert message(walk) == ""


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(tmp_path: Path, encoding: str):
    text = table("\t", ",", titles=[*TITLES, "Gerät"], more=lambda _row: ["Größe"])
    assert is_the_walk(read(tmp_path, text.encode(encoding)))
    assert is_the_walk(read(tmp_path, gzip.compress(text.encode(encoding))))


@pytest.mark.parametrize("at", [0, 1, 2, 3])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ids=["few quotes", "all quoted"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_columns_of_words_anywhere(tmp_path: Path, at: int, quoting: int, separator: str):
    remarks = ["walk", "turn; left, slowly", 'he said "stop"', "", "two\nlines", "1,5", "NA"]
    text = table(
        separator,
        titles=[*TITLES[:at], "activity", "activity", *TITLES[at:]],
        quoting=quoting,
        more=lambda row: [remarks[row % 7], "x"],
        at=at,
    )
    assert is_the_walk(read(tmp_path, text))


@pytest.mark.parametrize(
    ("head", "name"),
    [('"",', '"{}",'), ("", '"{}",'), (",", "{},"), ("", "{},"), ('"row",', "row {},")],
    ids=["write.csv", "write.table", "pandas", "untitled numbers", "titled words"],
)
def test_row_names(tmp_path: Path, head: str, name: str):
    titles, *rows = table().splitlines()
    text = "\n".join([head + titles, *(name.format(1 + i) + row for i, row in enumerate(rows))]) + "\n"
    assert is_the_walk(read(tmp_path, text))


def test_a_table_of_r_with_blanks_between_its_cells(tmp_path: Path):
    """write.table: row names without a title, all in quotes but numbers."""
    titles, *rows = table(" ", quoting=csv.QUOTE_ALL).replace('"', "").splitlines()
    names = " ".join(f'"{title}"' for title in titles.split())
    text = "\n".join([names, *(f'"{1 + i}" {row}' for i, row in enumerate(rows))]) + "\n"
    assert is_the_walk(read(tmp_path, text))


@pytest.mark.parametrize("titled", [0, 1, 3])
@pytest.mark.parametrize("trailing", [0, 1, 3])
@pytest.mark.parametrize("blank_rows", [0, 2])
def test_separators_and_blank_rows_at_the_end(tmp_path: Path, titled: int, trailing: int, blank_rows: int):
    titles, *rows = table(";").splitlines()
    lines = [titles + ";" * titled, *(row + ";" * trailing for row in rows), *[";;"] * blank_rows]
    assert is_the_walk(read(tmp_path, "\r\n".join(lines) + "\r\n"))


@pytest.mark.parametrize("mark", [";", "\t", ",", "|"])
def test_a_line_that_names_the_separator(tmp_path: Path, mark: str):
    assert is_the_walk(read(tmp_path, f"sep={mark}\r\n# body_weight_kg: 70\r\n" + table(mark)))


@pytest.mark.parametrize(
    ("decimal", "groups"), [(".", ","), (",", "."), (",", "\u202f"), (",", " "), (".", "’"), (".", "'")]
)
def test_thousands(tmp_path: Path, decimal: str, groups: str):
    def grouped(value: float) -> str:
        return f"{value:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", groups)

    def as_written(value: float) -> str:
        return grouped(value)

    text = table(";", ".", write=as_written) if decimal == "." else table(";", ",", write=as_written)
    if (decimal, groups) == (",", "."):
        text = table(";", ".", write=lambda value: f"{value:,.2f}").translate(str.maketrans(".,", ",."))
    assert is_the_walk(read(tmp_path, text))


AMBIGUOUS = (
    "line 3: '1,234' may be 1234 or 1.234, and no other number of the file tells which; "
    "give --decimal-mark point or --decimal-mark comma"
)


def test_a_number_that_may_be_two_is_refused_until_the_mark_is_stated(tmp_path: Path):
    text = "# sample_rate_hz: 100\nleft_force_n;right_force_n\n1,234;0\n5;1\n7;2\n"
    path = written(tmp_path / "walk.csv", text)
    assert refusal(path) == AMBIGUOUS
    for mark, value in (("point", 1234.0), ("comma", 1.234)):
        walk = formats.read(path, decimal_mark=mark)  # type: ignore[arg-type]
        assert walk.left is not None
        assert walk.left.force_n[0, 0] == pytest.approx(value)
        walk = read(tmp_path, f"# decimal_mark: {mark}\n" + text)
        assert walk.left is not None
        assert walk.left.force_n[0, 0] == pytest.approx(value)
        path = written(tmp_path / "walk.csv", text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("time_s;left_force_n\n0,00;1,5\n0,01;2.5\n",
         "line 3: '2.5' in column 'left_force_n' has a decimal point, but the numbers of this file have a "
         "decimal comma as line 2 has '0,00'; write all in one way"),
        ("time_s,left_force_n\n0,00,1,5\n0,01,2,5\n",
         "line 2 has 4 columns instead of 2; are these decimal commas? Then put semicolons between the "
         "columns, or numbers in quotes"),
        ("time_s;left_force_n\n0,00;412,5\n0,01;1.234\n0,02;3,5\n",
         "line 3: '1.234' in column 'left_force_n' may have thousands, or a decimal mark of another region; "
         "write it like the others of its column"),
        ("time_s;left_force_n\n0.00;412\n0.01;412,125\n",
         "line 3: '412,125' in column 'left_force_n' is too large a force with thousands; is it a decimal "
         "mark of another region?"),
        ("time_s;left_force_n;\n0;1;\n0.01;;2;\n0.02;3;\n",
         "line 3 has 3 columns instead of 2"),
        ("time_s;left_1_n;left_2_n;\n0;1;2;\n0.01;;2;;\n0.02;3;4;\n",
         "line 3 has another number of separators than its neighbours and ends with an empty cell: its cells "
         "may be shifted; repair it"),
        ("time_s,left_force_n,activity,remark\n0,1.5,walk,a\n0.01,3,81,walk,\n0.02,2.5,walk,b\n",
         "line 3 has another number of separators than its neighbours and ends with an empty cell: its cells "
         "may be shifted; repair it"),
        ("time_s,left_1_n,left_2_n\n0,1.5,2.5\n0.01,3.5,4.5\n0.02,3,81,\n0.03,1,2,\n",
         "line 4 has another number of separators than its neighbours and ends with an empty cell: its cells "
         "may be shifted; repair it"),
        ("time_s;;left_1_n;left_2_n\n0;1;2;\n0.01;3;4;\n",
         "line 2: '1' stands in a column without a title; are the titles in line 1 shifted?"),
        ('time_s;note;left_force_n\n0;"a;1\n0.01;b;2\n0.02;c";3\n0.03;d;4\n',
         "line 2: a cell in quotes runs over separators and line ends; is a quote missing?"),
        ("time_s;left_force_n\n0.00;412.5\n0.01;412.\n",
         "line 3: '412.' in column 'left_force_n' ends with a decimal mark, unlike others of its column; "
         "digits are missing"),
        ("# sample_rate_hz: 50\nleft_force_n\n1,5\n2,4\n3,7\n",
         "line 3: '1,5' may be a number with a decimal comma, or a row name and a number; give row names a "
         "title"),
        ("# sample_rate_hz: 250\nleft_force_n\n1,0\n2,0\n3800\n4,649\n",
         "line 3: '1,0' may be a number with a decimal comma, or a row name and a number; give row names a "
         "title"),
        ("time;left_force_n\n0;1\n1;2\n",
         "the column 'time' holds plain numbers; call it time_s when they are seconds, time_ms when they are "
         "milliseconds"),
        ("timestamp;left_force_n\n10:00:00;1\nsoon;2\n",
         "the time of sample 2: 'soon' is no time such as 08:20:44.125"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_in_words(tmp_path: Path, text: str, problem: str):
    assert refusal(written(tmp_path / "walk.csv", text)) == problem


CUT = "the last line has no line end: if the file was cut off, its last number may be wrong"


def test_a_number_that_was_cut_off_proves_no_decimal_mark(tmp_path: Path):
    """1.2 is what is left of 1.256."""
    path = written(tmp_path / "walk.csv", "# sample_rate_hz: 100\nleft_1_n;left_2_n\n1.156;1\n610;2\n1.2")
    assert "'1.156' may be 1.156 or 1156" in refusal(path)


def test_a_file_that_may_have_been_cut_off_says_so(tmp_path: Path):
    text = table().rstrip("\n")
    walk = read(tmp_path, text)
    assert is_the_walk(walk)
    assert CUT in walk.source.note
    # A time that is cut off is no time.
    walk = read(tmp_path, "left_force_n,time_s\n5,1.00\n6,1.01\n7,1.02\n8,1.0")
    assert walk.left is not None
    assert walk.left.time_s.tolist() == pytest.approx([1.0, 1.01, 1.02])
    assert "the last line is incomplete and was left out" in walk.source.note


@pytest.mark.parametrize(
    ("titles", "cells"),
    [
        (["time_ms"], lambda row: [f"{10 * row}"]),
        (["timestamp"], lambda row: [f"29.11.2026 11:59:59,{600 + 10 * row:03d} PM"]),
        (["date", "time"], lambda row: ["11/29/2026", f"8:20:0{row // 100},{row % 100:02d}"]),
        (["time"], lambda row: [f"00:00.{row:02d}"]),
    ],
    ids=["milliseconds", "12 hours", "date beside", "minutes and seconds"],
)
def test_other_columns_of_time(tmp_path: Path, titles: list[str], cells: Callable[[int], list[str]]):
    lines = [";".join([*titles, "left_force_n"])]
    lines += [";".join([*cells(row), f"{row}"]) for row in range(ROWS)]
    walk = read(tmp_path, "\n".join(lines) + "\n")
    assert walk.left is not None
    assert walk.sample_rate_hz == pytest.approx(100.0)
    assert walk.left.force_n[:, 0].tolist() == list(range(ROWS))
    day = walk.source.started_local
    assert day is None if len(titles) == 1 and "stamp" not in titles[0] else f"{day:%Y-%m-%d}" == "2026-11-29"


def test_a_start_in_the_remarks(tmp_path: Path):
    text = table()
    walk = read(tmp_path, "# start: 29. November 2026, 8:20 PM\n" + text)
    assert f"{walk.source.started_local:%Y-%m-%d %H:%M}" == "2026-11-29 20:20"
    walk = read(tmp_path, "# start: 2026-07-01 08:20\n# time_zone: Europe/Berlin\n" + text)
    assert str(walk.source.started_local) == "2026-07-01 08:20:00+02:00"
    walk = read(tmp_path, "# date: 03/04/2026\n" + text)
    assert walk.source.started_local is None
    assert (
        "the line '# date:' is not understood: '03/04/2026' may be 2026-04-03 or 2026-03-04"
        in walk.source.note
    )


def test_a_million_columns_are_refused_and_hold_no_memory(tmp_path: Path):
    path = written(tmp_path / "walk.csv", "time_s,left_force_n" + ",x" * 1_000_000 + "\n0,1\n")
    assert refusal(path) == "has a line of more than a million characters; it is no table"
    path = written(tmp_path / "walk.csv", "time_s,left_force_n" + ",x" * 5000 + "\n0,1\n")
    assert refusal(path) == "has 5002 columns; at most 4096 are read"


def test_a_gzip_cut_short_is_said(tmp_path: Path):
    random = np.random.default_rng(1)
    rows = "".join(f"{i / 100:.2f},{random.random():.9f}\n" for i in range(5000))
    packed = gzip.compress(("time_s,left_force_n\n" + rows).encode())
    with pytest.raises(FileError, match="gzip data are damaged or end early"):
        read(tmp_path, packed[: len(packed) // 2])


def test_rows_written_twice_are_used_once(tmp_path: Path):
    titles, *rows = table().splitlines(keepends=True)
    walk = read(tmp_path, titles + "".join(row + row for row in rows))
    assert is_the_walk(walk)
    assert "40 rows written twice: one of each was used" in walk.source.note


# -- the cases: a walk of 25 s


def walking(tmp_path: Path, stamps: Callable[[np.ndarray], np.ndarray], top_n: float = 1e9) -> Analysis:
    """A walk of 1.1 s a stride, at stamps that are made of the true times."""
    time_s = np.arange(0, 25, 0.01)
    phase = np.stack([time_s / 1.1 % 1, (time_s / 1.1 + 0.5) % 1], axis=1)
    force = 750 * np.minimum(1, 12 * np.minimum(phase, 0.62 - phase)).clip(0) * (phase < 0.62)
    force = np.minimum(force, top_n)
    rows = "".join(
        f"{t:.6f},{a:.1f},{b:.1f}\n" for t, (a, b) in zip(stamps(time_s), force.tolist(), strict=True)
    )
    return analyze(read(tmp_path, "time_s,left_force_n,right_force_n\n" + rows))


def strides_of(found: Analysis) -> int:
    return sum(len(foot.strides) for foot in (found.left, found.right) if foot is not None)


@pytest.mark.parametrize(
    "stamps",
    [
        lambda time_s: time_s + np.random.default_rng(1).normal(0, 0.002, len(time_s)),
        lambda time_s: time_s + np.random.default_rng(2).uniform(-0.004, 0.004, len(time_s)),
        lambda time_s: np.floor(time_s * 10 + 1e-9) / 10,
    ],
    ids=["2 ms", "4 ms either way", "packets of ten"],
)
def test_uneven_stamps_lose_no_stride(tmp_path: Path, stamps: Callable[[np.ndarray], np.ndarray]):
    even = walking(tmp_path, lambda time_s: time_s)
    found = walking(tmp_path, stamps)
    assert strides_of(found) == strides_of(even) >= 40
    assert not [finding for finding in found.findings if "gap" in finding.code]
    assert found.both["stride_time_s"].median == pytest.approx(1.1, abs=0.011)


@pytest.mark.parametrize("top_n", [300.0, 500.0, 700.0])
def test_a_signal_that_saturates_is_said(tmp_path: Path, top_n: float):
    found = walking(tmp_path, lambda time_s: time_s, top_n)
    saturated = [finding.text for finding in found.findings if finding.code == "saturated"]
    assert len(saturated) == 2
    assert f"left foot: the signal saturates at {top_n:g} N" in saturated[0]
