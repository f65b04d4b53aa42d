"""Runs the functions `test_*` of one case file on MicroPython; one line of output for each."""

import gc
import io
import sys

FAILED = "FAILED"
PASSED = "PASSED"


def run(path):
    """Run a case file; the lines are read by tests/firmware/test_cases.py."""
    names = {"__name__": "case"}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), names)
    for name in sorted(names):
        if name.startswith("test_"):
            gc.collect()
            run_one(name, names[name])


def run_one(name, function):
    try:
        function()
    except Exception as error:  # noqa: BLE001 - a test may fail in any way, and the next one is still to run
        text = io.StringIO()
        sys.print_exception(error, text)
        print(FAILED, name, repr(text.getvalue()))
    else:
        print(PASSED, name)


run(sys.argv[1])
