"""Print the slot budget, or write what is made from it.

python -m tools.chip_time            the table
python -m tools.chip_time --write    docs/reference/slot-budget.md and firmware/sim/chip/code_time_table.py
"""

import sys

from plantigrade.errors import PlantigradeError

from tools.chip_time import charges, page
from tools.chip_time.budget import Budget


def main(arguments: list[str]) -> int:
    """Run it; 2 for wrong arguments, 1 when the firmware is not understood."""
    if arguments not in ([], ["--write"]):
        print("usage: python -m tools.chip_time [--write]", file=sys.stderr)
        return 2
    try:
        budget = Budget()
        print(page.slots(budget))
        if arguments:
            page.PAGE.write_text(page.page(budget), encoding="utf-8")
            charges.TABLE.write_text(charges.table(budget), encoding="utf-8")
    except PlantigradeError as error:
        print(f"chip_time: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
