"""`python -m tools.measure_archive`: workers import this file again, so that it imports nothing large."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import tools.measure_archive


def main() -> int:
    """Measure, and say."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.measure_archive",
        description=tools.measure_archive.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--made", type=int, default=2)
    parser.add_argument("--kill-every", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()

    from tools.measure_archive.measuring import measure

    def tell(text: str) -> None:
        print(text, flush=True)

    with tempfile.TemporaryDirectory(prefix="plantigrade-archive-") as folder:
        found = measure(Path(folder), chosen.days, chosen.hours, chosen.made, chosen.kill_every, tell)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if found["equal"] else 1


if __name__ == "__main__":
    sys.exit(main())
