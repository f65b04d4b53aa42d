"""This recording beside another one: before, after, difference, and what a difference has to exceed."""

import math
from typing import TYPE_CHECKING, Final

from plantigrade.analyze.whole import Whole
from plantigrade.gait.results import STRIDE_UNITS
from plantigrade.posture.compare import Difference, compare
from plantigrade.posture.intake import from_analysis
from plantigrade.report.document_blocks import Block, Cell, Table, Text
from plantigrade.report.document_books import when
from plantigrade.report.document_numbers import number
from plantigrade.report.document_tables import title_of
from plantigrade.report.words import Words

if TYPE_CHECKING:
    from plantigrade.library.opened import Recording

METRICS: Final = (
    "stride_time_s",
    "stance_pct",
    "double_support_pct",
    "peak_force_n",
    "f1_n",
    "f3_n",
    "loading_rate_n_per_s",
    "load_share_heel_pct",
    "load_share_midfoot_pct",
    "load_share_forefoot_pct",
    "force_arch_index",
    "ml_index_heel",
    "ml_index_forefoot",
    "forefoot_pti_bw",
    "gait_line_range_pct",
)
_UNITS: Final = {
    "forefoot_pti_bw": "kPa s",
    "force_arch_index": "1",
    "ml_index_heel": "1",
    "ml_index_forefoot": "1",
}


def comparison_blocks(recording: "Recording", other: "Recording", whole: Whole, words: Words) -> list[Block]:
    """Differences of both feet; the earlier recording is "before", `other` where no clock tells."""
    first, second = (other, recording) if _earlier(other, recording) else (recording, other)
    columns = {
        one.id: from_analysis((whole if one is recording else one.whole()).analysis)
        for one in (first, second)
    }
    unknown = words("unknown")
    blocks: list[Block] = []
    codes = [one.person.code if one.person else unknown for one in (first, second)]
    if codes[0] != codes[1]:
        blocks.append(Text(words("comparison.people", before=codes[0], after=codes[1]), "strong"))
    found = compare([columns[first.id]], [columns[second.id]], METRICS)
    if not found:
        return [*blocks, Text(words("comparison.nothing"))]
    heads = [words("timing.parameter"), words("quality.foot")]
    heads += [words(f"comparison.{name}") for name in ("before", "after", "difference", "smallest", "beyond")]
    named = [
        f"{one.entry.title or one.id}, {when(one.entry.start_utc_ns, unknown)}" for one in (first, second)
    ]
    caption = words("comparison.caption", before=named[0], after=named[1])
    rows = [_row(one, words) for one in found]
    return [*blocks, Table(heads, rows, texts=(0, 1), caption=caption, wide=0)]


def _earlier(one: "Recording", other: "Recording") -> bool:
    starts = one.entry.start_utc_ns, other.entry.start_utc_ns
    return starts[0] is None or starts[1] is None or starts[0] <= starts[1]


def _row(found: Difference, words: Words) -> list[Cell]:
    unknown = words("unknown")
    unit = _UNITS.get(found.metric) or STRIDE_UNITS.get(found.metric) or _unit_of(found.metric)
    smallest = found.minimal_change
    beyond = smallest is not None and abs(found.difference) >= smallest.value
    name = "PTI forefoot at 700 N" if found.metric == "forefoot_pti_bw" else title_of(found.metric)
    sign = "+" if math.isfinite(found.difference) and found.difference > 0 else ""
    return [
        Cell(name + (f", {unit}" if unit != "1" else "")),
        Cell(words(found.foot.value)),
        Cell(number(found.before, unknown)),
        Cell(number(found.after, unknown)),
        Cell(sign + number(found.difference, unknown), strong=beyond),
        Cell(f"{smallest.value:g}" if smallest is not None else unknown),
        Cell(unknown if smallest is None else words("yes" if beyond else "no"), strong=beyond),
    ]


def _unit_of(metric: str) -> str:
    return "%" if metric.endswith("_pct") else "1"
