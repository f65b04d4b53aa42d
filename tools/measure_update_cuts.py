"""Lose the power at every write and erase of an update, clean and torn: cut points and failures.

`python -m tools.measure_update_cuts` runs tests/firmware/cases/update_power_cut_cases.py with every cut, of
which the suite tries one in four; 1 when a cut leaves an insole without a whole firmware.
"""

import os
import sys

from tests.firmware.micropython_run import HERE, run

EACH = "UPDATE_CUTS_EACH"
LIMIT_S = 1200


def main() -> int:
    """Try all of them; the table on the output."""
    os.environ[EACH] = "1"
    cases = HERE / "cases" / "update_power_cut_cases.py"
    ended = run(HERE / "fakes" / "runner.py", str(cases), timeout_s=LIMIT_S)
    print("| update | flash operations | cut points tried |\n|---|---|---|")
    total = failed = 0
    for line in ended.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word == "CUTS":
            name, operations, points = rest.split()
            total += int(points)
            print(f"| {name} | {operations} | {points} |")
        failed += word == "FAILED"
    print(f"\n{total} cut points, {failed} updates with a failure")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
