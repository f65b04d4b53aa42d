"""`/insoles/update`: which firmware runs on an insole, is there a newer one, and the way back."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from plantigrade.device.changes.changing import rollback
from plantigrade.device.update.actions import carried_bundles, link_maker
from plantigrade.device.update.progress import Progress as UpdateProgress
from plantigrade.device.update.progress import Stage
from plantigrade.device.update.result import MakeLink, Outcome
from plantigrade.device.update.updating import update_with_the_fitting
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image import bundle as bundles
from plantigrade.firmware_image.board_files import firmware_version
from plantigrade.firmware_image.bundle import Bundle
from plantigrade.service.insoles.pausing import left_alone
from plantigrade.service.status import ServiceStatus
from plantigrade.web.accounts.rights import Action
from plantigrade.web.board_work.works import Do, Progress, Report, works_of
from plantigrade.web.formats import formats_of
from plantigrade.web.page import Answer, Form, Page, Redirect, Shown
from plantigrade.web.pages.insoles.view import InsoleView, Known, known_insoles, view_of
from plantigrade.web.site import Site
from plantigrade.web.visit import RefusedError, Visit

PATH: Final = "/insoles/update"
LONGEST_SERIAL: Final = 64
MOST_BYTES: Final = bundles.LARGEST + 65_536
SHORT_S: Final = 0.5
"""What fails at once is said at once."""
Doing = Callable[[MakeLink, Report, Progress], Awaitable[str]]


@cache
def offered_version() -> str:
    """Of the firmware that comes with this version of Plantigrade."""
    return firmware_version()


def show(visit: Visit, problem: str = "", status: int = 200) -> Answer:
    """The page of one insole, with `?work=` how far its update is; without `?serial=` which there are."""
    serial = visit.query.get("serial") or visit.form.get("serial", "")
    if not serial:
        return Shown("pages/update/choose.html", {"insoles": [one for _, one in _insoles(visit)]})
    known, one = _insole(visit, serial)
    work = works_of(visit.site.library).find(visit.query.get("work", ""), visit.who.name)
    news = f"update.news.{offered_version().replace('.', '-')}"
    values: dict[str, Any] = {
        "about": None,
        "one": one,
        "running": known.firmware or visit.words("insoles.not-known"),
        "offered": offered_version(),
        "newest": known.firmware == offered_version(),
        "news": visit.words(news) if news in visit.words.keys else "",
        "engineer": visit.may(Action.SERVE_INSOLES),
        "work": work,
        "share": None if work is None or work.share is None else round(100 * work.share),
        "problem": problem,
    }
    return Shown("pages/update/update.html", values, status)


def _insole(visit: Visit, serial: str) -> tuple[Known, InsoleView]:
    """An insole of which this account may know.

    Raises:
        RefusedError: 404, there is none.
    """
    for known, one in _insoles(visit):
        if known.state.serial == serial:
            return known, one
    raise RefusedError(404)


def _insoles(visit: Visit) -> Iterator[tuple[Known, InsoleView]]:
    """Those of which this account may know, that have said who they are."""
    for known in known_insoles(visit) or []:
        one = view_of(known, visit, formats_of(visit))
        if known.state.serial and one.owner is not None:
            yield known, one


def carried(visit: Visit) -> Answer:
    """Update to the firmware that comes with this version of Plantigrade."""
    return _begin(visit, "update", lambda: _updating(visit, carried_bundles()))


def uploaded(visit: Visit) -> Answer:
    """Update with a bundle that was posted."""
    upload = visit.files.get("bundle")
    if upload is None or not upload.size:
        return show(visit, visit.words("update.problem.no-bundle"), 409)
    try:
        bundle = bundles.parse(upload.path.read_bytes(), upload.name)
    except PlantigradeError as error:
        return show(visit, str(error), 409)
    return _begin(visit, "update", lambda: _updating(visit, [bundle]))


def back(visit: Visit) -> Answer:
    """Go back to the former firmware."""
    words = visit.words

    async def doing(make_link: MakeLink, _report: Report, _progress: Progress) -> str:
        done = await rollback(make_link)
        return words("update.went-back", before=done.before, after=done.after)

    return _begin(visit, "rollback", lambda: doing)


def _updating(visit: Visit, candidates: Sequence[Bundle]) -> Doing:
    words = visit.words

    async def doing(make_link: MakeLink, report: Report, progress: Progress) -> str:
        stage: Stage | None = None

        def on_progress(now: UpdateProgress) -> None:
            nonlocal stage
            if now.stage is not stage:
                stage = now.stage
                report(words(f"update.stage.{stage.value.replace(' ', '-')}"))
            progress(now.done_bytes, now.total_bytes)

        result = await update_with_the_fitting(make_link, candidates, on_progress)
        if result.outcome is Outcome.ROLLED_BACK:
            raise PlantigradeError(words("update.rolled-back", version=result.after, reason=result.reason))
        key = "update.done" if result.outcome is Outcome.UPDATED else "update.nothing"
        return words(key, version=result.after, seconds=round(result.seconds))

    return doing


def _begin(visit: Visit, kind: str, make: Callable[[], Doing]) -> Answer:
    known, _ = _insole(visit, visit.field("serial", LONGEST_SERIAL))
    try:
        work = works_of(visit.site.library).start(
            visit.who.name, kind, _undisturbed(visit, known.state.serial, make())
        )
    except PlantigradeError as error:
        return show(visit, str(error), 409)
    work.ended.wait(SHORT_S)
    return Redirect(f"{PATH}?serial={known.state.serial}&work={work.id}")


def _undisturbed(visit: Visit, serial: str, doing: Doing) -> Do:
    """The work while the bridge leaves the insoles alone; they go on logging."""
    site = visit.site

    async def do(report: Report, progress: Progress) -> str:
        with left_alone(_ServiceOf(site)):
            return await doing(await link_maker(serial), report, progress)

    return do


@dataclass(frozen=True)
class _ServiceOf:
    """The service, from a thread that is not its own."""

    site: Site

    def status(self) -> ServiceStatus:
        return self.site.in_loop(lambda found: found.service.status())

    def pause(self) -> None:
        self.site.in_loop(lambda found: found.service.pause())

    def resume(self) -> None:
        self.site.in_loop(lambda found: found.service.resume())


PAGE: Final = Page(
    "update",
    PATH,
    Action.CONTROL_SERVICE,
    show,
    forms=(
        Form("update", carried, Action.CONTROL_SERVICE),
        Form("bundle", uploaded, Action.SERVE_INSOLES, MOST_BYTES),
        Form("rollback", back, Action.CONTROL_SERVICE),
    ),
)
