"""A file of another system, as the form on `/walks` asks about it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from plantigrade.gait.signals import Foot
from plantigrade.imports.source import DecimalMark
from plantigrade.library.importing.take_in import EARLIEST
from plantigrade.web.jobs.jobs import Job, TooManyJobsError, jobs_of
from plantigrade.web.jobs.settings import PATIENCE_S
from plantigrade.web.jobs.work import ImportOrder, Made
from plantigrade.web.visit import RefusedError, Visit

LONGEST_TITLE: Final = 120
LONGEST_SHOE: Final = 60
LONGEST_START: Final = 20
MARKS: Final[dict[str, DecimalMark]] = {"point": "point", "comma": "comma"}
FEET: Final = tuple(foot.value for foot in Foot)
_OPTIONS: Final = {
    "give --decimal-mark point or --decimal-mark comma": "ask-mark",
    "add --foot left or --foot right": "ask-foot",
    "leave --foot out": "ask-no-foot",
}
"""What readers advise, and the text that says it of the form."""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """What the form says of the file.

    Attributes:
        title, shoe: as typed.
        foot: side of a file of one foot; None for what the file says.
        decimal_mark: None for what the numbers of the file say.
        start: when it began, where the person lives; None for what the file says.
        wrong: what is wrong with a field, by its name.
    """

    title: str
    shoe: str
    foot: Foot | None
    decimal_mark: DecimalMark | None
    start: datetime | None
    wrong: dict[str, str]


def asked_of(visit: Visit) -> Asked:
    """The fields of the form.

    Raises:
        RefusedError: 400, a field is too long.
    """
    wrong: dict[str, str] = {}
    file = visit.files.get("file")
    if file is None:
        wrong["file"] = visit.words("walks.upload.none")
    elif file.size == 0:
        wrong["file"] = visit.words("walks.upload.empty", name=file.name)
    foot, mark = visit.field("foot"), visit.field("decimal_mark")
    return Asked(
        visit.field("title", LONGEST_TITLE),
        visit.field("shoe", LONGEST_SHOE),
        Foot(foot) if foot in FEET else None,
        MARKS.get(mark),
        _start(visit, wrong),
        wrong,
    )


def _start(visit: Visit, wrong: dict[str, str]) -> datetime | None:
    """When it began, by the clocks where the person lives; None where nobody says so."""
    text = visit.field("start", LONGEST_START)
    if not text:
        return None
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        wrong["start"] = visit.words("walks.upload.no-start")
        return None
    start = start if start.tzinfo is not None else start.replace(tzinfo=visit.zone)
    if not EARLIEST <= start <= visit.now + _ONE_DAY:
        wrong["start"] = visit.words("walks.upload.never")
    return start


def problem_in_words(visit: Visit, problem: str) -> str:
    """Why a file was not read, with fields of the page for the options of the command line that it names."""
    for option, key in _OPTIONS.items():
        problem = problem.replace(option, visit.words(f"walks.upload.{key}"))
    return problem


def order_import(visit: Visit, asked: Asked, then: Callable[[Made], None]) -> Job:
    """The job that reads the file, begun.

    Args:
        visit: with a file.
        asked: without anything wrong.
        then: called with what was made.

    Raises:
        RefusedError: 429, too many wait.
    """
    file = visit.files["file"]
    jobs = jobs_of(visit.site.library)
    folder = jobs.new_folder()
    path = folder / f"upload{''.join(file.path.suffixes)}"
    shutil.move(file.path, path)
    order = ImportOrder(
        path, file.name, visit.subject, asked.title, asked.shoe, asked.foot, asked.decimal_mark, asked.start
    )
    try:
        job = jobs.add(visit.who.name, visit.subject, order, then=then)
    except TooManyJobsError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RefusedError(429, visit.words("error.429-text", seconds=round(error.seconds))) from error
    job.ended.wait(PATIENCE_S)
    return job
