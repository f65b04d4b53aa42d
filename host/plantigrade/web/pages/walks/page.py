"""`/walks`: what was recorded?"""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from plantigrade.library.catalogue.recording_list import may_be_of, tags_of
from plantigrade.library.entries import Filter, RecordingEntry
from plantigrade.library.entry_text import entry_as_json
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import formats_of
from plantigrade.web.jobs.jobs import JobState, jobs_of
from plantigrade.web.jobs.settings import MOST_UPLOAD_BYTES
from plantigrade.web.jobs.work import ImportOrder
from plantigrade.web.layout.frame import person_in_view
from plantigrade.web.page import Answer, Document, Form, Page, Redirect, Shown
from plantigrade.web.pages.walks.rows import facts_of, restorable_until, rows_of, title_of
from plantigrade.web.pages.walks.search import page_of, search_of
from plantigrade.web.pages.walks.upload import FEET, MARKS, asked_of, order_import, problem_in_words
from plantigrade.web.site import NoServiceError, Site
from plantigrade.web.visit import RefusedError, Visit

SCHEMA: Final = "plantigrade.walks/1"
PATH: Final = "/walks"
RECENT_DAYS: Final = 7
MOST_DELETED: Final = 20
MOST_ROWS: Final = 20_000
"""Of the document and its CSV: thirty years of two recordings a day."""


def show(visit: Visit) -> Answer:
    """The page, or the list alone for htmx."""
    return _shown(visit)


def _shown(visit: Visit, errors: Mapping[str, str] | None = None) -> Shown:
    library, formats, search = visit.site.library, formats_of(visit), search_of(visit)
    person, about = visit.subject, person_in_view(visit)
    listed = page_of(library, search)
    found = library.count(search.wanted)
    values: dict[str, Any] = {
        "about": about,
        "rows": rows_of(library, listed.entries, formats),
        "search": search,
        "found": formats.number(found),
        "older": search.link(PATH, about, after=listed.entries[-1].id) if listed.has_older else "",
        "newer": search.link(PATH, about, before=listed.entries[0].id) if listed.has_newer else "",
        "again": search.link(PATH, about, after=listed.after),
    }
    status = 400 if errors or search.wrong else 200
    job = _job(visit)
    if visit.fragment and job is None:
        return Shown("pages/walks/list.html", values, status)
    since = visit.now - timedelta(days=RECENT_DAYS)
    values |= {
        "total": library.count(Filter(person=person)),
        "recent": library.count(Filter(person=person, since=since)),
        "number": formats.number,
        "tags": tags_of(library, person),
        "deleted": _deleted(visit),
        "just_deleted": visit.query.get("deleted", ""),
        "unassigned": _unassigned(visit),
        "job": job,
        "errors": defaultdict(str, errors or {}),
        "typed": defaultdict(str, visit.form),
        "may_change": visit.may(Action.CHANGE),
        "most_mb": MOST_UPLOAD_BYTES >> 20,
        "choices": {"foot": ("", *FEET), "decimal_mark": ("", *MARKS)},
    }
    return Shown("pages/walks/walks.html", values, status)


def _deleted(visit: Visit) -> list[dict[str, str]]:
    if not visit.may(Action.ERASE):
        return []
    formats = formats_of(visit)
    gone = visit.site.library.find(Filter(person=visit.subject, deleted=True, limit=MOST_DELETED))
    return [
        {
            "id": entry.id,
            "title": title_of(entry, formats),
            "facts": facts_of(entry, None, formats),
            "until": restorable_until(entry, formats),
        }
        for entry in gone
    ]


def _unassigned(visit: Visit) -> list[dict[str, str]]:
    if not visit.may(Action.CHANGE):
        return []
    formats = formats_of(visit)
    waiting = may_be_of(visit.site.library, visit.subject)
    return [{"id": entry.id, "facts": facts_of(entry, None, formats)} for entry in waiting[:MOST_DELETED]]


def _job(visit: Visit) -> dict[str, Any] | None:
    job = jobs_of(visit.site.library).find(visit.query.get("job", ""), visit.who.name)
    if job is None or job.person != visit.subject or not isinstance(job.order, ImportOrder):
        return None
    stage, share = job.progress
    return {
        "id": job.id,
        "state": job.state.value,
        "name": job.order.name,
        "stage": stage,
        "share": round(100 * share),
        "recording": job.made.recording,
        "problem": problem_in_words(visit, job.problem),
        "remarks": job.made.remarks,
    }


def upload(visit: Visit) -> Answer:
    """A file of another system becomes a recording of this person."""
    asked = asked_of(visit)
    if asked.wrong:
        return _shown(visit, asked.wrong)
    job = order_import(visit, asked, lambda made: _analyse_next(visit.site, made.recording))
    if job.state is JobState.FAILED:
        problem = problem_in_words(visit, job.problem)
        return _shown(
            visit, {"file": problem or visit.words("walks.upload.failed", name=visit.files["file"].name)}
        )
    return Redirect(f"{PATH}?{urlencode({'job': job.id} | _person(visit))}")


def _analyse_next(site: Site, recording: str) -> None:
    """Tell the worker, so that nobody waits until it looks by itself; without a service, it will."""
    with suppress(NoServiceError):
        site.in_loop(lambda assembly: assembly.worker.add(recording))


def restore(visit: Visit) -> Answer:
    """A deletion is taken back."""
    entry = visit.entry(Action.ERASE, visit.field("recording"))
    visit.site.library.restore(entry.id)
    return Redirect(_here(visit))


def assign(visit: Visit) -> Answer:
    """Whose a recording is that nobody could be named for: this person's, or somebody else's."""
    asked = visit.field("recording")
    library = visit.site.library
    if asked not in {entry.id for entry in may_be_of(library, visit.subject)}:
        raise RefusedError(404)
    if visit.field("whose") == "mine":
        library.assign(asked, visit.subject)
        _analyse_next(visit.site, asked)
    else:
        library.assign(asked, None, set_aside=True)
    return Redirect(_here(visit))


def _here(visit: Visit) -> str:
    query = urlencode(_person(visit))
    return f"{PATH}?{query}" if query else PATH


def _person(visit: Visit) -> dict[str, str]:
    about = person_in_view(visit)
    return {"person": about} if about else {}


def as_json(visit: Visit) -> Document:
    """All recordings that the search of the address finds, newest first."""
    wanted = replace(search_of(visit).wanted, limit=MOST_ROWS, after=None, before=None)
    entries = visit.site.library.find(wanted)
    return Document({"schema": SCHEMA, "person": visit.subject, "walks": [_line(one) for one in entries]})


def _line(entry: RecordingEntry) -> dict[str, Any]:
    return entry_as_json(entry) | {"tags": " ".join(map(str, entry.tags)), "feet": " ".join(entry.feet)}


PAGE: Final = Page(
    "walks",
    PATH,
    Action.SEE,
    show,
    forms=(
        Form("upload", upload, Action.CHANGE, MOST_UPLOAD_BYTES),
        Form("restore", restore, Action.ERASE),
        Form("assign", assign, Action.CHANGE),
    ),
    as_json=as_json,
    rows="walks",
)
