"""`/compare`: did it change beyond chance?"""

from typing import Any, Final

from plantigrade.library.session_sets import Comparison, compare_sets
from plantigrade.posture.settings import MIN_SESSIONS
from plantigrade.web.accounts.rights import Action, Role
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.layout.frame import person_in_view
from plantigrade.web.page import Answer, Document, Page, Shown
from plantigrade.web.pages.compare.changes import Change, Kind, changes_of
from plantigrade.web.pages.compare.sets import choices, chosen, days_typed, found_set, says
from plantigrade.web.visit import Visit

SCHEMA: Final = "plantigrade.compare/1"


def show(visit: Visit) -> Answer:
    """The page."""
    formats = formats_of(visit)
    offered = choices(visit, formats)
    before, after = chosen(visit, offered)
    found = _compared(visit, before, after)
    changes = () if found is None else changes_of(found, formats)
    wrong = [
        name for name, one in (("before", before), ("after", after)) if one and found_set(visit, one) is None
    ]
    values: dict[str, Any] = {
        "about": person_in_view(visit),
        "formats": formats,
        "choices": offered,
        "chosen": {"before": before, "after": after},
        "days": {side: days_typed(visit, side) for side in ("before", "after")},
        "wrong": wrong,
        "found": found,
        "heading": _heading(found, changes, formats),
        "lacks": _lacks(found, formats),
        "sides": None
        if found is None
        else {"before": says(found.before, offered, formats), "after": says(found.after, offered, formats)},
        "changes": changes,
        "with_table": Role.CLINICIAN in visit.who.roles and visit.who.person != visit.person,
        "query": _query(visit, before, after),
    }
    return Shown("pages/compare/compare.html", values, 400 if wrong else 200)


def _compared(visit: Visit, before: str, after: str) -> Comparison | None:
    """The comparison; None where a side is not chosen."""
    sets = [found_set(visit, name) if name else None for name in (before, after)]
    if sets[0] is None or sets[1] is None:
        return None
    return compare_sets(visit.site.library, sets[0], sets[1], visit.zone)


def _heading(found: Comparison | None, changes: tuple[Change, ...], formats: Formats) -> str:
    """The answer to the question of the page."""
    words = formats.words
    if found is None:
        return words("compare.title")
    if any(found.missing) or not changes:
        return words("compare.heading.too-few")
    beyond = sum(one.kind is Kind.BEYOND for one in changes)
    if beyond == 0:
        return words("compare.heading.none")
    return words.counted("compare.heading", beyond, count=formats.number(beyond))


def _lacks(found: Comparison | None, formats: Formats) -> list[str]:
    """What is missing for an answer, side by side."""
    if found is None:
        return []
    lines: list[str] = []
    for side, missing in zip(("before", "after"), found.missing, strict=True):
        if missing:
            key = f"compare.lacks.{side}"
            lines.append(formats.words(key, have=MIN_SESSIONS - missing, need=MIN_SESSIONS))
    unread = found.before.unread + found.after.unread
    if unread:
        lines.append(formats.words.counted("compare.lacks.unread", unread))
    return lines


def _query(visit: Visit, before: str, after: str) -> dict[str, str]:
    about = person_in_view(visit)
    return {"before": before, "after": after} | ({"person": about} if about else {})


def as_json(visit: Visit) -> Document:
    """The same figures, unrounded; `minimal_change` is assumed, see its `minimal_change_source`."""
    formats = formats_of(visit)
    before, after = chosen(visit, choices(visit, formats))
    found = _compared(visit, before, after)
    rows: list[dict[str, Any]] = []
    for one in () if found is None else found.differences:
        smallest = one.minimal_change
        rows.append(
            {
                "metric": one.metric,
                "foot": one.foot.value,
                "unit": "" if smallest is None else smallest.unit,
                "before": one.before,
                "after": one.after,
                "difference": one.difference,
                "low": one.low,
                "high": one.high,
                "confidence": one.confidence,
                "sessions_before": one.sessions_before,
                "sessions_after": one.sessions_after,
                "paired": one.paired,
                "minimal_change": None if smallest is None else smallest.value,
                "minimal_change_source": "" if smallest is None else smallest.source,
            }
        )
    sides = {} if found is None else {"before": found.before, "after": found.after}
    return Document(
        {
            "schema": SCHEMA,
            "person": visit.subject,
            "sets": {
                side: {
                    "name": one.name,
                    "walks": [each.id for each in one.entries],
                    "not_analysed": one.unread,
                }
                for side, one in sides.items()
            },
            "differences": rows,
        }
    )


PAGE: Final = Page("compare", "/compare", Action.SEE, show, as_json=as_json, rows="differences")
