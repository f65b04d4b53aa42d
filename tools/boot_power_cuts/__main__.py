"""`python -m tools.boot_power_cuts`."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tools.boot_power_cuts import __doc__ as purpose
from tools.boot_power_cuts import app_updates, flashing


async def main() -> int:
    """Both stories, one after the other."""
    parser = argparse.ArgumentParser(
        description=purpose, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="try only every so-manieth cut")
    every: int = parser.parse_args().every
    failures = 0
    for story in (flashing, app_updates):
        with tempfile.TemporaryDirectory(prefix="plantigrade-cuts-") as folder:
            start_s = time.monotonic()
            outcome = await story.run(Path(folder), every)
        print(outcome.text())
        print(f"  {time.monotonic() - start_s:.0f} s", flush=True)
        failures += len(outcome.failures)
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
