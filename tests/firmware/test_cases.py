"""The firmware's own tests: each function of tests/firmware/cases/*.py, run on MicroPython.

The firmware is imported unchanged; `fakes/` has chips whose time a test moves by hand.
"""

import ast
from functools import cache

import pytest

from tests.firmware.micropython_run import HERE, run


def case_names() -> list[tuple[str, str]]:
    """(file, function) of every case."""
    names: list[tuple[str, str]] = []
    for path in sorted((HERE / "cases").glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                names.append((path.name, node.name))
    return names


@cache
def outcomes(file: str) -> dict[str, str]:
    """What each function of a case file came to: "PASSED" or the traceback."""
    ended = run(HERE / "fakes" / "runner.py", str(HERE / "cases" / file))
    found: dict[str, str] = {}
    for line in ended.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word == "PASSED":
            found[rest] = "PASSED"
        elif word == "FAILED":
            name, _, text = rest.partition(" ")
            found[name] = ast.literal_eval(text)
    found[""] = ended.stdout + ended.stderr
    return found


@pytest.mark.micropython
@pytest.mark.parametrize(("file", "function"), case_names())
def test_case(file: str, function: str) -> None:
    """One function of a case file."""
    found = outcomes(file)
    outcome = found.get(function, "did not run:\n" + found[""])
    if outcome != "PASSED":
        pytest.fail(outcome, pytrace=False)
