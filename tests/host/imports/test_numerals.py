"""Numbers of all regions: what a cell proves of the decimal mark, and what it is under each."""

# ruff: noqa: RUF001

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.imports.numerals import (
    ARABIC,
    COMMA,
    POINT,
    NumberReader,
    decimal_mark,
    evidence,
    is_missing,
)


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        ("0,01", COMMA),
        ("412,5", COMMA),
        (",5", COMMA),
        ("1,2345", COMMA),
        ("0,123", COMMA),
        ("1234,567", COMMA),
        ("1.234,5", COMMA),
        ("1.234,567", COMMA),
        ("1.234.567", COMMA),
        ("1,234E+03", COMMA),
        ("1 234,5", COMMA),
        ("0.01", POINT),
        ("412.5", POINT),
        ("1,234.5", POINT),
        ("1,234,567", POINT),
        ("1’234.567", POINT),
        ("-0.5", POINT),
        ("12,34,567", POINT),
        ("1e-3", ""),
        ("١٢٫٥", ARABIC),
        ("1234", ""),
        ("800,", ""),
        ("482.299,", ""),
        ("0", ""),
        ("1 234", ""),
        ("1'234", ""),
        ("walk", ""),
        ("", ""),
        ("1.2.3", ""),
    ],
)
def test_what_a_cell_proves(cell: str, mark: str):
    assert evidence(cell).mark == mark
    assert not evidence(cell).ambiguous


@pytest.mark.parametrize("cell", ["1,234", "1.234", "-12,500", "999.000", "\u22121,234"])
def test_three_digits_after_one_mark_prove_nothing(cell: str):
    assert (evidence(cell).mark, evidence(cell).ambiguous) == ("", True)


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (POINT, "1,234", 1234.0),
        (POINT, "1.234", 1.234),
        (POINT, "1,234,567.5", 1234567.5),
        (POINT, "0,5", None),
        (POINT, "12,34,567", 1234567.0),
        (POINT, "1\u202f234.5", 1234.5),
        (POINT, "1’234", 1234.0),
        (COMMA, "1,234", 1.234),
        (COMMA, "1.234", 1234.0),
        (COMMA, "1.234,5", 1234.5),
        (COMMA, "0.5", None),
        (COMMA, "1 234,5", 1234.5),
        (COMMA, "12.5", None),
        (COMMA, "1.23", None),
        (COMMA, "1,5E-3", 0.0015),
        (ARABIC, "١٬٢٣٤٫٥", 1234.5),
        (ARABIC, "۱۲٫۵", 12.5),
        (POINT, "１２.５", 12.5),
        (POINT, "\u22123.5", -3.5),
        (POINT, "+.5", 0.5),
        (POINT, "5.", 5.0),
        (POINT, "1_000", None),
        (POINT, "0x10", None),
        (POINT, "1 2", None),
        (POINT, "412 N", None),
        (POINT, "50%", None),
        (POINT, "(5)", None),
        (POINT, "5-", None),
        (POINT, "1e", None),
        (POINT, "1,2345", None),
        (POINT, "1,234,56", None),
        (POINT, "0,123", None),
        (COMMA, "0.123", None),
    ],
)
def test_what_a_cell_is(decimal: str, cell: str, value: float | None):
    assert NumberReader(decimal)(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "  ",
        "NA",
        "n/a",
        "N.A.",
        "#N/A",
        "#NV",
        "NaN",
        "nan",
        "NULL",
        "None",
        "-",
        "--",
        "—",
        ".",
        "?",
        "#DIV/0!",
        "#WERT!",
        "1.#QNAN",
        "-1,#IND",
        "inf",
        "-Infinity",
        "∞",
        "k. A.",
        "<NA>",
    ],
)
def test_spellings_of_no_number(cell: str):
    assert is_missing(cell)
    value = NumberReader(COMMA)(cell)
    assert value is not None
    assert math.isnan(value)


def test_the_first_proof_is_taken_and_no_further_cell_looked_at():
    cells = iter([(1, "0", False), (2, "1,234", False), (3, "0,5", False), (4, "1.5", False)])
    proof, unclear = decimal_mark(cells)
    assert proof is not None
    assert (proof.mark, str(proof)) == (COMMA, "line 3 has '0,5'")
    assert unclear is not None
    assert unclear.line == 2
    assert next(cells)[0] == 4
    # In a column of seconds thousands are no clock.
    assert decimal_mark([(1, "1.010", True)])[0] is not None


@settings(max_examples=60)
@given(
    st.decimals(-99999, 99999, places=3),
    st.sampled_from([(".", ","), (",", "."), (",", "\u202f"), (".", "’")]),
)
def test_what_a_spreadsheet_writes_is_read_again(value: object, region: tuple[str, str]):
    decimal, groups = region
    text = f"{value:,.3f}".replace(",", "\0").replace(".", decimal).replace("\0", groups)
    assert NumberReader(decimal)(text) == float(str(value))
