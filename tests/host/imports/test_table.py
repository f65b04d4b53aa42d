"""Rows of numbers in text: what is a number, which line is named, what is left out, block by block."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.errors import FileError
from plantigrade.imports import table
from plantigrade.imports.source import Source
from plantigrade.imports.table import NumberTable, readable, stack

FILE = Source(Path("walk.txt"), False, "latin-1")


def made(text: str, columns: int = 2, first_line: int = 1, **how: object) -> NumberTable:
    return NumberTable(
        FILE, iter(text.splitlines(keepends=True)), first_line=first_line, columns=columns, **how  # type: ignore[arg-type]
    )  # fmt: skip


def rows(text: str, columns: int = 2, **how: object) -> list[list[float]]:
    return np.concatenate(list(made(text, columns, **how).blocks())).tolist()


def refusal(text: str, columns: int = 2, **how: object) -> str:
    with pytest.raises(FileError) as caught:
        list(made(text, columns, **how).blocks())
    assert caught.value.path == Path("walk.txt")
    return caught.value.problem


@pytest.mark.worked_example("rows")
@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("1 2.5\n-3e2 4\n", {}),
        ("  1\t2.5 \r\n -300   4.0\t\r\n", {}),
        ("1,2.5\n-300,4\n", {"delimiter": ","}),
        ("1;2,5\n-3,0e2;4\n", {"delimiter": ";", "decimal_comma": True}),
        ("1 2,5\n-300 4\n", {"decimal_comma": True}),
        ("1\t2.5\n-300\t4\n", {"delimiter": "\t"}),
        ("\n1 2.5\n   \n\n-300 4\n\n", {}),
        ("1 2.5\n-300 4", {}),  # the last line of a file may lack its end
    ],
)
def test_two_rows(text: str, how: dict[str, object]):
    assert rows(text, **how) == [[1.0, 2.5], [-300.0, 4.0]]
    assert made(text, **how).notes == []


def test_nan_and_what_no_sample_is_are_missing():
    got = np.array(rows("nan 1e15\ninf 1.1e15\n-inf -1e15\n1 -1.1e15\n"))
    assert np.isnan(got).tolist() == [[True, False], [True, True], [True, False], [False, True]]
    assert got[0, 1] == 1e15
    assert got[2, 1] == -1e15
    assert np.isnan(readable(np.array([1e15, -1e15, 1.01e15, np.nan]))).tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2\n3\n4 5\n", "line 2 has 1 columns instead of 2"),
        ("1 2\n3 4 5\n", "line 2 has 3 columns instead of 2"),
        ("1 2\n\n\n3 4 5\n", "line 4 has 3 columns instead of 2"),
        ("1 2 3\n4 5 6\n", "line 1 has 3 columns instead of 2"),
        ("1\n2\n", "line 1 has 1 columns instead of 2"),
        ("1 2\n3 x\n5 6\n", "line 2 is not a row of numbers: '3 x'"),
        ("\n\n1 2\n\n3 x\n5 6\n", "line 5 is not a row of numbers: '3 x'"),
        ("x 2\n3 4\n", "line 1 is not a row of numbers: 'x 2'"),
        ("1 2\n3 4\n# 5\n", "line 3 is not a row of numbers: '# 5'"),
        ("1 2,5\n", "line 1 is not a row of numbers: '1 2,5'"),
        ("1 " + "x" * 80 + "\n", "line 1 is not a row of numbers: '1 " + "x" * 58 + "'"),
    ],
)
def test_the_line_that_is_no_row_is_named(text: str, message: str):
    assert refusal(text) == message
    # Lines before the table count.
    number = int(message.split()[1])
    assert refusal(text, first_line=11) == message.replace(f"line {number}", f"line {number + 10}", 1)


def test_another_delimiter_counts_columns_by_it():
    assert refusal("1,2\n1 2\n", delimiter=",") == "line 2 has 1 columns instead of 2"
    assert refusal("1,2\n1,2,\n", delimiter=",") == "line 2 has 3 columns instead of 2"
    assert refusal("1;2\n1;x\n", delimiter=";", decimal_comma=True) == "line 2 is not a row of numbers: '1;x'"


@pytest.mark.parametrize("tail", ["5", "5 6 7", "5 "])
def test_a_last_line_that_was_cut_off_is_left_out_and_said(tail: str):
    cut = made("1 2\n3 4\n" + tail)
    assert np.concatenate(list(cut.blocks())).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert cut.notes == ["the last line is incomplete and was left out"]


def test_with_its_line_end_the_same_line_is_damaged():
    assert refusal("1 2\n3 4\n5\n") == "line 3 has 1 columns instead of 2"


def test_a_table_of_one_line_that_was_cut_off_is_empty():
    cut = made("5")
    assert list(cut.blocks()) == []
    assert cut.notes == ["the last line is incomplete and was left out"]
    assert list(made("").blocks()) == []
    assert list(made("\n \n").blocks()) == []


def test_blocks_count_lines_on(monkeypatch: pytest.MonkeyPatch):
    assert table.BLOCK_LINES == 20_000
    monkeypatch.setattr(table, "BLOCK_LINES", 3)
    text = "1 2\n\n3 4\n5 6\n7 8\n9 10\n11 12\n"
    assert [block[:, 0].tolist() for block in made(text).blocks()] == [[1.0, 3.0], [5.0, 7.0, 9.0], [11.0]]
    assert refusal(text + "x 1\n") == "line 8 is not a row of numbers: 'x 1'"
    assert refusal(text + "\n13 14 15\n") == "line 9 has 3 columns instead of 2"
    assert refusal("\n\n\n\n1 2 3\n") == "line 5 has 3 columns instead of 2"
    # A line cut off that begins a block of its own.
    cut = made("1 2\n3 4\n5 6\n7")
    assert [block.tolist() for block in cut.blocks()] == [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]
    assert cut.notes == ["the last line is incomplete and was left out"]


def test_no_more_lines_are_taken_than_a_block_holds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "BLOCK_LINES", 2)
    taken = []

    def lines() -> Iterator[str]:
        for number in range(6):
            taken.append(number)
            yield f"{number} 0\n"

    blocks = NumberTable(FILE, lines(), first_line=1, columns=2).blocks()
    next(blocks)
    assert taken == [0, 1]


def test_blocks_are_stacked():
    one, two = np.ones((2, 3)), np.zeros((1, 3))
    problem = FileError("walk.txt", "holds no sample")
    assert stack(iter([one]), path_problem=problem) is one
    assert stack(iter([one, two]), path_problem=problem).tolist() == [[1.0] * 3, [1.0] * 3, [0.0] * 3]
    with pytest.raises(FileError) as caught:
        stack(iter([]), path_problem=problem)
    assert caught.value is problem


numbers = st.floats(-1e15, 1e15, allow_nan=False)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12), st.integers(1, 5), st.sampled_from(" ;\t")
)
def test_numbers_survive_a_written_table_bit_for_bit(
    values: list[tuple[float, float]], block: int, mark: str
):
    text = "".join(f"{a!r}{mark}{b!r}\n" for a, b in values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "BLOCK_LINES", block)
        assert rows(text, delimiter=None if mark == " " else mark) == [list(pair) for pair in values]
        with_commas = text.replace(".", ",")
        how = {"delimiter": None if mark == " " else mark, "decimal_comma": True}
        assert rows(with_commas, **how) == [list(pair) for pair in values]
