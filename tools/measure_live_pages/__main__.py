"""Load and latency of live pages, as JSON: `python -m tools.measure_live_pages --help`.

Two virtual insoles walk in a process of their own, the service with its pages runs in another. So many
clients read the WebSocket as the page does; then a browser shows the page, and says how old the newest sample
was when it had been drawn. Figures are of this computer and of what else it does.
"""

import argparse
import json
import os
import sys
from typing import Any

from tools.measure_live_pages.latency import measure_latency
from tools.measure_live_pages.load import measure_load
from tools.measure_live_pages.stage import running


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    parser.add_argument("--clients", type=int, nargs="*", default=[0, 1, 10, 50])
    parser.add_argument("--interval-ms", type=float, default=30.0, help="connection interval of the radio")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="browser; empty: no latency")
    parser.add_argument("--sandbox", action="store_true", help="leave the browser's own sandbox on")
    chosen = parser.parse_args()
    found: dict[str, Any] = {"cores": os.cpu_count(), "load_average": os.getloadavg()[0]}
    with running(chosen.interval_ms, max([1, *chosen.clients])) as started:
        if chosen.clients:
            found["load"] = measure_load(started, chosen.clients, chosen.seconds)
            print(json.dumps(found["load"]), file=sys.stderr)
        if chosen.chromium:
            found["latency"] = measure_latency(started, chosen.seconds, chosen.chromium, chosen.sandbox)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
