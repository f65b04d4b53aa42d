"""Jobs: one at a time for each account, bounded, and nothing of them stays lying about."""

import threading
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.service.process import ProcessError
from plantigrade.web.jobs.jobs import FOLDER, Job, Jobs, JobState, TooManyJobsError
from plantigrade.web.jobs.settings import KEEP_S, MOST_AN_HOUR, MOST_AT_ONCE, MOST_WAITING
from plantigrade.web.jobs.work import ExportOrder, ImportOrder, Made, Order, Place, do


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Running:
    """Orders run until they are let go; the most at the same time are counted."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.started = threading.Semaphore(0)
        self.now: list[str] = []
        self.most = 0

    def __call__(self, place: Place, order: Order) -> Made:
        self.now.append(place.actor)
        self.most = max(self.most, len(self.now))
        self.started.release()
        assert self.go.wait(10)
        self.now.remove(place.actor)
        (place.folder / "file").write_text("health data")
        return Made(file="file")


def _order(number: int = 0) -> ExportOrder:
    return ExportOrder(f"recording-{number}", "csv")


def _ended(job: Job) -> Job:
    assert job.ended.wait(10)
    return job


def test_one_at_a_time_for_each_account_and_few_in_all(library: Library) -> None:
    running = Running()
    jobs = Jobs(library, run=running)
    made = [jobs.add(account, "P001", _order(at)) for account in "abc" for at in range(2)]
    for _ in range(MOST_AT_ONCE):
        assert running.started.acquire(timeout=10)
    assert len(set(running.now)) == len(running.now) == MOST_AT_ONCE
    running.go.set()
    for job in made:
        assert _ended(job).state is JobState.DONE
    assert running.most == MOST_AT_ONCE


def test_too_many_that_wait_and_too_many_an_hour(library: Library) -> None:
    clock, running = Clock(), Running()
    jobs = Jobs(library, run=running, clock_s=clock)
    for at in range(MOST_WAITING):
        jobs.add("a", "P001", _order(at))
    with pytest.raises(TooManyJobsError):
        jobs.add("a", "P001", _order(99))
    jobs.add("b", "P001", _order(99))  # others are not slowed by it
    running.go.set()
    quick = Jobs(library, run=lambda place, order: Made(), clock_s=clock)
    for at in range(MOST_AN_HOUR):
        _ended(quick.add("a", "P001", _order(at)))
    with pytest.raises(TooManyJobsError) as error:
        quick.add("a", "P001", _order(99))
    assert error.value.seconds == pytest.approx(3600)
    clock.now_s += 3601
    quick.add("a", "P001", _order(99))


def test_files_are_removed_after_a_while(library: Library) -> None:
    clock, running = Clock(), Running()
    running.go.set()
    jobs = Jobs(library, run=running, clock_s=clock)
    job = _ended(jobs.add("a", "P001", _order()))
    assert b"".join(job.chunks()) == b"health data"
    assert job.folder.stat().st_mode & 0o077 == 0
    clock.now_s += KEEP_S + 1
    assert jobs.find(job.id, "a") is None
    assert not job.folder.exists()


def test_what_an_earlier_run_left_is_removed(library: Library) -> None:
    import os

    left = library.data_dir / FOLDER / "0123"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    Jobs(library)
    assert not left.exists()


def test_a_job_is_its_accounts_alone(library: Library) -> None:
    jobs = Jobs(library, run=lambda place, order: Made())
    job = jobs.add("a", "P001", _order())
    assert jobs.find(job.id, "a") is job
    assert jobs.find(job.id, "b") is None
    assert jobs.find("", "a") is None


def test_the_same_unchanged_thing_is_made_once_for_an_account(library: Library) -> None:
    jobs = Jobs(library, run=lambda place, order: Made())
    first = jobs.add("a", "P001", _order(), "fingerprint")
    assert jobs.add("a", "P001", _order(), "fingerprint") is first
    assert jobs.add("a", "P001", _order(), "another") is not first
    assert jobs.add("b", "P001", _order(), "fingerprint") is not first


def test_a_process_that_dies_is_a_failure_without_its_trace(library: Library) -> None:
    def dies(place: Place, order: Order) -> Made:
        raise ProcessError("ValueError: /home/somebody/secret")

    job = _ended(Jobs(library, run=dies).add("a", "P001", _order()))
    assert (job.state, job.problem) == (JobState.FAILED, "")


def test_problems_name_no_paths_of_this_computer(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    place = Place(library.data_dir, None, None, "a", folder)
    for order in (_order(), ImportOrder(folder / "upload.csv", "walk.csv", "P001")):
        if isinstance(order, ImportOrder):
            order.path.write_text("hello,world\n1,2\n")
        problem = do(place, order).problem
        assert problem
        assert str(tmp_path) not in problem


def test_progress_of_nothing_is_none(library: Library) -> None:
    job = Jobs(library, run=lambda place, order: Made()).add("a", "P001", _order())
    assert job.progress == ("", 0.0)
