"""Data and files of a walk: the document of its analysis, its strides, its chart, its report."""

import csv
import hashlib
import io
import math
from collections.abc import Iterator
from importlib.metadata import version
from operator import itemgetter
from typing import Any, Final

from plantigrade.analysis.tables import FIRST_COLUMNS, decimals_of
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.recording_list import newest_analysis
from plantigrade.library.catalogue.recording_states import state_of
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.strides import StoredStrides, strides
from plantigrade.web.accounts.rights import Action
from plantigrade.web.charts.long_chart import CANVAS_POINTS, chart_bytes, span_of
from plantigrade.web.jobs.jobs import Job, JobState, TooManyJobsError, jobs_of
from plantigrade.web.jobs.settings import PATIENCE_S
from plantigrade.web.jobs.work import REPORT, ExportOrder, Order
from plantigrade.web.layout.frame import person_in_view
from plantigrade.web.page import Answer, Document, Download, Redirect
from plantigrade.web.visit import RefusedError, Visit

_ROWS: Final = 500
"""Strides that are written at once: their text fits into the memory of any cache."""


def as_json(visit: Visit) -> Document:
    """The stored analysis, `plantigrade.analysis/1` (docs/reference/analysis-json.md)."""
    entry = visit.entry()
    stored = newest_analysis(visit.site.library, entry.id)
    if stored is None:
        raise RefusedError(404, visit.words("walk.not-analysed"))
    document: dict[str, Any] = dict(stored.document)
    # Where its folder lies is this computer's business.
    document["input"] = {**document["input"], "path": entry.id}
    return Document(document)


def as_csv(visit: Visit) -> Answer:
    """The strides, a row each, with the columns of `analyze --strides`."""
    entry = visit.entry()
    try:
        found = strides(visit.site.library.open(entry.id))
    except RecordingError as error:
        raise RefusedError(404, visit.words("walk.not-analysed")) from error
    return Download(f"{entry.id}-strides.csv", _csv(found), "text/csv; charset=utf-8")


def _csv(found: StoredStrides) -> Iterator[bytes]:
    names = _titles(found)
    yield (",".join(names) + "\r\n").encode()
    rows = [
        (begin, side, at)
        for side in found.feet
        for at, begin in enumerate(found.feet[side]["initial_contact_s"].tolist())
    ]
    rows.sort(key=itemgetter(0))
    for first in range(0, len(rows), _ROWS):
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerows(
            [_cell(found, side, name, at) for name in names] for _, side, at in rows[first:][:_ROWS]
        )
        yield text.getvalue().encode()


def _titles(found: StoredStrides) -> list[str]:
    """Those of `analyze --strides`, in its order."""
    numbers = dict.fromkeys(name for columns in found.feet.values() for name in columns)
    return list(dict.fromkeys((*FIRST_COLUMNS, "reason", *numbers)))


def _cell(found: StoredStrides, side: Foot, name: str, at: int) -> str:
    if name == "foot":
        return side.value
    if name == "valid":
        return "1" if found.valid[side][at] else "0"
    if name == "reason":
        return str(found.reason[side][at])
    value = float(found.feet[side][name][at]) if name in found.feet[side] else math.nan
    if name == "bout":
        return str(int(value)) if value >= 0 else ""
    return f"{value:.{decimals_of(name)}f}" if math.isfinite(value) else ""


def chart(visit: Visit) -> Answer:
    """Windows of a span, for the canvas."""
    entry = visit.entry()
    try:
        recording = visit.site.library.open(entry.id)
        span = span_of(recording, _number(visit, "from"), _number(visit, "to"))
        content = chart_bytes(recording, span, _points(visit))
    except RecordingError as error:
        raise RefusedError(404, visit.words("walk.not-analysed")) from error
    return Download("chart.bin", content, "application/octet-stream", inline=True)


def _points(visit: Visit) -> int:
    asked = _number(visit, "points")
    return CANVAS_POINTS if asked is None else int(min(max(asked, 10), CANVAS_POINTS))


def _number(visit: Visit, name: str) -> float | None:
    text = visit.query.get(name, "")
    if not text:
        return None
    try:
        value = float(text[:24])
    except ValueError:
        raise RefusedError(400) from None
    if not abs(value) < 1e10:
        raise RefusedError(400)
    return value


def report(visit: Visit) -> Answer:
    """The report as PDF; where making it takes long, the page with its progress."""
    entry = visit.entry(Action.EXPORT)
    job = order(visit, ExportOrder(entry.id, REPORT, visit.words.language), unchanged_of(visit, entry.id))
    job.ended.wait(PATIENCE_S)
    if job.state is JobState.DONE:
        return Download(job.made.file, job.chunks(), "application/pdf", inline=True)
    return Redirect(export_path(visit, entry.id, job))


def order(visit: Visit, wanted: Order, unchanged: str = "") -> Job:
    """A job for this account.

    Raises:
        RefusedError: 429, it has too many.
    """
    try:
        return jobs_of(visit.site.library).add(visit.who.name, visit.subject, wanted, unchanged)
    except TooManyJobsError as error:
        raise RefusedError(429, visit.words("error.429-text", seconds=round(error.seconds))) from error


def export_path(visit: Visit, recording: str, job: Job) -> str:
    """The page with the progress of a job."""
    about = person_in_view(visit)
    return f"/walks/{recording}/export?job={job.id}{f'&person={about}' if about else ''}"


def unchanged_of(visit: Visit, recording: str) -> str:
    """A text that changes with everything that a report of a recording says."""
    library = visit.site.library
    found, state = library.open(recording), state_of(library, recording)
    shown = found.shown_exercises()
    facts = (
        version("plantigrade"),
        found.entry._replace(bytes=0),
        None if state is None else (state.manifest_sha256, state.version, state.state),
        found.person,
        found.notes,
        None if shown is None else sorted(shown),
        [(alert.rule, alert.foot, alert.from_s, alert.origin) for alert in found.alerts],
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()
