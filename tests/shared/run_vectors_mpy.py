# ruff: noqa: UP031
"""The golden vectors on MicroPython: micropython run_vectors_mpy.py VECTORS_FOLDER; exit 1 when one fails."""

import sys

import vector_checks
from insole_protocol import codec

checks = vector_checks.cases(sys.argv[1])
failed = 0
for name, check, case in checks:
    try:
        check(case)
    except Exception as error:  # noqa: BLE001 each vector is told of, whatever goes wrong in it
        failed += 1
        print("FAILED", name)
        sys.print_exception(error)
print("%d vectors, %d failed, inner loops: %s" % (len(checks), failed, codec._kernels.__name__))
sys.exit(1 if failed else 0)
