"""What `plantigrade record` does: insoles through the bridge into a live view and a finalized recording."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from insole_protocol import ids

from plantigrade.bridge.collection import collect
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.kernels import load_kernels
from plantigrade.bridge.keyring import keys_at_hand
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.calibration import Calibrator, nominal
from plantigrade.device import targets
from plantigrade.device.targets import NoTargetError
from plantigrade.errors import PlantigradeError
from plantigrade.exports.lsl import LslStreams
from plantigrade.gait.follower import GaitFollower
from plantigrade.json_output import write_json
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.library.catalogue.insole_keys import LibraryKeyring, all_log_keys
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import RecordingEntry
from plantigrade.library.recordings.finalize import roll
from plantigrade.link.base import Link, LinkError
from plantigrade.live.choose import choose_view
from plantigrade.live.state import FootState, LiveState, View

SCHEMA: Final = "plantigrade.record/1"
JOURNAL: Final = "current.journal"
RATE_HZ: Final = 100.0
REFRESH_S: Final = 0.1
CONNECT_S: Final = 45.0
FINISH_S: Final = 120.0
"""How long an insole may take to deliver what is still missing; the next recording fetches the rest."""
_END_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Plan:
    """What is asked for.

    Attributes:
        insoles: names as `device.targets.find` takes them; none for the left and the right one.
        seconds: None until somebody ends it.
        person: code of the wearer.
        title: of the recording.
        lsl: None, "computer" or "network".
    """

    insoles: tuple[str, ...]
    seconds: float | None
    person: str | None
    title: str
    lsl: str | None


@dataclass
class FootRun:
    """One insole as it is shown."""

    insole: Insole
    connection: ReconnectingConnection
    state: FootState
    gait: GaitFollower
    start_ns: list[int]
    _calibrator: Calibrator = field(default_factory=lambda: Calibrator(nominal(), RATE_HZ))

    def take(self, _insole: Insole, stamped: StampedFrames) -> None:
        """A batch from the bridge; late ones are for the recording only."""
        frames = stamped.frames
        self.state.frames += len(frames)
        if frames.late or stamped.host_ns is None:
            return
        if not self.start_ns:
            self.start_ns.append(int(stamped.host_ns[0]))
        self.state.force_n = (force_n := self._calibrator.feed(frames.counts))[-1]
        if self.side in ("left", "right"):
            time_s = np.asarray((stamped.host_ns - self.start_ns[0]) * 1e-9, np.float64)
            self.gait.add(self.side, time_s, force_n)

    @property
    def side(self) -> str:
        """As the insole reports it; its name until then."""
        identity = self.insole.identity
        return self.insole.name if identity is None else identity.side

    def refresh(self) -> None:
        """Bring the live state up to date."""
        self.state.connection = self.connection.state.value
        self.state.missing = self.insole.ledger.statement().missing
        if self.side in ("left", "right"):
            self.state.side = self.side
            self.state.strides = self.gait.strides(self.side)
            self.state.stride_s = self.gait.last_stride_s(self.side)
        clock, status = self.insole.clock, self.insole.status
        self.state.clock_ms = None if clock is None else clock.uncertainty_ns * 1e-6
        self.state.battery_pct = None if status is None else status.battery_pct


def record_and_report(
    plan: Plan, data: Path, url: str | None, key_file: Path | None, json_file: Path | None
) -> None:
    """Record until the end, keep the recording, and say what came of it.

    Raises:
        PlantigradeError: no insole is in reach, nothing came, or the library cannot be written.
    """
    to_stdout = json_file is not None and str(json_file) == "-"
    out = sys.stderr if to_stdout else sys.stdout
    for name in plan.insoles:
        if "/" in name and not Path(name).exists():
            raise NoTargetError(f"there is no port {name}")
    with Library(data, url, key_file) as library:
        keys_at_hand.set(LibraryKeyring(library))
        if plan.person is not None:
            library.person(plan.person)
        note = asyncio.run(_record(plan, library, choose_view(out)))
        entry = _keep(plan, library)
        alerts, why_not = _analyse(library, entry)
        note = "; ".join(text for text in (note, why_not) if text)
        values = _values(library, entry, alerts, note)
    if json_file is not None:
        write_json(values, json_file)
    if not to_stdout:
        click.echo(f"recording {entry.id}: {entry.frames_recorded} frames, {entry.frames_missing} missing")
        for alert in alerts:
            click.echo(f"  {alert}")
        click.echo(f"`plantigrade sessions show {entry.id}` shows it, `sessions report` prints it")
    if note:
        click.echo(f"plantigrade: {note}", err=True)


async def _record(plan: Plan, library: Library, view: View) -> str:
    """Collect until the end; a text about what could not be fetched, or none."""
    with view:
        state = LiveState("looking for insoles", plan.seconds or 0.0, stage="searching")
        view.show(state)
        await asyncio.to_thread(load_kernels)
        links = await _find(plan.insoles)
        streams = _streams(plan, library)
        stop, under_way = asyncio.Event(), asyncio.Event()
        gait = GaitFollower.at(RATE_HZ, "record")
        runs: list[FootRun] = []
        start_ns: list[int] = []
        state.source, state.feet = ", ".join(links), {}

        def watch(insole: Insole, connection: ReconnectingConnection) -> None:
            state.feet[insole.name] = FootState()
            runs.append(foot := FootRun(insole, connection, state.feet[insole.name], gait, start_ns))
            insole.on_frames.append(foot.take)
            if streams is not None:
                streams.watch(insole)

        journal = library.data_dir / "journal" / JOURNAL
        policy = SessionPolicy(mode=ids.MODE_LIVE, from_log=True)
        collecting = asyncio.create_task(
            collect(links, journal, stop, policy, final_mode=ids.MODE_DAILY, watch=watch)
        )
        showing = asyncio.create_task(_show(state, view, runs, gait, under_way))
        try:
            await _until_end(plan.seconds, collecting, under_way, runs)
            state.stage = "fetching what is lacking"
            stop.set()
            return await _finish(collecting)
        finally:
            for task in (collecting, showing):
                task.cancel()
            await asyncio.gather(collecting, showing, return_exceptions=True)
            if streams is not None:
                streams.close()


def _streams(plan: Plan, library: Library) -> LslStreams | None:
    if plan.lsl is None:
        return None
    size = None if plan.person is None else library.person(plan.person).shoe_size_eu
    return LslStreams(plan.lsl, partial(calibration_of, library), size)


async def _find(names: tuple[str, ...]) -> dict[str, Callable[[], Any]]:
    """What makes a link to each insole that is in reach.

    Raises:
        NoTargetError: none is, or one that was named is not.
    """
    turn = asyncio.Lock()  # a radio looks for one insole at a time

    async def link(name: str) -> Link:
        async with turn:
            return await targets.find(name)

    found: dict[str, Callable[[], Any]] = {}
    for name in names or ("left", "right"):
        try:
            await link(name)
        except NoTargetError:
            if names:
                raise
            continue
        found[name] = partial(link, name)
    if not found:
        raise NoTargetError("no insole in reach; is one on, charged and not connected to two other devices?")
    return found


async def _until_end(
    seconds: float | None, collecting: "asyncio.Task[Any]", under_way: asyncio.Event, runs: list[FootRun]
) -> None:
    """Wait for the end that was asked for (counted from when all have begun), a signal, or a failure.

    Raises:
        LinkError: no insole begins.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _END_SIGNALS:
        loop.add_signal_handler(number, ended.set)
    waiting, beginning = asyncio.create_task(ended.wait()), asyncio.create_task(under_way.wait())
    try:
        first = {beginning, waiting, collecting}
        await asyncio.wait(first, timeout=CONNECT_S, return_when=asyncio.FIRST_COMPLETED)
        if not any(task.done() for task in first) and not any(foot.state.frames for foot in runs):
            errors = {str(foot.connection.last_error or "no answer") for foot in runs}
            raise LinkError(
                f"no insole could be reached within {CONNECT_S:.0f} s: {'; '.join(sorted(errors))}"
            )
        await asyncio.wait({waiting, collecting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for number in _END_SIGNALS:
            loop.remove_signal_handler(number)
        waiting.cancel()
        beginning.cancel()
        await asyncio.gather(waiting, beginning, return_exceptions=True)


async def _finish(collecting: "asyncio.Task[Any]") -> str:
    try:
        async with asyncio.timeout(FINISH_S):
            await asyncio.shield(collecting)
    except TimeoutError:
        return "an insole was out of reach at the end; the next recording fetches what its log holds"
    except LinkError as error:
        return f"not all could be fetched: {error}; the next recording fetches what the log holds"
    return ""


async def _show(
    state: LiveState, view: View, runs: list[FootRun], gait: GaitFollower, under_way: asyncio.Event
) -> None:
    """Keep the view up to date; sets `under_way` when all insoles have begun to stream."""
    begun: float | None = None
    state.stage = "connecting"
    while True:
        for event in gait.step():
            state.events.append(
                f"{event.time_s:7.2f} s  {event.foot.value:5}  {event.kind.replace('_', ' ')}"
            )
        for foot in runs:
            foot.refresh()
        if begun is None and runs and all(foot.connection.streaming.is_set() for foot in runs):
            begun, state.stage = time.monotonic(), "recording"
            under_way.set()
        state.elapsed_s = 0.0 if begun is None else time.monotonic() - begun
        view.show(state)
        await asyncio.sleep(REFRESH_S)


def _keep(plan: Plan, library: Library) -> RecordingEntry:
    """Finalize the journal and add the recording to the library."""
    folder = roll(
        library.data_dir / "journal" / JOURNAL, library.recordings, library.vault, all_log_keys(library)
    )
    entry = library.add_recording(folder, plan.title)
    return entry if plan.person is None else library.assign(entry.id, plan.person)


def _analyse(library: Library, entry: RecordingEntry) -> tuple[list[str], str]:
    """Analyse and store; the alerts as text, and why there is no analysis, if so. The recording is stored."""
    try:
        library.open(entry.id).full_analysis()
    except PlantigradeError as error:
        return [], f"recorded, but not analysed: {error}"
    return [f"{a.from_s:6.0f} s  {a.foot}  {a.rule}" for a in library.open(entry.id).alerts], ""


def _values(library: Library, entry: RecordingEntry, alerts: list[str], note: str) -> dict[str, Any]:
    manifest = library.open(entry.id).manifest
    return {
        "schema": SCHEMA,
        "recording": entry.id,
        "insoles": {
            foot.foot: {
                "frames_requested": foot.frames_requested,
                "frames_recorded": foot.frames_recorded,
                "frames_missing": foot.frames_missing,
                "missing_by_reason": foot.missing_by_reason,
            }
            for foot in manifest.feet
        },
        "alerts": len(alerts),
        "note": note,
    }
