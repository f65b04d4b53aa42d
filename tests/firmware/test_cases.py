"""The firmware's own tests: each function of tests/firmware/cases/*.py and of
firmware/drivers/*/cases.py, run on MicroPython.

Cases of the way from a sample to a record, a message and the log run twice: on the 64-bit build for this
computer and on a build with integers of 31 bits, as the ESP32 has.

The firmware is imported unchanged; `fakes/chip.py` wires the virtual chip to time that a test moves by hand.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.firmware.interpreters import Build, run_on
from tests.firmware.micropython_run import HERE, ROOT

ON_BOTH = (
    "blocks_cases.py", "clock_cases.py", "garbage_collector_cases.py", "imu_range_cases.py", "live_cases.py",
    "modes_cases.py", "motion_lost_cases.py", "motion_range_cases.py", "path_cases.py", "reply_cases.py",
    "sampler_cases.py", "sampler_phase_cases.py", "steps_cases.py", "transfer_cases.py",
    "force_array/cases.py", "lsm6dso/cases.py",
)  # fmt: skip
"""Case files in which integers may leave 31 bits; the others are about files, power cuts, boot and links."""
COLLECTING = {
    "test_a_peer_that_never_reads_costs_no_memory_and_no_slot",
    "test_the_encoder_and_step_counter_allocate_little_and_leave_nothing",
}
"""Cases that look at the heap after a collection: the WebAssembly port collects between calls of it alone."""
DRIVERS = ROOT / "firmware" / "drivers"


@cache
def case_files() -> dict[str, Path]:
    """Each case file by its name; those of a driver are called after its folder."""
    files = {path.name: path for path in sorted((HERE / "cases").glob("*.py"))}
    files |= {f"{path.parent.name}/cases.py": path for path in sorted(DRIVERS.glob("*/cases.py"))}
    return files


def case_names() -> list[tuple[Build, str, str]]:
    """(build, file, function) of every case."""
    names: list[tuple[Build, str, str]] = []
    for name, path in case_files().items():
        functions = [
            node.name
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        for build in Build if name in ON_BOTH else (Build.UNIX,):
            chosen = [one for one in functions if build is Build.UNIX or one not in COLLECTING]
            names.extend((build, name, function) for function in chosen)
    return names


@cache
def outcomes(build: Build, file: str) -> dict[str, str]:
    """What each function of a case file came to: "PASSED" or the traceback."""
    ended = run_on(build, HERE / "fakes" / "runner.py", str(case_files()[file]))
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
@pytest.mark.parametrize(("build", "file", "function"), case_names())
def test_case(build: Build, file: str, function: str) -> None:
    """One function of a case file."""
    found = outcomes(build, file)
    outcome = found.get(function, "did not run:\n" + found[""])
    if outcome != "PASSED":
        pytest.fail(outcome, pytrace=False)
