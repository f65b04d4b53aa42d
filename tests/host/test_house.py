"""The house rules that a machine can check."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("firmware", "host", "shared", "hardware", "tests", "tools")
SOURCES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


@pytest.mark.style
@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_holds_one_idea(path: Path) -> None:
    """Short files, short functions, no catch-all rooms, no error swallowed unseen."""
    text = path.read_text()
    assert text.count("\n") <= 450, "longer than one idea"
    assert path.stem not in {"utils", "util", "helpers", "misc", "common"}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= 70, f"{node.name} is {length} lines long"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno} catches everything"
