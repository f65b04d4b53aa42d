"""Lose the power at every write and erase of an update, clean and torn: cut points and failures.

    python -m tools.measure_update_cuts                    small files, every operation
    python -m tools.measure_update_cuts --full             the firmware's whole file set

The first runs tests/firmware/cases/update_power_cut_cases.py with every cut, of which the suite tries one in
four. The second updates an insole with all its files, launcher and 1 MiB of flash included: at every
operation on state, manifests, head and folders, and at a sample of those that program the payload. The exit
code is 1 when a cut leaves an insole without a whole firmware, or the update does not go on.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from plantigrade.firmware_image import release, signing
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import HOST_ARCHITECTURE, build_firmware, littlefs_image
from plantigrade.firmware_image.partition_table import partition_table

from tests.firmware.micropython_run import HERE, run

EACH = "UPDATE_CUTS_EACH"
LIMIT_S = 7200
SAMPLED = 200


def every_cut_of_small_files() -> str:
    """What the runner of the cases prints."""
    os.environ[EACH] = "1"
    cases = HERE / "cases" / "update_power_cut_cases.py"
    return _printed(run(HERE / "fakes" / "runner.py", str(cases), timeout_s=LIMIT_S))


def cuts_of_the_full_file_set(sampled: int, seed: int) -> str:
    """What scripts/full_update_cuts.py prints."""
    blocks = next(row.blocks for row in partition_table() if row.label == "vfs")
    made = release.firmware_bundle(HOST_ARCHITECTURE, "0.2.0")
    signed = signing.sign(made, signing.test_private_key(), signing.test_keys())
    with tempfile.TemporaryDirectory(prefix="plantigrade-cuts-") as folder:
        image, bundle = Path(folder) / "vfs.bin", Path(folder) / "next.pgfw"
        image.write_bytes(littlefs_image(iter(board_files(build_firmware())), blocks))
        bundle.write_bytes(signed.to_bytes())
        script = HERE / "scripts" / "full_update_cuts.py"
        words = str(image), str(bundle), str(sampled), str(seed)
        return _printed(run(script, *words, heap="4000wK", timeout_s=LIMIT_S))


def _printed(ended: subprocess.CompletedProcess[str]) -> str:
    """What a run has printed; where it ended with an error, a failure with what was in the way."""
    return ended.stdout + (f"\nFAILED {ended.stderr or ended.stdout}" if ended.returncode else "")


def main() -> int:
    """Try them; the table on the output."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="with the firmware's whole file set")
    parser.add_argument("--sampled", type=int, default=SAMPLED, help="cuts of the payload with --full")
    parser.add_argument("--seed", type=int, default=1, help="of that sample")
    chosen = parser.parse_args()
    if chosen.full:
        printed = cuts_of_the_full_file_set(chosen.sampled, chosen.seed)
    else:
        printed = every_cut_of_small_files()
    print("| update | flash operations | cut points tried |\n|---|---|---|")
    total = failed = 0
    for line in printed.splitlines():
        word, _, rest = line.partition(" ")
        if word == "CUTS":
            name, operations, points = rest.split()
            total += int(points)
            print(f"| {name} | {operations} | {points} |")
        elif word == "PARTS":
            state, bulk, of = rest.split()
            print(f"\nOf these on state, manifests, head and folders {state}, on the payload {bulk} of {of}.")
        elif word == "FAILED":
            failed += 1
            print(rest, file=sys.stderr)
    print(f"\n{total} cut points, {failed} failures")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
