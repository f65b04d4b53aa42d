"""This recording beside another one: before, after, difference, and what a difference has to exceed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.registry import shown_in, symbol_of
from plantigrade.library.time_zone import local_time, zone_of
from plantigrade.posture.baseline.baseline import PersonalBaseline, TagReference
from plantigrade.posture.baseline.before_after import Difference, compare
from plantigrade.posture.rules_engine.features import from_analysis
from plantigrade.posture.rules_engine.findings import speed_of
from plantigrade.posture.settings import COMPARED_MIN_STRIDES
from plantigrade.report.document_accounting import when
from plantigrade.report.document_blocks import Block, Cell, Table, Text
from plantigrade.report.document_numbers import number
from plantigrade.report.document_tables import with_unit
from plantigrade.report.wording import Wording

if TYPE_CHECKING:
    from plantigrade.library.recordings.recording import Recording

METRICS: Final = shown_in(View.COMPARISON)
SDS: Final = 2.0


def comparison_blocks(
    recording: "Recording", other: "Recording", full_analysis: RecordingAnalysis, wording: Wording
) -> list[Block]:
    """Differences of both feet; the earlier recording is "before", `other` where no clock tells."""
    first, second = (other, recording) if _earlier(other, recording) else (recording, other)
    columns = {
        one.id: from_analysis((full_analysis if one is recording else one.full_analysis()).analysis)
        for one in (first, second)
    }
    unknown = wording("unknown")
    blocks: list[Block] = []
    codes = [one.person.code if one.person else unknown for one in (first, second)]
    if codes[0] != codes[1]:
        blocks.append(Text(wording("comparison.people", before=codes[0], after=codes[1]), "strong"))
    found = compare([columns[first.id]], [columns[second.id]], METRICS)
    if not found:
        return [*blocks, Text(wording("comparison.nothing"))]
    heads = [wording("timing.parameter"), wording("quality.foot")]
    heads += [
        wording(f"comparison.{name}") for name in ("before", "after", "difference", "smallest", "beyond")
    ]
    named = [f"{one.entry.title or one.id}, {when(one, unknown)}" for one in (first, second)]
    caption = wording("comparison.caption", before=named[0], after=named[1])
    rows = [_row(one, wording) for one in found]
    return [*blocks, Table(heads, rows, texts=(0, 1), caption=caption, wide=0)]


def usual_of(earlier: Sequence["Recording"]) -> TagReference | None:
    """What is usual by earlier recordings; None where fewer than three days have enough strides."""
    learned = PersonalBaseline()
    for one in earlier:
        if one.entry.start_utc_ns is not None:
            day = local_time(one.entry.start_utc_ns, zone_of(one.person)).date()
            learned.add_day(day, "", from_analysis(one.analysis()))
    return learned.for_tag("")


def baseline_blocks(
    earlier: Sequence["Recording"],
    usual: TagReference | None,
    full_analysis: RecordingAnalysis,
    wording: Wording,
) -> list[Block]:
    """This walk beside what is usual for the person."""
    if usual is None:
        return [Text(wording("comparison.baseline_few"))]
    tables = from_analysis(full_analysis.analysis)
    usual, of_speed = usual.of_days_at(speed_of(tables))
    if usual is None:
        return [Text(of_speed)]
    heads = [wording("timing.parameter"), wording("quality.foot")]
    heads += [wording(f"comparison.{name}") for name in ("usual", "now", "difference", "sds")]
    rows: list[list[Cell]] = []
    for table in tables:
        for metric in METRICS:
            centre, spread = usual.centre(table.foot, metric), usual.spread(table.foot, metric)
            values = table.of(metric) if metric in table.values else np.empty(0)
            if len(values) < COMPARED_MIN_STRIDES or not (math.isfinite(centre) and spread > 0):
                continue
            now = float(np.median(values))
            away = (now - centre) / spread
            strong = abs(away) >= SDS
            rows.append(
                [
                    Cell(_name(metric, wording)),
                    Cell(wording(table.foot.value)),
                    Cell(f"{number(centre, '')} ± {number(spread, '')}"),
                    Cell(number(now, ""), strong=strong),
                    Cell(_signed(now - centre)),
                    Cell(_signed(round(away, 1)), strong=strong),
                ]
            )
    rows.sort(key=lambda row: [_name(metric, wording) for metric in METRICS].index(row[0].text))
    days = [day.day for day in usual.days]
    caption = wording("comparison.baseline_caption", days=len(days), first=min(days), last=max(days))
    found: list[Block] = [Table(heads, rows, texts=(0, 1), caption=caption, wide=0)]
    return [*found, Text(of_speed, "small")] if of_speed else found


def _earlier(one: "Recording", other: "Recording") -> bool:
    starts = one.entry.start_utc_ns, other.entry.start_utc_ns
    return starts[0] is None or starts[1] is None or starts[0] <= starts[1]


def _row(found: Difference, wording: Wording) -> list[Cell]:
    unknown = wording("unknown")
    smallest = found.minimal_change
    beyond = smallest is not None and abs(found.difference) >= smallest.value
    sign = "+" if math.isfinite(found.difference) and found.difference > 0 else ""
    return [
        Cell(_name(found.metric, wording)),
        Cell(wording(found.foot.value)),
        Cell(number(found.before, unknown)),
        Cell(number(found.after, unknown)),
        Cell(sign + number(found.difference, unknown), strong=beyond),
        Cell(f"{smallest.value:g}" if smallest is not None else unknown),
        Cell(unknown if smallest is None else wording("yes" if beyond else "no"), strong=beyond),
    ]


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value + 0.0, "")


def _name(metric: str, wording: Wording) -> str:
    return with_unit(wording.parameter(metric), symbol_of(metric))
