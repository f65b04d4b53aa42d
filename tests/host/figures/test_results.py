"""What results say of themselves: events in order, reasons in words, columns and units by name."""

from dataclasses import fields, replace

import numpy as np
import pytest
from plantigrade.gait import results
from plantigrade.gait.results import (
    REASON_TEXTS,
    STRIDE_UNITS,
    Analysis,
    Bout,
    Event,
    FootAccounting,
    FootAnalysis,
    Reason,
    StrideTable,
)
from plantigrade.gait.signals import Foot, SourceInfo

from tests.host.figures.tables import table

TEXTS = [
    (Reason.EDGE, 1, "edge of the recording"),
    (Reason.TURN, 2, "turn"),
    (Reason.START, 4, "start of walking"),
    (Reason.STOP, 8, "end of walking"),
    (Reason.STUMBLE, 16, "stumble or missed step"),
    (Reason.ARTEFACT, 32, "artefact"),
    (Reason.OUTLIER, 64, "outlier"),
    (Reason.GAP, 128, "samples missing"),
    (Reason.OUTSIDE_BOUT, 256, "not in a walking bout"),
    (Reason.RUNNING, 512, "running between walks"),
    (Reason.STAIRS, 1024, "stairs"),
]


@pytest.mark.parametrize(("reason", "number", "texts"), TEXTS)
def test_reasons_have_a_number_that_files_keep_and_words(reason: Reason, number: int, texts: str) -> None:
    assert reason == number
    assert reason.text == texts


def test_several_reasons_are_told_one_after_the_other() -> None:
    assert (Reason.OUTLIER | Reason.TURN).text == "turn; outlier"
    assert Reason.NONE.text == ""
    assert set(REASON_TEXTS) == {reason for reason, *_ in TEXTS} == set(Reason) - {Reason.NONE}


def test_a_stride_is_valid_without_any_reason() -> None:
    strides = table(3, reason=[0, int(Reason.TURN | Reason.STUMBLE), 0])
    assert strides.valid.tolist() == [True, False, True]
    assert strides.reason_text(1) == "turn; stumble or missed step"
    assert strides.reason_text(2) == ""
    assert len(strides) == 3


def test_pressure_columns_by_name() -> None:
    strides = table(2, names=("a", "b"), pressure=[[1, 2], [3, 4]])
    assert strides.pressure_column("b").tolist() == [2, 4]
    with pytest.raises(ValueError, match="not in tuple"):
        strides.pressure_column("c")


def test_every_column_of_a_figure_has_its_unit() -> None:
    times = {"initial_contact_s", "final_contact_s", "next_initial_contact_s"}
    others = {"bout", "reason", "pressure", "pressure_names", "motion"}
    stored = {field.name for field in fields(StrideTable)} - times - others
    assert stored <= set(STRIDE_UNITS)
    assert all(isinstance(getattr(StrideTable, name), property) for name in set(STRIDE_UNITS) - stored)
    endings = {
        "_s": "s",
        "_pct": "%",
        "_n": "N",
        "_n_per_s": "N/s",
        "_n_s": "N s",
        "_m": "m",
        "_deg": "deg",
        "_m_per_s": "m/s",
    }
    assert STRIDE_UNITS["bridged_samples"] == "1"
    for name, unit in STRIDE_UNITS.items():
        if name == "bridged_samples":
            continue
        ending = max((ending for ending in endings if name.endswith(ending)), key=len)
        assert unit == endings[ending], name


def foot(side: Foot, initial: list[float], final: list[float]) -> FootAnalysis:
    accounting = FootAccounting(10, 9, 1, ())
    return FootAnalysis(side, np.array(initial), np.array(final), table(0), {}, accounting, 0.0, 1.0)


def test_events_of_a_foot_in_time_order() -> None:
    got = list(foot(Foot.RIGHT, [1.0, 2.0], [1.6, 2.0]).events())
    assert got == [
        Event(Foot.RIGHT, "initial_contact", 1.0),
        Event(Foot.RIGHT, "final_contact", 1.6),
        Event(Foot.RIGHT, "final_contact", 2.0),
        Event(Foot.RIGHT, "initial_contact", 2.0),
    ]


def test_the_feet_that_were_recorded_left_first() -> None:
    left, right = foot(Foot.LEFT, [], []), foot(Foot.RIGHT, [], [])
    both = Analysis(SourceInfo("", ""), 100.0, 0.0, 1.0, left, right, {})
    assert both.feet == (left, right)
    assert replace(both, left=None).feet == (right,)
    assert replace(both, right=None).feet == (left,)
    assert both.settings == {}
    assert both.algorithm_version == results.ALGORITHM_VERSION
    assert (both.bouts, both.activities, both.hours, both.turns, both.findings) == ((), (), (), (), ())


def test_a_bout_lasts_from_its_first_to_its_last_contact() -> None:
    bout = Bout(0, 3.5, 15.75, 20, 10, 9, 0, 98.0, "10-30 s", {})
    assert bout.duration_s == 12.25


def test_sides() -> None:
    assert Foot.LEFT.other is Foot.RIGHT
    assert Foot.RIGHT.other is Foot.LEFT
    assert [phase.value for phase in results.FootPhase] == ["unknown", "stance", "swing"]
