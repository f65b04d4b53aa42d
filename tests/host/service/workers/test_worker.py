"""The queue of recordings that wait for their analysis: its order, what is tried again, what is published."""

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import MOST_ATTEMPTS, unanalysed
from plantigrade.library.keys.vault import MasterKey
from plantigrade.library.recordings.computed import begin, read_computed
from plantigrade.library.recordings.overview import overview
from plantigrade.service.bus import EventBus
from plantigrade.service.events import Event, RecordingEvent
from plantigrade.service.offload import at_once
from plantigrade.service.process import ProcessError
from plantigrade.service.workers.analyse import AnalysisJob, AnalysisResult, Outcome, analyse
from plantigrade.service.workers.worker import AnalysisWorker
from plantigrade.twin.soak.virtual_time import WorldLoop

from tests.host.service.workers.walks import heavier, stored


class Made:
    """A worker whose process is a plain function, and what it published."""

    def __init__(self, folder: Path, answer: Callable[[AnalysisJob], AnalysisResult]) -> None:
        self.library = Library(folder)
        self.jobs: list[str] = []
        self.begun_s: list[float] = []
        self.heard: list[Event] = []
        self.bus = EventBus()
        self.bus.call_on_event(self.heard.append)
        self.answer = answer
        self.worker = AnalysisWorker(
            self.library,
            self.bus,
            process=self._process,
            thread=at_once,
            utc_ns=lambda: round(asyncio.get_running_loop().time() * 1e9),
        )

    async def _process(self, _function: Any, job: AnalysisJob) -> AnalysisResult:
        self.jobs.append(job.recording)
        self.begun_s.append(asyncio.get_running_loop().time())
        return self.answer(job)

    def finalized(self, recording: str, stage: str = "final") -> None:
        self.bus.publish(RecordingEvent(recording, None, 1, stage))

    @property
    def stages(self) -> list[tuple[str, str]]:
        return [(one.recording, one.stage) for one in self.heard if isinstance(one, RecordingEvent)]


def done(job: AnalysisJob) -> AnalysisResult:
    return AnalysisResult(job.recording, Outcome.ANALYSED, None, 1)


def run_for(made: Made, seconds: float) -> None:
    """The worker at work for so long, in virtual time."""

    async def main() -> None:
        task = asyncio.create_task(made.worker.run())
        await asyncio.sleep(seconds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with asyncio.Runner(loop_factory=WorldLoop) as runner:
        runner.run(main())


def test_what_was_finalized_comes_first_and_then_the_newest(tmp_path: Path) -> None:
    """Three recordings wait in the library, newest first; one of them is finalized just now."""
    made = Made(tmp_path, done)
    names = [stored(made.library, heavier(1 + day / 10), later_s=day * 86_400) for day in range(3)]
    made.finalized(names[0])
    run_for(made, 1.0)
    assert made.jobs[:3] == [names[0], names[2], names[1]]
    assert (names[0], "analysed") in made.stages


def test_a_recording_waits_only_once(tmp_path: Path) -> None:
    """However often it is finalized before its turn."""
    made = Made(tmp_path, done)
    for _ in range(3):
        made.finalized("a", "provisional")
    made.finalized("b")
    assert made.worker.waiting == ("b", "a")


def test_what_failed_is_tried_again_later_and_told_once(tmp_path: Path) -> None:
    """Each time a little later; the reason is published once, a new reason again."""
    reasons = iter(["no key", "no key", "disk full"])

    def answer(job: AnalysisJob) -> AnalysisResult:
        reason = next(reasons, "")
        outcome = Outcome.NOT_ANALYSED if reason else Outcome.ANALYSED
        return AnalysisResult(job.recording, outcome, None, 1, reason, attempts=len(made.jobs))

    made = Made(tmp_path, answer)
    name = stored(made.library)
    run_for(made, 3600.0)
    assert made.jobs[:4] == [name] * 4
    waits_s = np.diff(made.begun_s[:4])
    assert waits_s.tolist() == pytest.approx([300.0, 600.0, 900.0], abs=1e-3)
    notes = [one.note for one in made.heard if isinstance(one, RecordingEvent)]
    assert notes[:3] == ["no key", "disk full", ""]


def test_a_clock_that_jumps_does_not_delay_what_is_tried_again(tmp_path: Path) -> None:
    """A year ahead while it fails, and back: it is tried again after minutes all the same."""
    made = Made(
        tmp_path, lambda job: AnalysisResult(job.recording, Outcome.NOT_ANALYSED, note="no", attempts=1)
    )
    clock_ns = iter([365 * 86_400 * 10**9])
    made.worker = AnalysisWorker(
        made.library, made.bus, process=made._process, thread=at_once, utc_ns=lambda: next(clock_ns, 0)
    )
    stored(made.library)
    run_for(made, 1000.0)
    assert len(made.jobs) >= 3


def test_what_failed_too_often_rests(tmp_path: Path) -> None:
    """The library's rule holds: after some attempts, once a day."""

    def answer(job: AnalysisJob) -> AnalysisResult:
        return analyse(job)

    made = Made(tmp_path, answer)
    name = stored(made.library)
    (made.library.recordings / name / "left.parquet").write_bytes(b"PAR1 nothing")
    run_for(made, 20 * 3600.0)
    assert len(made.jobs) == MOST_ATTEMPTS
    assert made.stages == [(name, "not analysed")]


def test_a_newer_version_is_done_again_at_once(tmp_path: Path) -> None:
    """A version that came while the older one was analysed."""
    outcomes = iter([Outcome.SUPERSEDED, Outcome.ANALYSED])
    made = Made(tmp_path, lambda job: AnalysisResult(job.recording, next(outcomes), None, 2))
    made.finalized("a")
    run_for(made, 1.0)
    assert made.jobs == ["a", "a"]
    assert made.stages[1:] == [("a", "analysed")]


def test_a_process_that_died_is_an_attempt_and_not_the_end(tmp_path: Path) -> None:
    """The reason is noted beside the recording, and the next one has its turn."""

    def answer(job: AnalysisJob) -> AnalysisResult:
        if job.recording == name:
            begin(made.library.recordings / name, "0" * 64, "1", None)
            raise ProcessError("its process was ended by SIGKILL; is the memory full?")
        return done(job)

    made = Made(tmp_path, answer)
    other, name = (stored(made.library, heavier(1 + day / 10), later_s=day * 86_400) for day in range(2))
    run_for(made, 1.0)
    assert made.stages == [(name, "not analysed"), (other, "analysed")]
    noted = read_computed(made.library.recordings / name)
    assert noted is not None
    assert "SIGKILL" in noted.reason


def test_stopping_the_service_counts_no_attempt(tmp_path: Path) -> None:
    """An analysis that was under way is simply begun again next time."""

    async def never(_function: Any, job: AnalysisJob) -> AnalysisResult:
        begin(made.library.recordings / job.recording, "0" * 64, "1", None)
        await asyncio.sleep(1e6)
        return done(job)

    made = Made(tmp_path, done)
    made.worker = AnalysisWorker(made.library, made.bus, process=never, thread=at_once)
    name = stored(made.library)
    run_for(made, 10.0)
    noted = read_computed(made.library.recordings / name)
    assert noted is not None
    assert (noted.state, noted.attempts) == ("begun", 0)


def test_a_recording_of_an_encrypted_library_goes_through_the_real_process(tmp_path: Path) -> None:
    """With the key from a file; the service hears that it was analysed, and nothing waits any more."""
    key = MasterKey.new()
    key_file = tmp_path / "key"
    key_file.write_text(key.text)
    key_file.chmod(0o600)
    library = Library(tmp_path / "library")
    change_key(library, key)
    name = stored(library)
    bus, heard = EventBus(), list[Event]()
    bus.call_on_event(heard.append)
    asyncio.run(AnalysisWorker(library, bus, key_file=key_file).idle())
    assert [(one.recording, one.stage, one.note) for one in heard if isinstance(one, RecordingEvent)] == [
        (name, "analysed", "")
    ]
    assert unanalysed(library, version("plantigrade")) == []
    assert overview(library.open(name)).feet["left"].samples.sum() > 0


def test_an_unreadable_key_is_said_and_costs_no_attempt(tmp_path: Path) -> None:
    """The key may be back any moment: nothing is held against the recording."""
    library = Library(tmp_path / "library")
    change_key(library, MasterKey.new())
    name = stored(library)
    bus, heard = EventBus(), list[Event]()
    bus.call_on_event(heard.append)
    worker = AnalysisWorker(library, bus, key_file=tmp_path / "not there", process=at_once, thread=at_once)
    asyncio.run(worker.idle())
    (event,) = [one for one in heard if isinstance(one, RecordingEvent)]
    assert (event.recording, event.stage) == (name, "not analysed")
    assert "key" in event.note
    assert read_computed(library.recordings / name) is None
