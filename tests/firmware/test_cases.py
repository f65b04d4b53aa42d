"""The firmware's own tests: each function of tests/firmware/cases/*.py and of
firmware/drivers/*/cases.py, run on MicroPython.

The firmware is imported unchanged; `fakes/chip.py` wires the virtual chip to time that a test moves by hand.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.firmware.micropython_run import HERE, ROOT, run

DRIVERS = ROOT / "firmware" / "drivers"


@cache
def case_files() -> dict[str, Path]:
    """Each case file by its name; those of a driver are called after its folder."""
    files = {path.name: path for path in sorted((HERE / "cases").glob("*.py"))}
    files |= {f"{path.parent.name}/cases.py": path for path in sorted(DRIVERS.glob("*/cases.py"))}
    return files


def case_names() -> list[tuple[str, str]]:
    """(file, function) of every case."""
    names: list[tuple[str, str]] = []
    for name, path in case_files().items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                names.append((name, node.name))
    return names


@cache
def outcomes(file: str) -> dict[str, str]:
    """What each function of a case file came to: "PASSED" or the traceback."""
    ended = run(HERE / "fakes" / "runner.py", str(case_files()[file]))
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
