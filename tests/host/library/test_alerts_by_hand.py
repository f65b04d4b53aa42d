"""A recording is watched as a wearer is: minute by minute, by the same rules; and days are compared."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, Walk
from plantigrade.library.before_after import METRICS, changes_of
from plantigrade.library.catalogue import alerts as module
from plantigrade.library.catalogue.alerts import alerts_of
from plantigrade.library.entries import StoredAlert
from plantigrade.posture.baseline.before_after import MINIMAL_CHANGE

from tests.host.exports import tiny


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the rules are told, in order."""
    reported: list[tuple[Any, ...]] = []

    class Rules:
        alerts = (
            SimpleNamespace(rule="overload", foot=Foot.LEFT, onset_s=1.5, cleared_s=2.5),
            SimpleNamespace(rule="one_sided_load", foot=None, onset_s=3.0, cleared_s=None),
        )

        wants_pressures = False

        def __init__(self, rate_hz: float, weight_n: float, **options: Any) -> None:
            reported.append(("begin", rate_hz, weight_n, options["own_insole"], options["start_s"]))

        def strides(self, foot: Foot, table: Any) -> None:
            reported.append(
                (
                    "strides",
                    foot.value,
                    table.next_initial_contact_s.tolist(),
                    table.f1_n.tolist(),
                    table.pressure.tolist(),
                )
            )

        def forces(self, left: np.ndarray, right: np.ndarray) -> None:
            reported.append(("forces", len(left), float(left.sum()), float(right.sum())))

        def finish(self) -> None:
            reported.append(("finish",))

    monkeypatch.setattr(module, "Watcher", Rules)
    monkeypatch.setattr(module, "catalogue", lambda: "words")
    monkeypatch.setattr(module, "alert_as_json", lambda alert, texts: {"rule": alert.rule, "words": texts})
    return reported


def analysis_of(ends: list[float], from_s: float, to_s: float, weight_n: float | None = 700.0) -> Analysis:
    table = tiny.strides(
        initial_contact_s=[end - 1 for end in ends], next_initial_contact_s=ends,
        f1_n=[10 * end for end in ends], pressure=[[end] for end in ends],
    )  # fmt: skip
    base = tiny.analysis()
    assert base.left is not None
    left = replace(base.left, strides=table)
    return replace(base, left=left, right=None, from_s=from_s, to_s=to_s, body_weight_n=weight_n)


def forces_at(
    foot: Foot, first_s: float, seconds: int, newtons: float, layout: str = "plantigrade-16-v1"
) -> FootSignal:
    """Two samples a second of one sensor."""
    place = SensorLayout(layout, np.array([1.0]), np.array([1.0]), np.array([1.0]), ("heel",))
    times = first_s + np.arange(2 * seconds) / 2
    return FootSignal(foot, times, np.full((len(times), 1), newtons, np.float32), place)


def test_a_recording_is_watched_minute_by_minute(watched: list[tuple[Any, ...]]) -> None:
    """From 10 to 145 s at 2 Hz: rows 120, 120, 30. A stride belongs to the piece in which it ends; an end on
    the edge is of the piece that begins there."""
    walk = Walk(forces_at(Foot.LEFT, 10.0, 135, 1.0), forces_at(Foot.RIGHT, 10.0, 135, 2.0), 2.0)
    found = alerts_of(walk, analysis_of([11.0, 69.9, 70.0, 129.0, 130.0, 144.0], 10.0, 145.0))
    assert watched == [
        ("begin", 2.0, 700.0, True, 10.0),
        ("strides", "left", [11.0, 69.9], [110.0, 699.0], [[11.0], [69.9]]),
        ("forces", 120, 120.0, 240.0),
        ("strides", "left", [70.0, 129.0], [700.0, 1290.0], [[70.0], [129.0]]),
        ("forces", 120, 120.0, 240.0),
        ("strides", "left", [130.0, 144.0], [1300.0, 1440.0], [[130.0], [144.0]]),
        ("forces", 30, 30.0, 60.0),
        ("finish",),
    ]
    assert found == [
        StoredAlert("overload", "left", 1.5, 2.5, {"rule": "overload", "words": "words"}, "analysis"),
        StoredAlert(
            "one_sided_load", "both", 3.0, None, {"rule": "one_sided_load", "words": "words"}, "analysis"
        ),
    ]


def test_one_foot_is_watched_with_nothing_under_the_other(watched: list[tuple[Any, ...]]) -> None:
    walk = Walk(forces_at(Foot.LEFT, 0.0, 60, 1.0, layout="another"), None, 2.0)
    alerts_of(walk, analysis_of([1.0], 0.0, 60.0))
    assert watched[0] == ("begin", 2.0, 700.0, False, 0.0)
    assert [reported for reported in watched if reported[0] == "forces"] == [("forces", 120, 120.0, 0.0)]


def test_whose_layout_is_not_ours(watched: list[tuple[Any, ...]]) -> None:
    ours, theirs = forces_at(Foot.LEFT, 0.0, 1, 1.0), forces_at(Foot.RIGHT, 0.0, 1, 1.0, layout="x")
    for walk, own in (
        (Walk(ours, theirs, 2.0), False),
        (Walk(ours, replace(theirs, layout=None), 2.0), False),
        (Walk(ours, forces_at(Foot.RIGHT, 0.0, 1, 1.0), 2.0), True),
    ):
        watched.clear()
        alerts_of(walk, analysis_of([], 0.0, 1.0))
        assert watched[0][3] is own


@pytest.mark.parametrize("weight_n", [None, 0.0])
def test_without_a_weight_nothing_is_watched(weight_n: float | None, watched: list[tuple[Any, ...]]) -> None:
    walk = Walk(forces_at(Foot.LEFT, 0.0, 10, 1.0), None, 2.0)
    assert alerts_of(walk, analysis_of([], 0.0, 10.0, weight_n)) == [] == watched


def test_a_footswitch_is_not_watched(watched: list[tuple[Any, ...]]) -> None:
    switch = replace(forces_at(Foot.RIGHT, 0.0, 10, 1.0), quantity="footswitch")
    walk = Walk(forces_at(Foot.LEFT, 0.0, 10, 1.0), switch, 2.0)
    assert alerts_of(walk, analysis_of([], 0.0, 10.0)) == [] == watched


def test_before_and_after_are_compared_by_what_ordinary_days_differ_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        "plantigrade.library.before_after.from_analysis", lambda analysis: f"strides of {analysis}"
    )
    monkeypatch.setattr(
        "plantigrade.library.before_after.compare", lambda *arguments: asked.append(arguments) or ["x"]
    )
    one, two, three = (SimpleNamespace(analysis=lambda name=name: name) for name in ("one", "two", "three"))
    assert changes_of([one], [two, three]) == ["x"]  # type: ignore[list-item]
    assert asked == [(["strides of one"], ["strides of two", "strides of three"], METRICS)]
    assert tuple(MINIMAL_CHANGE) == METRICS
