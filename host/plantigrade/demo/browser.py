"""The demo in the browser: the service with its pages looks after the virtual pair, the page Now shows it,
and at the end the summary is a page beside the truth.
"""

import asyncio
import json
import os
import sys
import time
import webbrowser
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

import click

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.calibration import Calibrator, nominal
from plantigrade.demo.measure import FootMeter
from plantigrade.demo.run import (
    GRACE_S,
    SLOTS_PER_S,
    DemoPlan,
    FootRun,
    conclude,
    keep_showing,
    warm_up,
)
from plantigrade.demo.served import Served, served
from plantigrade.demo.stage import SIDES, Stage, stage
from plantigrade.demo.summary import DemoResult
from plantigrade.gait.follower import GaitFollower
from plantigrade.link.base import LinkError
from plantigrade.live.state import LiveState, View
from plantigrade.service.events import LinkState
from plantigrade.service.insoles.collector import InsoleCollector
from plantigrade.web.pages.demo_summary.page import summary_file

LIVE_MARGIN_MIN: Final = 5.0
YOUNG_NS: Final = 1_000_000_000
"""What an insole logged before the stream began comes in one burst; the walk is counted from the first piece
that is younger."""
FETCHED_S: Final = 5.0
"""So long is waited, at the end, for what the stream has lost and the log still holds."""
LOOK_S: Final = 0.1
SUMMARY: Final = "/demo"

OpenPage = Callable[[str], object]


def can_open() -> bool:
    """Whether a browser can be opened where somebody sees it: on Linux that needs a display."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


@dataclass
class Collected:
    """What keeps an insole of the service, for the live view and the summary."""

    collector: InsoleCollector
    malformed: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def insole(self) -> Insole:
        """The insole."""
        return self.collector.insole

    @property
    def state(self) -> LinkState:
        """Of its link."""
        return self.collector.link


@asynccontextmanager
async def browser_demo(
    plan: DemoPlan, view: View, open_page: OpenPage, out: TextIO
) -> AsyncGenerator[DemoResult]:
    """Run the demo in the browser; inside the context the summary is there as a page.

    Args:
        plan: what is to be shown.
        view: shows in the terminal what the page shows.
        open_page: opens an address in the browser.
        out: where the addresses are printed as well.

    Raises:
        FileError: the source cannot be read.
        LinkError: the insoles could not be reached.
        PlantigradeError: the pages cannot be served.
    """
    state = LiveState(source=plan.source.name if plan.source else "bundled walk", seconds=plan.seconds)
    with view:
        state.stage = "preparing (the first time this takes half a minute)"
        view.show(state)
        await asyncio.to_thread(warm_up)
        async with stage(plan.source, plan.interval_ms) as scene, served(scene) as site:
            link = f"{site.link()}?next=/now"
            state.source, state.stage = scene.walk.source, f"walking: {site.pages.url}"
            click.echo(f"the walk is shown in the browser; if none opens: {link}", file=out)
            open_page(link)
            result = await _walk(plan, scene, site, state, view)
            _keep(site, result)
            click.echo(f"the summary beside the truth: {site.pages.url}{SUMMARY}", file=out)
            open_page(f"{site.pages.url}{SUMMARY}")
            yield result


async def _walk(plan: DemoPlan, scene: Stage, site: Served, state: LiveState, view: View) -> DemoResult:
    gait = GaitFollower.at(SLOTS_PER_S, scene.walk.source)
    runs = {side: _foot_run(scene, site, side, state, gait) for side in SIDES}
    wanted = round(plan.seconds * SLOTS_PER_S)

    def on_frames(_side: str, insole: Insole, stamped: StampedFrames) -> None:
        run = runs[insole.name]
        if not run.meter.frames and _age_ns(stamped) > YOUNG_NS:
            return
        run.take(wanted, insole, stamped)

    site.assembly.service.on_frames(on_frames)
    site.assembly.service.request_live(plan.seconds / 60 + LIVE_MARGIN_MIN)
    cpu_s, begun = time.process_time(), time.monotonic()
    showing = asyncio.create_task(keep_showing(list(runs.values()), gait, state, view))
    try:
        async with asyncio.timeout(plan.seconds + GRACE_S):
            await asyncio.gather(*(run.enough.wait() for run in runs.values()))
    except TimeoutError as error:
        states = ", ".join(f"{side}: {run.connection.state.value}" for side, run in runs.items())
        raise LinkError(f"the frames of {plan.seconds:g} s did not arrive ({states})") from error
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
    cpu_pct = 100 * (time.process_time() - cpu_s) / (time.monotonic() - begun)
    for run in runs.values():
        run.counted = await _count(run)
    state.stage = "comparing with the truth"
    view.show(state)
    return await asyncio.to_thread(conclude, plan, scene, runs, gait, round(cpu_pct, 1))


def _age_ns(stamped: StampedFrames) -> int:
    if stamped.host_ns is None:
        return YOUNG_NS + 1
    return stamped.delivered_ns - int(stamped.host_ns[-1])


def _foot_run(
    scene: Stage, site: Served, side: str, state: LiveState, gait: GaitFollower
) -> FootRun[Collected]:
    return FootRun(
        side=side,
        connection=Collected(site.assembly.service.collectors[side]),
        meter=FootMeter(scene.pair.boards[side].true_clock()),
        gait=gait,
        calibrator=Calibrator(nominal(), SLOTS_PER_S),
        start_ns=scene.pair.feed_start[side],
        state=state,
    )


async def _count(run: FootRun[Collected]) -> tuple[int, int]:
    """Frames that the firmware made since the service first asked, by its own counter, and those that
    came."""
    session, insole = run.connection.collector.session, run.connection.insole
    if session is None:
        raise LinkError(f"the {run.side} insole went out of reach at the end of the walk")
    made_to = (await session.fetch_log_info()).next_seq
    insole.request_to(made_to)
    for _ in range(round(FETCHED_S / LOOK_S)):
        if not insole.ledger.open_gaps():
            break
        await asyncio.sleep(LOOK_S)
    statement = insole.ledger.statement()
    return statement.requested, statement.recorded


def _keep(site: Served, result: DemoResult) -> None:
    path: Path = summary_file(site.library)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result.to_json()), encoding="utf-8")
