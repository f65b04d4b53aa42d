"""Works on boards: one at a time, to their end whatever the browser does, remembered for an hour."""

import threading
from dataclasses import dataclass

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.web.board_work.settings import KEEP_S, MOST_LINES
from plantigrade.web.board_work.works import BusyError, Progress, Report, Works, WorkState


@dataclass
class Clock:
    """Seconds that a test sets."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


async def well(report: Report, progress: Progress) -> str:
    report("checked")
    progress(3, 4)
    return "done"


async def badly(report: Report, progress: Progress) -> str:
    raise PlantigradeError("the cable came off")


def test_a_work_tells_its_lines_and_how_far_it_is() -> None:
    work = Works().start("sam", "flash", well)
    assert work.ended.wait(5)
    assert (work.state, work.lines, work.share, work.problem) == (
        WorkState.DONE,
        ["checked", "done"],
        0.75,
        "",
    )


def test_what_went_wrong_is_told_in_words() -> None:
    work = Works().start("sam", "flash", badly)
    assert work.ended.wait(5)
    assert (work.state, work.problem) == (WorkState.FAILED, "the cable came off")


def test_there_is_one_at_a_time() -> None:
    works, go = Works(), threading.Event()

    async def waiting(report: Report, progress: Progress) -> str:
        go.wait(5)
        return ""

    first = works.start("sam", "flash", waiting)
    with pytest.raises(BusyError, match="works on a board already"):
        works.start("kim", "flash", well)
    go.set()
    assert first.ended.wait(5)
    assert works.start("kim", "flash", well).ended.wait(5)


def test_a_work_is_its_account_s_and_goes_after_an_hour() -> None:
    clock = Clock()
    works = Works(clock)
    work = works.start("sam", "flash", well)
    assert work.ended.wait(5)
    assert works.find(work.id, "sam") is work
    assert works.find(work.id, "kim") is None
    clock.now_s = KEEP_S + 1
    assert works.find(work.id, "sam") is None


def test_a_work_that_tells_without_end_fills_no_memory() -> None:
    async def chatty(report: Report, progress: Progress) -> str:
        for number in range(10 * MOST_LINES):
            report(str(number))
        progress(5, 0)
        return ""

    work = Works().start("sam", "flash", chatty)
    assert work.ended.wait(5)
    assert len(work.lines) == MOST_LINES and work.share is None
