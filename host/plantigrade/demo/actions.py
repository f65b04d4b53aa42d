"""From the command line to the run and back: view, signals, files, exit code."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import TextIO

from plantigrade.demo.run import DemoPlan, run_demo
from plantigrade.demo.summary import DemoResult
from plantigrade.demo.text import show_summary
from plantigrade.errors import PlantigradeError
from plantigrade.json_output import write_json
from plantigrade.live.choose import choose_view


class NotSoundError(PlantigradeError):
    """The run ended, but not all of it was right."""


class TerminatedError(PlantigradeError):
    """Somebody asked this process to end."""


def main(
    source: Path | None, seconds: float, interval_ms: float, json_file: Path | None, browser: bool
) -> None:
    """Run the demo and report.

    Raises:
        NotSoundError: frames are missing, or strides were not found again.
        PlantigradeError: the run could not be completed.
    """
    to_stdout = json_file is not None and str(json_file) == "-"
    out = sys.stderr if to_stdout else sys.stdout
    plan = DemoPlan(source, seconds, interval_ms)
    result = asyncio.run(_run_until_signalled(plan, out))
    show_summary(result, out)
    if json_file is not None:
        write_json(result.to_json(), json_file)
    if result.problems():
        raise NotSoundError("the run was not sound: " + "; ".join(result.problems()))


async def _run_until_signalled(plan: DemoPlan, out: TextIO) -> DemoResult:
    """Ctrl-C cancels by itself; a polite request to end (SIGTERM) is to clean up just as well."""
    running = asyncio.ensure_future(run_demo(plan, choose_view(out)))
    loop = asyncio.get_running_loop()
    terminated = asyncio.Event()

    def on_terminate() -> None:
        terminated.set()
        running.cancel()

    loop.add_signal_handler(signal.SIGTERM, on_terminate)
    try:
        return await running
    except asyncio.CancelledError:
        if terminated.is_set():
            raise TerminatedError("the demo was asked to end before it was through") from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
