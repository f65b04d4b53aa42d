"""The batch file, which board gets which row, and the result."""

from pathlib import Path

import pytest
from plantigrade.device.flash.ports import BoardPort
from plantigrade.device.provision import batch, result_file
from plantigrade.device.provision.batch import Rows, make_batch
from plantigrade.device.provision.batch_file import BatchError, BatchRow, read_batch
from plantigrade.device.provision.making import Line
from plantigrade.device.provision.record import Origin
from plantigrade.device.provision.steps import Made, Outcome, Step, StepFailedError
from plantigrade.errors import FileError

from tests.host.device.provision.made import OTHER, SERIAL, identity

GOOD = "serial,side,size\n24:6F:28:7A:3F:01,left,42.5\n246f287a3f02,RIGHT,42\n,left,40\n"


def written(path: Path, text: str | bytes) -> Path:
    file = path / "spring 2026.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_a_batch_is_read(tmp_path: Path) -> None:
    rows = read_batch(written(tmp_path, GOOD))
    assert rows[0] == BatchRow(2, SERIAL, "left", 42.5, "SPRING-2026")
    assert [(row.serial, row.side, row.size_eu) for row in rows[1:]] == [
        (OTHER, "right", 42.0),
        ("", "left", 40.0),
    ]


def test_columns_may_come_in_any_order_with_those_that_need_not_be_there(tmp_path: Path) -> None:
    text = '﻿Label,size,Side,serial,batch,board\nP1,"41,5",left,,b-7,esp32s3_r2\n\n'
    (row,) = read_batch(written(tmp_path, text), "OTHER")
    assert (row.label, row.size_eu, row.batch, row.board) == ("P1", 41.5, "B-7", "esp32s3_r2")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "lacks the column serial, side, size"),
        ("serial,side\n1,left\n", "lacks the column size"),
        ("serial,side,size\n", "names no board"),
        ("serial,side,size,colour\n,left,42,red\n", "has the column 'colour'"),
        ("serial,side,size,size\n,left,42,42\n", "has the column size twice"),
        ("serial,side,size\n12,left,42\n", "line 2, column serial: '12' is no serial"),
        ("serial,side,size\n000000000000,left,42\n", "line 2, column serial"),
        ("serial,side,size\n,middle,42\n", "line 2, column side: 'middle' is neither"),
        ("serial,side,size\n,left,42.3\n", "line 2, column size: '42.3' is no EU size from 36 to 48"),
        ("serial,side,size\n,left,nan\n", "line 2, column size"),
        ("serial,side,size\n,left,60\n", "line 2, column size"),
        ("serial,side,size,label\n,left,42,a name that is too long\n", "line 2, column label"),
        ("serial,side,size,batch\n,left,42,no spaces\n", "line 2, column batch"),
        ("serial,side,size,board\n,left,42,R 1\n", "line 2, column board"),
        ("serial,side,size\n,left\n", "line 2: 2 columns instead of 3"),
        ('serial,side,size\n,"left,42\n', "cannot be read as CSV"),
        (
            GOOD + "24-6F-28-7A-3F-02,left,42\n",
            f"line 5, column serial: {OTHER} is on line 3 already",
        ),
        (b"serial,side,size\n,\xff,42\n", "is not UTF-8"),
        ("serial,side,size\n" + ",left,42\n" * 1001, "more than 1000 boards"),
        ("x" * (1 << 20) + "x", "is no batch"),
    ],
)
def test_a_batch_that_cannot_be_used_says_where(tmp_path: Path, text: str | bytes, problem: str) -> None:
    with pytest.raises(BatchError) as refused:
        read_batch(written(tmp_path, text))
    assert problem in str(refused.value)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BatchError) as refused:
        read_batch(written(tmp_path, "serial,side,size\n1,up,9\n,left,42\n2,left,42\n"))
    assert str(refused.value).count("\n") == 4


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="cannot be read"):
        read_batch(tmp_path / "none.csv")


def test_boards_without_a_row_get_the_free_ones_and_keep_them(tmp_path: Path) -> None:
    rows = read_batch(written(tmp_path, "serial,side,size\n,left,40\n,right,40\n"))
    whose = Rows(rows, tmp_path)
    assert whose.of(OTHER).line == 2 and whose.of(SERIAL).line == 3
    assert whose.of(SERIAL).serial == SERIAL
    again = Rows(rows, tmp_path)
    assert again.of(SERIAL).side == "right" and again.without([SERIAL]) == 1
    with pytest.raises(StepFailedError, match=r"step connect, insole 03: is not in the batch"):
        again.of("03")


def test_a_list_of_boards_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / batch.ASSIGNED).write_text("[")
    with pytest.raises(FileError, match="boards get their rows anew"):
        Rows([], tmp_path)


def made(serial: str = SERIAL, **changed: object) -> Made:
    one = identity(serial=serial, **changed)
    return Made(Outcome.MADE, one, Origin.GENUINE, "01020304", 1, {Step.FLASH: "was there"}, 1.5)


def test_a_row_takes_the_place_of_the_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    error = StepFailedError(Step.BENCH, SERIAL, "a load\nthat moves")
    result_file.put_row(path, result_file.failed_row(error, "left", "42", "B"))
    result_file.put_row(path, result_file.row_of(made(OTHER)))
    first, second = result_file.read_rows(path)
    assert (first["result"], first["step"], first["problem"]) == ("failed", "bench", "a load that moves")
    assert (second["serial"], second["result"], second["calibrated_places"]) == (OTHER, "made", "16")
    result_file.put_row(path, result_file.row_of(made()))
    assert [row["result"] for row in result_file.read_rows(path)] == ["made", "made"]
    before = path.read_bytes(), path.stat().st_mtime_ns
    result_file.put_row(path, result_file.row_of(made()))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before, "nothing new is not written"


def test_another_file_in_the_place_of_the_result_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FileError, match="is no result of a batch"):
        result_file.put_row(path, result_file.row_of(made()))
    assert path.read_text() == "a,b\n1,2\n"


def line(output: Path, lines: list[str]) -> Line:
    return Line(output, None, "0.1.0", None, (), None, say=lines.append)


def test_a_board_that_says_nothing_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    """Nothing is on the other end of a port that is not there."""
    row = BatchRow(2, SERIAL, "left", 42, "B")
    board = BoardPort("/dev/none", True, None)
    with pytest.raises(StepFailedError, match="step flash, insole not known yet: /dev/none says nothing"):
        make_batch([row], line(tmp_path, []), lambda: [board], lambda left: False)
    assert not list(tmp_path.iterdir())


def test_a_batch_ends_when_nobody_brings_another_board(tmp_path: Path) -> None:
    rows = read_batch(written(tmp_path, GOOD))
    asked: list[int] = []

    def more(left: int) -> bool:
        asked.append(left)
        return False

    tally = make_batch(rows, line(tmp_path / "out", []), list, more)
    assert (tally.made, tally.left, asked) == ((), 3, [3])
