"""Every line of the security checklist names tests that there are."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs/reference/security-checklist.md"
ROW = re.compile(r"^\| ((?:\d+\.\d+\.\d+(?:, )?)+|beyond ASVS) \| (.+?) \| (.+) \|$", re.M)
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
REQUIRED = [
    "2.4.1", "3.2.1", "3.3.1", "3.3.2", "3.3.3", "3.3.4", "3.4.1", "3.4.3", "3.4.4",
    "3.4.5", "3.4.6", "3.5.1", "3.5.3", "5.2.1", "5.2.2", "5.2.3", "5.3.2", "5.4.1",
    "6.1.1", "6.2.1", "6.2.4", "6.2.5", "6.2.7", "6.2.9", "6.2.10", "6.2.11", "6.3.1",
    "6.3.2", "6.3.3", "6.4.1", "6.4.3", "6.5.1", "7.1.1", "7.2.3", "7.2.4", "7.3.1",
    "7.3.2", "7.4.1", "7.4.2", "7.4.3", "7.4.4", "7.4.5", "7.5.1", "7.5.2", "8.2.1",
    "8.2.2", "8.2.3", "8.3.1", "8.4.1", "12.1.1", "12.2.1", "14.2.1", "14.3.1", "14.3.2",
    "14.3.3", "16.3.1", "16.3.2", "16.4.2", "16.5.1",
]  # fmt: skip
"""Of OWASP ASVS 5.0, level 2: those that bite for pages with accounts, uploads and health data."""
ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))


@cache
def names_in(path: Path) -> frozenset[str]:
    """Names of the tests in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


@pytest.mark.parametrize(("numbers", "what", "shown"), ROWS, ids=[row[0] for row in ROWS])
def test_every_line_names_tests_that_there_are(numbers: str, what: str, shown: str) -> None:
    named = NAMED.findall(shown)
    assert named or shown.startswith("not tested: "), f"{numbers}: {what}"
    for file, test in named:
        assert (HERE / file).is_file(), file
        assert test in names_in(HERE / file), f"{file}::{test}"


def test_no_requirement_is_missing() -> None:
    listed = {number for row in ROWS for number in row[0].split(", ")}
    assert set(REQUIRED) <= listed


def test_every_row_is_read() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(rows) - 1, "all but the heading"
