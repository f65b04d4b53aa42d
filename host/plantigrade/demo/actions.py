"""From the command line to the run and back: view, signals, files, exit code."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

from plantigrade.demo.run import DemoPlan, run_demo
from plantigrade.demo.summary import DemoResult
from plantigrade.demo.text import show_summary
from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.json_output import write_json
from plantigrade.live.choose import choose_view

if TYPE_CHECKING:
    from plantigrade.demo.browser import OpenPage

LINGER_S: Final = 600.0
"""Time to look at the summary."""


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

    def tell(result: DemoResult) -> None:
        show_summary(result, out)
        if json_file is not None:
            write_json(result.to_json(), json_file)

    opened = _page_opener() if browser else None
    if opened is None:
        running = run_demo(plan, choose_view(out))
        result = asyncio.run(_run_until_signalled(running))
        tell(result)
    else:
        result = asyncio.run(_run_until_signalled(_in_browser(plan, opened, out, tell)))
    if result.problems():
        raise NotSoundError("the run was not sound: " + "; ".join(result.problems()))


def _page_opener() -> "OpenPage | None":
    """What opens a page where somebody sees it; None on a bare machine: the terminal shows the walk then."""
    try:
        from plantigrade.demo.browser import can_open
    except MissingPartError:
        return None
    if not can_open():
        return None
    import webbrowser

    return webbrowser.open


async def _in_browser(
    plan: DemoPlan, open_page: "OpenPage", out: TextIO, tell: Callable[[DemoResult], None]
) -> DemoResult:
    from plantigrade.demo.browser import browser_demo

    async with browser_demo(plan, choose_view(out), open_page, out) as result:
        tell(result)
        click.echo("the pages stay open for ten minutes; Ctrl-C ends them", file=out)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(LINGER_S)
    return result


async def _run_until_signalled(run: Coroutine[Any, Any, DemoResult]) -> DemoResult:
    """Ctrl-C cancels by itself; a polite request to end (SIGTERM) is to clean up just as well."""
    running = asyncio.ensure_future(run)
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
