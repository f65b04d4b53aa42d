"""Threats and standards: every test that they name exists, every threat has its row, nothing is claimed."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
THREATS = (ROOT / "docs/explanation/threats.md").read_text("utf-8")
STANDARDS = (ROOT / "docs/reference/security-standards.md").read_text("utf-8")
LEAST = 17
"""Threats that were named when the work began; others came, none went."""
KINDS = {"S", "T", "R", "I", "D", "E"}
NAMED = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
PENDING = "not yet shown: "
IN_PART = "; not yet: "
"""Behind the tests that there are: what they leave open."""
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in THREATS.splitlines()
    if re.match(r"\| \d+ \|", line)
]
STANDARD_ROWS = [
    (section, tuple(cell.strip() for cell in line.strip("|").split("|")))
    for section, body in re.findall(r"^## (.+)\n((?:(?!^## ).*\n?)*)", STANDARDS, re.MULTILINE)
    for line in body.splitlines()
    if re.match(r"\| [\d.]+[ ,|]|\| (?:PSTI|Sch)", line)
]


@cache
def names_in(path: Path) -> frozenset[str]:
    """Names of the tests in a file, also of those in classes."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def missing(cell: str) -> list[str]:
    """What a cell names and is not there."""
    found: list[str] = []
    for file, test in NAMED.findall(cell):
        path = TESTS / file
        if not path.is_file():
            found.append(file)
        elif test and not (test.startswith("test_") and test in names_in(path)):
            found.append(f"{file}::{test}")
    return found


def test_no_threat_lacks_its_row() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= LEAST


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_threat_names_tests_that_there_are_or_says_that_there_is_none(row: tuple[str, ...]) -> None:
    assert len(row) == 6, "a cell too many or too few"
    _, kinds, who, _, defence, shown = row
    assert set(kinds.split(", ")) <= KINDS
    assert who and defence
    tests, _, open_end = shown.partition(IN_PART)
    if shown.startswith(PENDING):
        assert len(shown) > len(PENDING) and not NAMED.search(shown)
    else:
        assert NAMED.search(tests), "neither a test nor a word that there is none"
        assert missing(tests) == [] and not NAMED.search(open_end)


def test_how_many_are_shown_is_counted_as_it_is() -> None:
    pending = sum(row[5].startswith(PENDING) for row in ROWS)
    in_part = sum(IN_PART in row[5] for row in ROWS)
    counts = (
        f"{len(ROWS)} threats: {len(ROWS) - pending - in_part} shown, {in_part} in part, {pending} not yet."
    )
    assert counts in THREATS


def test_a_name_that_is_not_there_is_noticed() -> None:
    assert missing("`host/test_security_pages.py::test_no_threat_lacks_its_row`") == []
    assert missing("`host/test_security_pages.py::missing`") != [], "not a test"
    assert missing("`host/test_security_pages.py::test_that_is_gone`") != []
    assert missing("`host/test_that_is_gone.py`") == ["host/test_that_is_gone.py"]


def test_every_standard_has_rows() -> None:
    assert [section for section, _ in STANDARD_ROWS if section] and len(STANDARD_ROWS) > 40
    wanted = ("EN 303 645", "UK PSTI", "IEC 81001-5-1", "OWASP ASVS")
    for standard in wanted:
        assert any(section.startswith(standard) for section, _ in STANDARD_ROWS), standard


@pytest.mark.parametrize(
    ("section", "row"), STANDARD_ROWS, ids=[f"{section[:9]} {row[0]}" for section, row in STANDARD_ROWS]
)
def test_every_clause_names_what_there_is_or_says_that_it_is_not_supported(
    section: str, row: tuple[str, ...]
) -> None:
    assert len(row) == 3, "clause, what it asks for, what supports it"
    supported = row[2]
    assert missing(supported) == []
    links = re.findall(r"\]\(([^)#]+)", supported)
    assert [link for link in links if not (ROOT / "docs/reference" / link).exists()] == []
    threats = [
        int(number)
        for number in re.findall(r"[Tt]hreats? (\d+(?:, \d+)*)", supported)
        for number in number.split(", ")
    ]
    assert [number for number in threats if not 1 <= number <= len(ROWS)] == []
    assert (
        NAMED.search(supported)
        or links
        or threats
        or supported.startswith(("not supported", "not applicable"))
    )


@pytest.mark.parametrize("page", [THREATS, STANDARDS, (ROOT / "SECURITY.md").read_text("utf-8")])
def test_nothing_is_claimed(page: str) -> None:
    """No page says that Plantigrade conforms; where the words stand they are denied."""
    for line in page.splitlines():
        if re.search(r"conform|compl(?:y|iant|iance)|certif(?:ied|ication)", line, re.IGNORECASE):
            assert re.search(r"\b(?:no|not|neither|nobody)\b", line, re.IGNORECASE), line
