"""`/walks/ID/export`: which file do I need? It is made elsewhere, with progress, and then downloaded."""

import mimetypes
from dataclasses import dataclass
from typing import Any, Final

from plantigrade.exports.registry import export_formats
from plantigrade.library.entries import RecordingEntry
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import formats_of
from plantigrade.web.jobs.jobs import Job, JobState, jobs_of
from plantigrade.web.jobs.work import REPORT, ExportOrder
from plantigrade.web.layout.frame import person_in_view
from plantigrade.web.page import Answer, Download, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages.walk.files import export_path, order, unchanged_of
from plantigrade.web.pages.walks.rows import title_of
from plantigrade.web.visit import RefusedError, Visit

PATH: Final = "/walks/{id}/export"
SHORT_S: Final = 1.0
"""A file that is there at once is offered at once."""


@dataclass(frozen=True)
class Choice:
    """A kind of file.

    Attributes:
        name: of the format.
        title: for people.
        what: what it is for; in English where a package of others adds it.
    """

    name: str
    title: str
    what: str


def show(visit: Visit) -> Answer:
    """The page; with `?job=` how far a file is."""
    entry, formats = visit.entry(Action.EXPORT), formats_of(visit)
    if entry.deleted_utc is not None:
        raise RefusedError(404)
    job = _job(visit, entry, visit.query.get("job", ""))
    values: dict[str, Any] = {
        "about": person_in_view(visit),
        "entry": entry,
        "title": title_of(entry, formats),
        "choices": _choices(visit),
        "job": job,
        "progress": _progress(job),
        "chosen": job.order.form if job is not None and isinstance(job.order, ExportOrder) else REPORT,
    }
    return Shown("pages/walk_export/export.html", values)


def _choices(visit: Visit) -> list[Choice]:
    words = visit.words
    found = [Choice(REPORT, words("walk-export.form.report"), words("walk-export.for.report"))]
    for name, form in export_formats().offered.items():
        known = f"walk-export.for.{name}" in words.keys
        title = words(f"walk-export.form.{name}") if known else form.title
        found.append(Choice(name, title, words(f"walk-export.for.{name}") if known else form.contents))
    return found


def _progress(job: Job | None) -> dict[str, Any]:
    stage, share = ("", 0.0) if job is None else job.progress
    return {"stage": stage or "waiting", "share": round(100 * share)}


def _job(visit: Visit, entry: RecordingEntry, name: str) -> Job | None:
    """A job of this account for this very recording; another one does not exist here."""
    job = jobs_of(visit.site.library).find(name, visit.who.name)
    if job is None or not isinstance(job.order, ExportOrder) or job.order.recording != entry.id:
        return None
    return job


def make(visit: Visit) -> Answer:
    """Order a file."""
    entry = visit.entry(Action.EXPORT)
    form = visit.field("form")
    if form != REPORT and form not in export_formats().offered:
        raise RefusedError(400)
    deidentify = visit.field("deidentify") == "yes" and form != REPORT
    wanted = ExportOrder(entry.id, form, visit.words.language, deidentify)
    job = order(visit, wanted, unchanged_of(visit, entry.id))
    job.ended.wait(SHORT_S)
    return Redirect(export_path(visit, entry.id, job))


def download(visit: Visit) -> Answer:
    """The file that a job made."""
    entry = visit.entry(Action.EXPORT)
    job = _job(visit, entry, visit.parts["job"])
    if job is None or job.state is not JobState.DONE:
        raise RefusedError(404)
    media_type = mimetypes.guess_type(job.made.file)[0] or "application/octet-stream"
    return Download(job.made.file, job.chunks(), media_type)


PAGE: Final = Page(
    "walk-export",
    PATH,
    Action.EXPORT,
    show,
    forms=(Form("make", make, Action.EXPORT),),
    parts=(Part(f"{PATH}/{{job}}", download, Action.EXPORT),),
)
