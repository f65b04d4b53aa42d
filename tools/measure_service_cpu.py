"""How much of a core the service takes with two insoles live: `python -m tools.measure_service_cpu`.

Two virtual insoles run in a process of their own (`plantigrade twin run`). The service is measured beside a
bare client that receives the same notifications over the same virtual radio and drops them; the difference is
the service's own.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from insole_protocol import ids
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.session import Session
from plantigrade.device.targets import find
from plantigrade.errors import PlantigradeError

PLANTIGRADE: Final = (sys.executable, "-m", "plantigrade.cli")
START_S: Final = 90.0
SETTLE_S: Final = 30.0
"""Start-up, first clock comparisons and the loading of modules are over by then."""
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, user and system (`proc(5)`, fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def share_of_core(pid: int, seconds: float) -> float:
    """Per cent of a core that a process takes over a time."""
    before, begun = cpu_s(pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu_s(pid) - before) / (time.monotonic() - begun)


async def _bare_client() -> None:
    """Receive both streams and drop them, for ever."""
    links = [await find(side) for side in ("left", "right")]
    for link in links:
        await link.open()
        session = Session(link, Insole(link.name))
        await session.hello()
        await session.command_client.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
        await session.command_client.ask(ids.OP_STREAM, 1)
        link.on_message = lambda _channel, _message, _arrival_ns: None
    print("streaming", flush=True)
    await asyncio.Event().wait()


def _spawn(stack: ExitStack, *command: str, **environment: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def _wait_for(process: subprocess.Popen[str], sign: str) -> None:
    assert process.stdout is not None
    until = time.monotonic() + START_S
    for line in process.stdout:
        if sign in line:
            return
        if time.monotonic() > until:
            break
    raise PlantigradeError(f"{process.args}: never said {sign!r}")


def _wait_until_live(data: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        done = subprocess.run(
            [*PLANTIGRADE, "--data", str(data), "status", "--json", "-"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            insoles = json.loads(done.stdout)["insoles"]
            if len(insoles) == 2 and all(insole["mode"] == "live" for insole in insoles):
                return
        time.sleep(1)
    raise PlantigradeError("the service did not get both insoles live")


def measure(seconds: float) -> dict[str, float]:
    """Per cent of a core: of the bare client, of the service, and the service's own share."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        twin = _spawn(stack, *PLANTIGRADE, "twin", "run", XDG_CACHE_HOME=folder)
        _wait_for(twin, "Plantigrade R")
        os.environ["XDG_CACHE_HOME"] = folder
        with ExitStack() as inner:
            client = _spawn(inner, sys.executable, "-m", "tools.measure_service_cpu", "--bare")
            _wait_for(client, "streaming")
            time.sleep(SETTLE_S)
            bare = share_of_core(client.pid, seconds)
        data = Path(folder) / "data"
        service = _spawn(stack, *PLANTIGRADE, "--data", str(data), "run", "--live", "60", "--quiet")
        _wait_until_live(data)
        time.sleep(SETTLE_S)
        service_pct = share_of_core(service.pid, seconds)
    return {"bare_client_pct": bare, "service_pct": service_pct, "own_pct": service_pct - bare}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--bare", action="store_true", help="be the bare client")
    options = parser.parse_args()
    if options.bare:
        asyncio.run(_bare_client())
        return
    for name, value in measure(options.seconds).items():
        print(f"{name:16} {value:5.2f}")


if __name__ == "__main__":
    main()
