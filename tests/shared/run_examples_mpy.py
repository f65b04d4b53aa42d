# ruff: noqa: UP031, PTH123
"""Worked examples on MicroPython: micropython run_examples_mpy.py FILES; exit 1 when one fails."""

import sys

ran = failed = 0
for path in sys.argv[1:]:
    names = {"__name__": "examples"}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), names)
    for name in sorted(names):
        if name.startswith("test_"):
            ran += 1
            try:
                names[name]()
            except Exception as error:  # noqa: BLE001 each example is told of, whatever goes wrong in it
                failed += 1
                print("FAILED", path, name)
                sys.print_exception(error)
print("%d examples, %d failed" % (ran, failed))
sys.exit(1 if failed else 0)
