"""Constants that decide a result stand in `settings.py` of their package, with a name and a reason.

Numbers elsewhere must be structure: small counts, units, indices, shapes, powers, members of an enumeration.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = ROOT / "host" / "plantigrade"
PACKAGES: Final = ("gait", "calibration", "posture")
HOMES: Final = {"settings.py"}
"""Files that may hold any number."""
ROWS: Final = {"gait/parameters"}
"""Folders of tables: the registry of parameters has a row, with reasons, for each of its numbers."""
COMMANDS: Final = {"commands.py"}
"""What an option accepts is told by the option."""

PLAIN: Final = {0, 1, 2, -1, 0.5}
UNITS: Final = {60, 100, 360, 180, 90, 1000, 3600, 1_000_000, 1e9, 1e-3, 1e-6, 1e-9, 9.80665}
"""Seconds and minutes, per cent, degrees, thousands; and standard gravity."""
SIZES: Final = {"BUFFER_ROWS", "PIECE_ROWS", "SPARE_ROWS"}
"""Pieces in which samples are handled; results do not depend on them, which tests show."""
SHAPED: Final = {"zeros", "ones", "empty", "full", "reshape", "arange", "range"}
KEYWORDS: Final = {"axis", "ddof", "maxsize", "decimals", "deg"}
ENUMERATIONS: Final = {"Enum", "IntEnum", "Flag", "IntFlag"}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _structure(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node in which a whole number is structure."""
    if isinstance(node, ast.Subscript):
        yield node.slice
    elif isinstance(node, ast.Call) and _name(node.func) in SHAPED:
        yield from node.args[:2] if _name(node.func) == "range" else node.args[:1]
    elif isinstance(node, ast.Call) and _name(node.func) == "round":
        yield from node.args[1:]
    elif isinstance(node, ast.keyword) and node.arg in KEYWORDS:
        yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.LShift):
        yield node.right
    elif isinstance(node, ast.ClassDef) and ENUMERATIONS & {_name(base) for base in node.bases}:
        yield from node.body
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is not None and {_name(target) for target in targets} & SIZES:
            yield node.value


def literals(source: str) -> list[tuple[int, float]]:
    """Line and value of each number in a source that is neither plain, a unit nor structure."""
    tree = ast.parse(source)
    allowed = {
        id(inner)
        for node in ast.walk(tree)
        for part in _structure(node)
        for inner in ast.walk(part)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, int)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and id(node) not in allowed
        and node.value not in PLAIN | UNITS
    ]


def sources() -> list[Path]:
    """Files of the packages without the homes of numbers."""
    return [
        path
        for package in PACKAGES
        for path in sorted((HOST / package).rglob("*.py"))
        if path.name not in HOMES | COMMANDS
        and not any(path.is_relative_to(HOST / folder) for folder in ROWS)
    ]


@pytest.mark.style
@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(HOST)))
def test_numbers_that_decide_a_result_stand_in_settings(path: Path) -> None:
    found = literals(path.read_text(encoding="utf-8"))
    reported = ", ".join(f"{value:g} in line {line}" for line, value in found)
    package = path.relative_to(HOST).parts[0]
    assert not found, f"{path.name}: give a name and a reason in {package}/settings.py to {reported}"


@pytest.mark.parametrize(
    ("planted", "value"),
    [
        ("if share > 0.35: pass", 0.35),
        ("limit = 3 * width", 3),
        ("LONGEST_S = 24.0", 24.0),
        ("def f(probability=0.95): pass", 0.95),
        ("x = values[int(0.02 * len(values))]", 0.02),
        ("y = np.full(3, 1.4826)", 1.4826),
        ("z = np.clip(y, -0.999, 1.0)", 0.999),
        ("t = value ** 0.7", 0.7),
        ("class Limits:\n    most = 40", 40),
        ("from gait.settings import A\nTABLE = {'stride_time_s': 0.02}", 0.02),
    ],
)
def test_a_planted_number_is_found(planted: str, value: float) -> None:
    assert literals(planted) == [(planted.count("\n") + 1, value)]


@pytest.mark.parametrize(
    "structure",
    [
        "x = rows[:, 3:6]",
        "x = np.zeros((5, longest))",
        "for r in range(4): pass",
        "class Force(IntEnum):\n    F3 = 5",
        "x = 1.0 / (1.0 + (f / cut) ** 4)",
        "x = 60.0 * steps / seconds + 100.0 * share - 0.5",
        "x = round(value, 3)",
        "PIECE_ROWS = 1 << 18",
    ],
)
def test_structure_is_no_finding(structure: str) -> None:
    assert literals(structure) == []


def test_the_packages_are_read() -> None:
    names = {str(path.relative_to(HOST)) for path in sources()}
    assert {"gait/stride_kernel.py", "calibration/faults.py", "posture/rules_engine/standing.py"} <= names
    assert len(names) > 50
    homes = [HOST / package / "settings.py" for package in PACKAGES]
    assert all(len(literals(home.read_text(encoding="utf-8"))) > 20 for home in homes)
