"""The same contacts given to us and to others: times, shares and supports must be the same numbers.

Contacts of seven steps a foot from the step report of Moticon's program (shared data, `moticon/`); what that
report makes of them is in the file. What gaitmap and mobgap make of them was computed once with gaitmap 2.6.0
(`TemporalParameterCalculation`, strides from contact to contact) and mobgap 1.2.0
(`strides_list_from_ic_lr_list`, `CadFromIc`), which need another NumPy than ours, and is written down here.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait import summary
from plantigrade.gait.bilateral import stride_table
from plantigrade.gait.results import StrideTable
from plantigrade.gait.signals import Foot

from tests.host.figures.streams import contacts, stream
from tests.host.witnesses.step_report import means, steps

LEFT = [
    (3.000, 3.971),
    (4.521, 5.312),
    (5.822, 6.573),
    (7.094, 7.854),
    (8.355, 9.116),
    (9.616, 10.377),
    (10.897, 11.728),
]
RIGHT = [
    (3.804, 4.665),
    (5.185, 5.956),
    (6.426, 7.207),
    (7.728, 8.488),
    (8.989, 9.750),
    (10.240, 11.031),
    (11.581, 12.552),
]
GAITMAP = {
    Foot.LEFT: {
        "stride_time_s": [1.521, 1.301, 1.272, 1.261, 1.261, 1.281],
        "swing_time_s": [0.550, 0.510, 0.521, 0.501, 0.500, 0.520],
        "stance_time_s": [0.971, 0.791, 0.751, 0.760, 0.761, 0.761],
    },
    Foot.RIGHT: {
        "stride_time_s": [1.381, 1.241, 1.302, 1.261, 1.251, 1.341],
        "swing_time_s": [0.520, 0.470, 0.521, 0.501, 0.490, 0.550],
        "stance_time_s": [0.861, 0.771, 0.781, 0.760, 0.761, 0.791],
    },
}
MOBGAP_CADENCE = [
    78.895464,
    90.361446,
    96.696213,
    94.637224,
    95.162569,
    95.162569,
    96.153846,
    89.485459,
    87.719298,
]
"""Steps a minute in each second from the first contact on."""


def tables() -> dict[Foot, StrideTable]:
    """Our strides from these contacts."""
    events = {Foot.LEFT: LEFT, Foot.RIGHT: RIGHT}
    found: dict[Foot, StrideTable] = {}
    for foot, own in events.items():
        cycles = [(a, b, c) for (a, b), (c, _) in pairwise(own)]
        other = events[foot.other]
        found[foot] = stride_table(stream(cycles), contacts([a for a, _ in other], [b for _, b in other]))
    return found


@pytest.mark.parametrize("foot", Foot)
def test_times_are_those_of_gaitmap(foot: Foot) -> None:
    for name, expected in GAITMAP[foot].items():
        assert getattr(tables()[foot], name) == pytest.approx(expected, abs=1e-9), name


def test_cadence_beside_mobgap() -> None:
    """Ours is that of the mean stride time; mobgap's a median-filtered rate for each second, its mean 0.3 %
    lower."""
    joined = summary.joined(list(tables().values()))
    stride = joined["stride_time_s"].value
    assert stride == pytest.approx(1.30616667)
    assert 120 / (stride or 0) == pytest.approx(91.8719, abs=1e-3)
    assert 120 / (stride or 0) == pytest.approx(np.mean(MOBGAP_CADENCE), rel=0.005)


@pytest.mark.parametrize("foot", Foot)
def test_events_are_those_of_the_report(foot: Foot, shared_data: Path) -> None:
    report = steps(shared_data, foot.value)
    own = LEFT if foot is Foot.LEFT else RIGHT
    assert [a for a, _ in own] == pytest.approx(report["Initial contact (s)"])
    assert [b for _, b in own] == pytest.approx(report["Toe off (s)"])


REPORTED = {
    "stride_time_s": "Stride time (s)",
    "stance_time_s": "Stance (s)",
    "swing_time_s": "Swing (s)",
    "initial_double_support_s": "Double support (s)",
}


@pytest.mark.parametrize("foot", Foot)
@pytest.mark.parametrize("name", REPORTED)
def test_times_are_those_of_the_report(foot: Foot, name: str, shared_data: Path) -> None:
    """The report leaves the swing of the last two steps blank; its double support of a step is our initial
    one."""
    theirs = steps(shared_data, foot.value)[REPORTED[name]][:6]
    ours = getattr(tables()[foot], name)
    known = np.isfinite(theirs)
    assert known.sum() >= 5
    assert ours[known] == pytest.approx(theirs[known], abs=1e-6)


def test_a_reported_step_begins_with_its_foot_and_ours_ends_with_it(shared_data: Path) -> None:
    """Their step of a foot lasts from its contact to the other's: it is our step of the other foot. The left
    foot has the first contact, so its first step has no cycle of the right foot around it."""
    left, right = (steps(shared_data, foot.value)["Step duration (s)"] for foot in Foot)
    assert tables()[Foot.RIGHT].step_time_s == pytest.approx(left[1:], abs=1e-6)
    assert tables()[Foot.LEFT].step_time_s == pytest.approx(right[:6], abs=1e-6)


@pytest.mark.parametrize("foot", Foot)
def test_means_are_those_of_the_report_and_its_sd_divides_by_n(foot: Foot, shared_data: Path) -> None:
    """Over the five strides that the report counts; ours divides by n - 1: sqrt(5 / 4) times theirs."""
    report, table, side = means(shared_data), tables()[foot], foot.value
    for column, title in (("stance_pct", "stance"), ("swing_pct", "swing")):
        ours = summary.spread(getattr(table, column)[:5], "%")
        assert ours.value == pytest.approx(report[f"Mean fraction of {title} phase ({side}) (%)"][0])
        theirs = report[f"Stddev of fraction of {title} phase ({side}) (%)"][0]
        assert ours.sd == pytest.approx(theirs * np.sqrt(5 / 4))
    swing = summary.spread(table.swing_time_s[:5], "s")
    assert swing.value == pytest.approx(report[f"Mean swing duration ({side}) (s)"][0])
    assert swing.sd == pytest.approx(report[f"Stddev of swing duration ({side}) (s)"][0] * np.sqrt(5 / 4))


def counted() -> dict[str, np.ndarray]:
    """The ten strides that the report counts."""
    feet = tables().values()
    names = ("stride_time_s", "stance_time_s", "double_support_s")
    return {name: np.concatenate([getattr(foot, name)[:5] for foot in feet]) for name in names}


def test_cadence_of_the_report_is_a_mean_of_rates_in_strides(shared_data: Path) -> None:
    """The mean of 60 / stride time is 46.13; 60 / mean stride time, half of ours in steps, is 45.97 strides a
    minute: 0.35 % less, as a mean of rates counts short strides more."""
    report, stride = means(shared_data), counted()["stride_time_s"]
    assert stride.mean() == pytest.approx(report["Mean gait cycle time (s)"][0])
    assert np.mean(60 / stride) == pytest.approx(report["Mean gait cadence (strides per minute)"][0])
    assert 60 / stride.mean() == pytest.approx(45.96997, abs=1e-5)


def test_double_support_of_the_report_is_what_two_stances_have_over_the_cycle(shared_data: Path) -> None:
    """Twice the mean stance less the cycle: 0.2884 s. Measured between events it is 0.267 s: the long first
    stance of the left foot, with which the walk begins, counts there but has no initial double support."""
    report, ours = means(shared_data), counted()
    theirs = report["Mean double support time (s)"][0]
    assert 2 * ours["stance_time_s"].mean() - ours["stride_time_s"].mean() == pytest.approx(theirs)
    assert 100 * theirs / ours["stride_time_s"].mean() == pytest.approx(
        report["Mean fraction of double support (%)"][0]
    )
    assert np.isnan(ours["double_support_s"][0])
    assert np.nanmean(ours["double_support_s"]) == pytest.approx(0.267)
