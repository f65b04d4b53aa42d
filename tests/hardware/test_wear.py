"""Hours of wear from the slot budget: arithmetic, where figures are from, and what does not hold."""

from functools import cache
from typing import Any

import pytest

from hardware.power import wear
from hardware.power.wear import NOMINAL, WORST, Way, Wear
from tools.chip_time.budget import SLOT_US, Budget

KINDS = ("read", "recalled", "estimated", "measured")
DAILY = Way("daily", 160, False)


@cache
def slot_budget() -> Budget:
    return Budget()


def wear_with(**figures: float) -> Wear:
    """All currents 0 but those given, as nominal and worst alike."""
    data: dict[str, Any] = wear.figures()
    for name, row in data["figure"].items():
        row["ma"] = row["worst"] = figures.get(name, 0.0)
    return Wear(slot_budget(), data)


def test_the_processor_runs_for_the_sum_of_the_slot_budget() -> None:
    found = wear_with(running_160=100.0)
    share = slot_budget().slot("daily", "adc_usual").us(160) / SLOT_US
    assert found.busy_share(DAILY) == pytest.approx(share)
    assert found.draws(DAILY)["running_160"] == pytest.approx(100 * share)
    assert found.draws(DAILY)["waiting_160"] == 0


def test_waking_takes_time_of_every_slot() -> None:
    found = wear_with()
    sleeping = Way("daily", 160, True, 2)
    awake = found.busy_share(Way("daily", 160, False, 2))
    assert found.busy_share(sleeping) == pytest.approx(awake + 0.05)
    assert found.busy_share(Way("daily", 80, True), WORST) == 1.0  # there is no more than all of the time


def test_hours_are_capacity_over_current() -> None:
    found = wear_with(running_160=50.0, waiting_160=50.0)
    others = found.draws(DAILY)["other parts"]
    assert found.hours(DAILY, 200.0) == pytest.approx(200 * 0.85 / (50 + others))


def test_the_worst_is_never_better_and_each_figure_alone_makes_less() -> None:
    found = Wear(slot_budget(), wear.figures())
    for way in wear.WAYS:
        more = sum(found.draws(way, WORST).values()) - sum(found.draws(way, NOMINAL).values())
        alone = found.sensitivity(way)
        assert [change for _, change in alone] == sorted((change for _, change in alone), reverse=True)
        assert all(-1e-9 <= change <= more + 1e-9 for _, change in alone)


def test_what_matters_most_is_the_current_while_running() -> None:
    found = Wear(slot_budget(), wear.figures())
    assert found.sensitivity(DAILY)[0][0] == "running_160"


def test_every_figure_says_where_it_is_from() -> None:
    data = wear.figures()
    for row in (*data["figure"].values(), data["wake"]):
        assert row["kind"] in KINDS and row["source"]


def test_fewer_conversions_bring_hours_and_a_faster_clock_brings_none() -> None:
    found = Wear(slot_budget(), wear.figures())
    sleeping = [found.hours(Way("daily", 160, True, count), 300.0) for count in (8, 4, 2)]
    assert sleeping == sorted(sleeping) and sleeping[2] > 1.4 * sleeping[0]
    assert found.hours(Way("live", 240, False), 300.0) < found.hours(Way("live", 160, False), 300.0)
