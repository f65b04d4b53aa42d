"""Patterns and alerts with the evidence behind them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from plantigrade.gait.parameters.definition import digits_of
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.report.document_blocks import Block, Bullets, Cell, Heading, Table, Text
from plantigrade.report.document_numbers import number
from plantigrade.report.wording import Wording

if TYPE_CHECKING:
    from plantigrade.library.entries import StoredAlert
    from plantigrade.library.recordings.recording import Recording

MAX_ALERTS: Final = 20
SHORT_UNIT: Final = 3
Found = Mapping[str, Any]


def alert_blocks(recording: "Recording", posture: Sequence[Found], wording: Wording) -> list[Block]:
    """Patterns that are present with evidence, what was judged and absent, what could not be judged and why,
    and the alerts that the library holds."""
    present = [found for found in posture if found["state"] == "present"]
    absent = [found for found in posture if found["state"] == "absent"]
    blocks: list[Block] = (
        [Text(wording("alerts.none_present"))] if not present else _present(present, wording)
    )
    if absent:
        blocks += [Heading(wording("alerts.absent")), _judged(absent, wording, strong=False)]
    blocks += _unknown([found for found in posture if found["state"] == "unknown"], wording)
    blocks += [Heading(wording("alerts.stored")), *_stored(recording.alerts, wording)]
    return blocks


def _present(present: Sequence[Found], wording: Wording) -> list[Block]:
    sentences = dict.fromkeys(
        (f"{found['title']}.", _clinician(found, present, wording)) for found in present
    )
    sources = dict.fromkeys(
        str(source) for found in present for source in (*found["references"], *found["guidance"]["sources"])
    )
    blocks: list[Block] = [
        Heading(wording("alerts.present")),
        _judged(present, wording),
        Bullets(list(sentences), small=True),
    ]
    if sources:
        blocks.append(Text(f"{wording('alerts.sources')}: {'; '.join(sources)}.", "small"))
    return blocks


def _clinician(found: Found, present: Sequence[Found], wording: Wording) -> str:
    """What a pattern means; said once where both feet have it."""
    twice = sum(one["rule"] == found["rule"] for one in present) > 1
    return (
        catalogue(wording.language).clinician(str(found["rule"]), None) if twice else str(found["clinician"])
    )


def _judged(found: Sequence[Found], wording: Wording, *, strong: bool = True) -> Table:
    """A row a pattern, its feet beside each other."""
    names = ("pattern", "foot", "value", "level", "sure", "strides")
    by_rule: dict[str, list[Found]] = {}
    for one in found:
        by_rule.setdefault(str(one["rule"]), []).append(one)
    rows = [_row(feet, wording, strong=strong) for feet in by_rule.values()]
    head = [wording(f"alerts.{name}") for name in names]
    return Table(head, rows, texts=(0, 1), caption=wording("alerts.caption"), wide=0)


def _row(feet: Sequence[Found], wording: Wording, *, strong: bool) -> list[Cell]:
    first, unknown = feet[0], wording("unknown")
    unit = str(first["unit"])
    short = f" {unit}" if len(unit) <= SHORT_UNIT else ""
    values = " / ".join(_value(one, unknown) for one in feet)
    levels = dict.fromkeys(number(one["raise_level"], unknown) for one in feet)
    return [
        Cell(str(first["title"]), str(first["evidence"]), strong),
        Cell(" / ".join(wording(str(one["foot"])) for one in feet)),
        Cell(values + short, "" if short else unit),
        Cell(" / ".join(levels), wording(f"alerts.by_{first['level_by']}") if "level_by" in first else ""),
        Cell(" / ".join(dict.fromkeys(_sure(one["confidence"], unknown) for one in feet))),
        Cell(" / ".join(str(one["n"]) for one in feet)),
    ]


def _value(found: Found, unknown: str) -> str:
    """With the standard error to the digits of the value, one more where it would be rounded to nothing."""
    value = number(found["value"], unknown)
    if found["sd"] is None or found["value"] is None:
        return value
    digits = digits_of(found["value"])
    digits += found["sd"] < 0.5 * 10**-digits
    return f"{value} ± {max(found['sd'], 10**-digits):.{digits}f}"


def _sure(confidence: float | None, unknown: str) -> str:
    """In percent; never rounded to certainty."""
    if confidence is None:
        return unknown
    return "> 99 %" if confidence > 0.99 else f"{100 * confidence:.0f} %"


def _unknown(found: Sequence[Found], wording: Wording) -> list[Block]:
    """Grouped by reason, each pattern once."""
    if not found:
        return []
    reasons: dict[str, dict[str, None]] = {}
    for one in found:
        why = str(one.get("note") or wording("unknown"))
        reasons.setdefault(why, {})[str(one["title"])] = None
    items = [(f"{why}:", f"{'; '.join(titles)}.") for why, titles in reasons.items()]
    return [Heading(wording("alerts.unknown")), Bullets(items, small=True)]


def _stored(alerts: Sequence["StoredAlert"], wording: Wording) -> list[Block]:
    if not alerts:
        return [Text(wording("alerts.stored_none"))]
    names = ("rule", "foot", "from", "to", "value", "level", "reading")
    rows: list[list[Cell]] = []
    for alert in alerts[:MAX_ALERTS]:
        document = alert.document
        value, level = document.get("value"), document.get("level")
        rows.append(
            [
                Cell(alert.rule),
                Cell(wording(alert.foot) if alert.foot in ("left", "right", "both") else alert.foot),
                Cell(f"{alert.from_s:.0f} s"),
                Cell(f"{alert.to_s:.0f} s" if alert.to_s is not None else wording("alerts.lasting")),
                Cell(number(value if isinstance(value, float | int) else None, wording("unknown"))),
                Cell(number(level if isinstance(level, float | int) else None, wording("unknown"))),
                Cell(str(document.get("clinician", ""))),
            ]
        )
    return [Table([wording(f"alerts.{name}") for name in names], rows, texts=(0, 1, 6), wide=6)]
