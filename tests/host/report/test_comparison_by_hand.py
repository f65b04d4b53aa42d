"""This walk beside another one and beside the person's own days: before and after, sign, and what is beyond.

An ordinary day-to-day SD of the stance share is 0.45 points, so that two days may differ by 2.77 * 0.45 =
1.246 points; of the stride time 0.025 s, so by 0.069 s.
"""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.results import Reason, StrideTable
from plantigrade.gait.signals import Foot
from plantigrade.report.document_blocks import Table, Text
from plantigrade.report.document_compare import METRICS, baseline_blocks, comparison_blocks, usual_of
from plantigrade.report.wording import load_wording

from tests.host.analyze import tiny
from tests.host.report.test_tables_by_hand import texts

WORDING = load_wording("en")
DAY_NS = 86_400_000_000_000


def strides(k: int = 13, valid: int = 13, **values: float) -> StrideTable:
    """`k` strides, the first `valid` of them steady; what is not named is unknown."""
    columns = {name: np.full(k, values.get(name, np.nan)) for name in tiny.STORED}
    pressure = {name: value for name, value in values.items() if name not in tiny.STORED}
    return StrideTable(
        initial_contact_s=np.arange(k, dtype=float),
        final_contact_s=np.arange(k) + 0.6,
        next_initial_contact_s=np.arange(k) + 1.0,
        bout=np.zeros(k, np.int64),
        reason=np.where(np.arange(k) < valid, 0, int(Reason.TURN)),
        pressure_names=tuple(pressure),
        pressure=np.tile(np.array(list(pressure.values())), (k, 1)),
        **columns,
    )


def walked(left: StrideTable, right: StrideTable) -> RecordingAnalysis:
    full_analysis = tiny.full_analysis()
    assert full_analysis.analysis.left is not None and full_analysis.analysis.right is not None
    analysis = replace(
        full_analysis.analysis,
        left=replace(full_analysis.analysis.left, strides=left),
        right=replace(full_analysis.analysis.right, strides=right),
    )
    return replace(full_analysis, analysis=analysis)


def recording(
    name: str,
    full_analysis: RecordingAnalysis,
    start_ns: int | None = 0,
    code: str | None = "P1",
    title: str = "",
) -> Any:
    entry = SimpleNamespace(title=title, start_utc_ns=start_ns)
    person = SimpleNamespace(code=code, time_zone="UTC") if code else None
    return SimpleNamespace(
        id=name,
        entry=entry,
        person=person,
        full_analysis=lambda: full_analysis,
        analysis=lambda: full_analysis.analysis,
    )


EARLY = walked(
    strides(stance_pct=62.0, stride_time_s=1.10, f1_n=801.0, f3_n=703.0),
    strides(stance_pct=60.0, force_arch_index=0.20),
)
LATE = walked(
    strides(stance_pct=63.25, stride_time_s=1.05, f1_n=790.0, f3_n=745.0),
    strides(stance_pct=58.76, force_arch_index=0.23),
)
EXPECTED = [
    ["Stride time, s", "left", "1.10", "1.05", "-0.05", "0.069", "no"],
    ["Stance, %", "left", "62.0", "63.2", "+1.25 *", "1.246", "yes *"],
    ["Stance, %", "right", "60.0", "58.8", "-1.24", "1.246", "no"],
    ["First peak F1, N", "left", "801", "790", "-11.0", "unknown", "unknown"],
    ["Second peak F3, N", "left", "703", "745", "+42.0", "unknown", "unknown"],
    ["Force arch index", "right", "0.20", "0.23", "+0.03 *", "0.028", "yes *"],
]


def compared(one: Any, other: Any, full_analysis: RecordingAnalysis) -> list[Any]:
    return comparison_blocks(one, other, full_analysis, WORDING)


def test_the_earlier_walk_is_before() -> None:
    late, early = recording("b", LATE, 2 * DAY_NS, title="Second"), recording("a", EARLY, DAY_NS)
    for blocks in (compared(late, early, LATE), compared(early, late, EARLY)):
        (table,) = blocks
        assert isinstance(table, Table)
        assert list(table.head) == [
            "Parameter",
            "Foot",
            "Before",
            "After",
            "Difference",
            "Ordinary days may differ by",
            "Beyond it",
        ]
        assert texts(table) == EXPECTED
        begin = "Before: a, 1970-01-02 00:00:00 (UTC). After: Second, 1970-01-03 00:00:00 (UTC). Medians"
        assert table.caption.startswith(begin)


def test_a_figure_that_fell_beyond_ordinary_days_is_beyond_too() -> None:
    late, early = recording("b", EARLY, 2), recording("a", LATE, 1)
    rows = texts(compared(late, early, EARLY)[0])
    assert rows[1] == ["Stance, %", "left", "63.2", "62.0", "-1.25 *", "1.246", "yes *"]
    assert rows[2] == ["Stance, %", "right", "58.8", "60.0", "+1.24", "1.246", "no"]


@pytest.mark.parametrize("starts", [(None, 5), (5, None), (None, None), (5, 5)])
def test_where_no_clock_tells_the_other_one_is_before(starts: tuple[int | None, int | None]) -> None:
    this, other = recording("b", LATE, starts[0]), recording("a", EARLY, starts[1])
    (table,) = compared(this, other, LATE)
    assert texts(table) == EXPECTED
    when = ["unknown" if start is None else "1970-01-01 00:00:00 (UTC)" for start in starts]
    assert table.caption.startswith(f"Before: a, {when[1]}. After: b, {when[0]}. ")


def test_the_analysis_at_hand_is_not_made_again() -> None:
    late = recording("b", LATE, 2)
    late.full_analysis = None
    assert texts(compared(late, recording("a", EARLY, 1), LATE)[0]) == EXPECTED


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (("P1", "P1"), None),
        (("P1", "P2"), "The two recordings name different people: P1 and P2."),
        ((None, "P2"), "The two recordings name different people: unknown and P2."),
        (("P1", None), "The two recordings name different people: P1 and unknown."),
        ((None, None), None),
    ],
)
def test_different_people_are_told(codes: tuple[str | None, str | None], message: str | None) -> None:
    early, late = recording("a", EARLY, 1, codes[0]), recording("b", LATE, 2, codes[1])
    blocks = compared(late, early, LATE)
    assert blocks[:-1] == ([Text(message, "strong")] if message else [])


@pytest.mark.parametrize(("valid", "rows"), [(12, 1), (11, 0)])
def test_twelve_strides_are_compared(valid: int, rows: int) -> None:
    few = walked(strides(valid=valid, stance_pct=62.0), strides())
    early, late = recording("a", few, 1), recording("b", few, 2)
    (block,) = compared(late, early, few)
    if rows:
        assert texts(block) == [["Stance, %", "left", "62.0", "62.0", "0.00", "1.246", "no"]]
    else:
        assert block == Text("No figure is known in both recordings with at least 12 strides.")


def usual(**medians: float) -> Any:
    """What is usual: the median of the days, with an SD of 0.5 between them."""
    made = SimpleNamespace(
        centre=lambda foot, metric: medians.get(f"{foot.value}_{metric}", float("nan")),
        spread=lambda foot, metric: 0.0 if metric == "f1_n" else 0.5,
        days=[SimpleNamespace(day=day) for day in ("2026-02-02", "2026-01-01", "2026-01-20")],
    )
    made.of_days_at = lambda speed_m_s: (made, "")
    return made


def test_this_walk_beside_the_own_days() -> None:
    """63.25 is 1.25 above 62.0: 2.5 SD of 0.5; 58.76 is 0.24 below 59.0: 0.5 SD."""
    reference = usual(left_stance_pct=62.0, right_stance_pct=59.0, left_f1_n=800.0, left_stride_time_s=1.06)
    (table,) = baseline_blocks([], reference, LATE, WORDING)
    assert isinstance(table, Table)
    assert list(table.head) == [
        "Parameter",
        "Foot",
        "Usual ± SD of days",
        "This walk",
        "Difference",
        "SD away",
    ]
    assert texts(table) == [
        ["Stride time, s", "left", "1.06 ± 0.50", "1.05", "-0.01", "0.00"],
        ["Stance, %", "left", "62.0 ± 0.50", "63.2 *", "+1.25", "+2.50 *"],
        ["Stance, %", "right", "59.0 ± 0.50", "58.8", "-0.24", "-0.50"],
    ]
    assert table.caption.startswith(
        "Usual: median of 3 earlier days of this person, from 2026-01-01 to 2026-02-02, and"
    )


@pytest.mark.parametrize(
    ("now", "strong", "away"),
    [(63.0, True, "+2.00"), (62.99, False, "+2.00"), (61.0, True, "-2.00"), (61.01, False, "-2.00")],
)
def test_two_sds_stand_out(now: float, strong: bool, away: str) -> None:
    (table,) = baseline_blocks(
        [], usual(left_stance_pct=62.0), walked(strides(stance_pct=now), strides()), WORDING
    )
    (row,) = table.rows
    assert (row[3].strong, row[5].strong, row[5].text) == (strong, strong, away)


def test_few_strides_or_days_say_nothing() -> None:
    reference = usual(left_stance_pct=62.0)
    few = walked(strides(valid=11, stance_pct=99.0), strides())
    assert texts(baseline_blocks([], reference, few, WORDING)[0]) == []
    enough = walked(strides(valid=12, stance_pct=99.0), strides())
    assert len(texts(baseline_blocks([], reference, enough, WORDING)[0])) == 1
    (text,) = baseline_blocks([], None, LATE, WORDING)
    assert text == Text(WORDING("comparison.baseline_few"))


def test_rows_are_in_the_order_of_the_metrics_not_of_the_feet() -> None:
    named = {f"{foot.value}_{metric}": 1.0 for foot in Foot for metric in METRICS}
    both = strides(**{metric: 1.0 for metric in METRICS if metric != "forefoot_pti_bw"})
    rows = texts(baseline_blocks([], usual(**named), walked(both, both), WORDING)[0])
    assert [row[:2] for row in rows[:4]] == [
        ["Stride time, s", "left"],
        ["Stride time, s", "right"],
        ["Stance, %", "left"],
        ["Stance, %", "right"],
    ]
    names = [row[0] for row in rows[::2]]
    assert names == [
        "Stride time, s",
        "Stance, %",
        "Double support, %",
        "Peak force, N",
        "Second peak F3, N",
        "Loading rate, N/s",
        "Load, heel, %",
        "Load, midfoot, %",
        "Load, forefoot, %",
        "Force arch index",
        "Medial-lateral index, heel",
        "Medial-lateral index, forefoot",
        "Gait line, length, %",
    ]


def test_what_is_usual_is_learned_from_dated_days_with_sixty_strides() -> None:
    def day(number: int | None, stance_pct: float, k: int = 60) -> Any:
        table = strides(k, k, stance_pct=stance_pct)
        return recording("d", walked(table, table), None if number is None else number * DAY_NS)

    assert usual_of([]) is None
    assert usual_of([day(1, 60.0), day(2, 61.0)]) is None
    assert usual_of([day(1, 60.0), day(2, 61.0), day(None, 62.0)]) is None
    assert usual_of([day(1, 60.0), day(2, 61.0), day(3, 62.0, 59)]) is None
    found = usual_of([day(1, 60.0), day(2, 61.0), day(3, 63.0)])
    assert found is not None
    assert found.centre(Foot.LEFT, "stance_pct") == 61.0
    assert [one.day for one in found.days] == ["1970-01-02", "1970-01-03", "1970-01-04"]


def test_the_load_of_the_forefoot_is_named_for_seven_hundred_newtons() -> None:
    """PTI 20 kPa s at 712.4 N is 19.65 at 700 N."""
    full_analysis = walked(strides(pti_forefoot_kpa_s=20.0), strides())
    (table,) = baseline_blocks([], usual(left_forefoot_pti_bw=19.0), full_analysis, WORDING)
    assert texts(table) == [["PTI forefoot at 700 N, kPa s", "left", "19.0 ± 0.50", "19.7", "+0.65", "+1.30"]]
