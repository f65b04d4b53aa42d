"""Cut power while a board is flashed, at every operation that counts and at a sample of the rest.

Every operation is also looked at without esptool: what the same command would then do.

    python -m tools.flash_power_cuts --sampled 200 --seed 1

Prints how many cuts were tried in each part of the flash, and what failed; exits 1 if anything did.
"""

import argparse
import sys
import time
from collections import Counter

from tools.flash_power_cuts.cuts import check_after, check_every, check_when_cut, choose, flash_at, record
from tools.flash_power_cuts.scenarios import contents, scenarios

REPORT_EVERY = 50


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sampled", type=int, default=200, help="cuts in the bulk (vfs, ota_0, log), each scenario"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    new, wrong, began = contents(), list[str](), time.monotonic()
    for scenario in scenarios(new):
        trace = record(scenario, new)
        print(f"{scenario.name}: {len(trace)} operations", flush=True)
        cuts, found = check_every(scenario, new, trace)
        print(f"  without esptool, from the plan: {cuts} cuts, {len(found)} failures", flush=True)
        wrong += found
        tried: Counter[str] = Counter()
        for cut in choose(trace, arguments.sampled, arguments.seed):
            flash = flash_at(scenario, trace, cut)
            found = check_when_cut(scenario, flash, cut) + check_after(scenario, new, flash, cut)
            tried[f"{cut.label}, {'torn' if cut.torn else 'clean'}"] += 1
            wrong += found
            print("\n".join(found), end="\n" if found else "", flush=True)
            if tried.total() % REPORT_EVERY == 0:
                print(f"  {tried.total()} cuts so far", flush=True)
        for name, count in sorted(tried.items()):
            print(f"  {name}: {count} cuts")
        print(
            f"  all: {tried.total()} cuts, {len(wrong)} failures, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
