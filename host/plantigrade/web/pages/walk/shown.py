"""What the template of a walk is given: for the wearer, for the clinician, and while nothing is known yet."""

from collections import defaultdict
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from plantigrade.analysis.stored import StoredDocument
from plantigrade.library.catalogue.recording_list import newest_analysis
from plantigrade.library.catalogue.recording_states import RecordingState, state_of
from plantigrade.library.entries import TAG_KINDS, RecordingEntry
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.computed import FAILED, read_computed
from plantigrade.library.recordings.recording import Recording
from plantigrade.web.accounts.rights import Action, Role
from plantigrade.web.charts.force_plot import force_plot
from plantigrade.web.charts.long_chart import LongChart, Span, long_chart, span_of
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.layout.frame import person_in_view
from plantigrade.web.page import Shown
from plantigrade.web.pages.walk import details, motion, pictures, plain
from plantigrade.web.pages.walk.activities import spent_of
from plantigrade.web.pages.walk.way import way_of
from plantigrade.web.pages.walks.rows import (
    restorable_until,
    seconds_until_analysed,
    standing_of,
    title_of,
)
from plantigrade.web.visit import Visit

CHART_FROM_S: Final = 600.0
"""A wearer sees the chart of a recording from this length on; a shorter one is one stretch of walking."""
DETAILS: Final = "details"
PLAIN: Final = "plain"


def shown(visit: Visit, errors: dict[str, str] | None = None) -> Shown:
    """The page of the recording of the address."""
    entry, formats = visit.entry(), formats_of(visit)
    values: dict[str, Any] = {
        "about": person_in_view(visit),
        "entry": entry,
        "title": title_of(entry, formats),
        "when": _when(entry, formats),
        "way": way_of(visit.site.library, entry.id, formats),
        "formats": formats,
        "zone_name": str(formats.zone),
        "errors": defaultdict(str, errors or {}),
        "typed": defaultdict(str, visit.form),
        "may_change": visit.may(Action.CHANGE),
        "may_erase": visit.may(Action.ERASE),
        "may_export": visit.may(Action.EXPORT),
        "tag_kinds": TAG_KINDS,
    }
    if entry.deleted_utc is not None:
        return Shown("pages/walk/deleted.html", values | {"until": restorable_until(entry, formats)})
    library = visit.site.library
    stored, state = newest_analysis(library, entry.id), state_of(library, entry.id)
    computed = read_computed(library.recordings / entry.id)
    values["standing"] = standing_of(entry, state, computed, formats)
    recording = library.open(entry.id)
    values["notes"] = recording.notes
    if stored is None:
        values |= {
            "problem": computed.reason if computed is not None and computed.state == FAILED else "",
            "has_failed": computed is not None and computed.state == FAILED,
            "seconds": formats.number(seconds_until_analysed(entry)),
        }
        return Shown("pages/walk/waiting.html", values, 400 if errors else 200)
    found = StoredDocument(stored.document)
    values |= {
        "made": formats.moment(stored.made_utc),
        "maps": pictures.maps_of(found, formats),
        "timing": pictures.timing_of(found, formats),
        "stood": plain.stood_out(found, formats),
        "version": _version(state, entry, formats),
        "algorithm": stored.document["algorithm"]["version"],
    }
    view = view_of(visit)
    is_detailed = view == DETAILS
    values["chart_link"] = partial(chart_link, entry.id, values["about"], view)
    if is_detailed or (entry.duration_s or 0.0) >= CHART_FROM_S:
        values["chart"] = _chart(visit, recording)
    else:
        values["chart"] = None
    if is_detailed:
        values |= _details(recording, found, formats)
        return Shown("pages/walk/details.html", values, 400 if errors else 200)
    values["lead"] = plain.lead_of(found, entry, formats)
    return Shown("pages/walk/plain.html", values, 400 if errors else 200)


def chart_link(recording: str, about: str, view: str, span: Span | None) -> str:
    """The page with the chart of a span, or of everything."""
    fields = {} if span is None else {"from": f"{span.from_s:g}", "to": f"{span.to_s:g}"}
    fields |= {"person": about} if about else {}
    return f"/walks/{recording}?{urlencode(fields | {'view': view})}#walk-chart"


def view_of(visit: Visit) -> str:
    """Which of the two pages: as asked for, else the clinician's for clinicians."""
    asked = visit.query.get("view", visit.form.get("view", ""))
    if asked in (DETAILS, PLAIN):
        return asked
    return DETAILS if Role.CLINICIAN in visit.who.roles and visit.who.person != visit.person else PLAIN


def _details(recording: Recording, found: StoredDocument, formats: Formats) -> dict[str, Any]:
    gaps, more_gaps = details.gaps_of(recording.manifest, formats)
    present, absent = details.judged_of(found, formats)
    weight_n = found.body_weight_n
    return {
        "figures": details.six_figures(found, formats),
        "moved": motion.moved_of(found, formats),
        "activities": spent_of(found, formats),
        "force": force_plot(found),
        "tables": {
            name: lines
            for name, names in details.TABLES.items()
            if (lines := details.table_of(found, names, formats))
        },
        "accounts": details.accounts_of(recording.manifest, formats),
        "gaps": gaps,
        "more_gaps": more_gaps,
        "present": present,
        "absent": absent,
        "not_judged": details.not_judged(found),
        "remarks": found.json["notes"],
        "weight": formats.quantity(weight_n, "N") if weight_n is not None else "",
    }


def _chart(visit: Visit, recording: Recording) -> LongChart | None:
    """The chart of the span of the address; None where no overview was made yet."""
    try:
        span = span_of(recording, _seconds(visit, "from"), _seconds(visit, "to"))
        return long_chart(recording, span)
    except RecordingError:
        return None


def _seconds(visit: Visit, name: str) -> float | None:
    """A time of the address; None where it is none."""
    try:
        value = float(visit.query.get(name, "")[:24])
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def _when(entry: RecordingEntry, formats: Formats) -> str:
    if entry.start_utc_ns is None:
        return formats.words("walk.no-clock")
    day = formats.weekday(formats.day_of(entry.start_utc_ns))
    return formats.words("walks.when", day=day, time=formats.time(entry.start_utc_ns))


def _version(state: RecordingState | None, entry: RecordingEntry, formats: Formats) -> str:
    """Which version of the recording this is, and whether more may come."""
    if state is None:
        return ""
    if state.version > 1:
        return formats.words(f"walk.version.completed-{state.state}", number=state.version)
    return formats.words(f"walk.version.{state.state}")
