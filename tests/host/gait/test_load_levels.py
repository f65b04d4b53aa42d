"""What the feet read unloaded and under the whole body, and how that is known."""

import numpy as np
import pytest
from plantigrade.gait.load_levels import (
    LoadedFrom,
    UnloadedFrom,
    load_levels,
    loaded,
    stated_weight_caveat,
    steady_sum,
    unloaded,
)
from plantigrade.gait.signals import Foot
from plantigrade.gait.stillness import PairLoad

NAN = float("nan")


@pytest.mark.parametrize(
    ("stated", "walking", "earlier", "steady", "expected"),
    [
        (700.0, 650.0, 640.0, 620.0, (700.0, LoadedFrom.STATED_WEIGHT)),
        (None, 650.0, 640.0, 620.0, (650.0, LoadedFrom.WALKING)),
        (None, None, 640.0, 620.0, (640.0, LoadedFrom.EARLIER)),
        (None, None, None, 620.0, (620.0, LoadedFrom.STEADY_SUM)),
        (None, None, None, 300.0, (300.0, LoadedFrom.STEADY_SUM)),
        (None, None, None, 299.0, (None, LoadedFrom.UNKNOWN)),
        (None, None, None, None, (None, LoadedFrom.UNKNOWN)),
    ],
)
def test_the_first_that_is_known_counts(
    stated: float | None, walking: float | None, earlier: float | None, steady: float | None, expected: object
) -> None:
    assert loaded(stated_n=stated, walking_n=walking, earlier_n=earlier, steady_n=steady) == expected


@pytest.mark.parametrize(
    ("swing", "body", "calibrated", "expected"),
    [
        (12.0, 700.0, True, (12.0, UnloadedFrom.SWING)),
        (105.0, 700.0, True, (105.0, UnloadedFrom.SWING)),
        (106.0, 700.0, True, (0.0, UnloadedFrom.CALIBRATION)),  # more than 15 %: that foot was not in the air
        (NAN, 700.0, True, (0.0, UnloadedFrom.CALIBRATION)),
        (NAN, None, True, (0.0, UnloadedFrom.CALIBRATION)),
        (3.0, None, False, (3.0, UnloadedFrom.SWING)),
    ],
)
def test_the_level_in_the_air(swing: float, body: float | None, calibrated: bool, expected: object) -> None:
    assert unloaded(swing, body, calibrated=calibrated) == expected


def test_without_calibration_and_steps_nothing_is_known() -> None:
    level, way = unloaded(NAN, None, calibrated=False)
    assert np.isnan(level) and way is UnloadedFrom.UNKNOWN


@pytest.mark.parametrize(
    ("stated", "walking", "steady", "aside", "texts"),
    [
        (700.0, None, 690.0, False, ""),
        (700.0, None, 175.0, False, ""),  # sits
        (700.0, None, 270.0, False, ""),  # sits and leans forward
        (700.0, None, 300.0, True, "too much for sitting, too little for standing"),
        (700.0, None, 415.0, True, "too much for sitting, too little for standing"),
        (700.0, None, 430.0, False, "the weight is too large"),
        (700.0, None, 530.0, False, ""),
        (700.0, None, 1110.0, False, ""),
        (700.0, None, 1130.0, True, "the weight is too small"),
        (700.0, 1200.0, 690.0, True, "the weight is too small"),
        (700.0, 500.0, None, False, "the weight is too large"),
        (None, 500.0, 500.0, False, ""),
        (700.0, None, None, False, ""),
    ],
)
def test_a_stated_weight_is_held_against_what_the_feet_carried(
    stated: float | None, walking: float | None, steady: float | None, aside: bool, texts: str
) -> None:
    found, text = stated_weight_caveat(stated, walking, steady)
    assert found is aside and texts in text and bool(texts) == bool(text)


def levels_of(stated: float | None, steady: float | None) -> tuple[float | None, LoadedFrom]:
    swing = {Foot.LEFT: NAN, Foot.RIGHT: NAN}
    found = load_levels(
        swing=swing, calibrated=True, stated_n=stated, walking_n=None, earlier_n=None, steady_n=steady
    )
    assert found.unloaded == {Foot.LEFT: 0.0, Foot.RIGHT: 0.0}
    return found.loaded_n, found.loaded_from


def test_a_weight_far_too_small_gives_way_to_the_steady_sum() -> None:
    assert levels_of(400.0, 700.0) == (700.0, LoadedFrom.STEADY_SUM)


def test_a_load_that_is_neither_sitting_nor_standing_leaves_the_level_open() -> None:
    assert levels_of(900.0, 450.0) == (None, LoadedFrom.UNKNOWN)


def test_a_bare_switch_has_its_own_range() -> None:
    found = load_levels(
        swing={Foot.LEFT: 1.0, Foot.RIGHT: 2.0},
        calibrated=False,
        stated_n=700.0,
        walking_n=None,
        earlier_n=None,
        steady_n=None,
    )
    assert (found.loaded_n, found.loaded_from) == (None, LoadedFrom.OWN_RANGE)
    assert "not calibrated" in found.text


def test_the_heaviest_steady_span_is_that_of_standing() -> None:
    """20 s of sitting with 170 N, 8 s of standing with 700 N, 6 s with 650 N leaning on something."""
    total = np.repeat([170.0, 700.0, 650.0], [200, 80, 60])
    still = np.ones(len(total), np.bool_)
    still[[200, 280]] = False
    assert steady_sum(PairLoad(0.0, 0.4 * total, 0.6 * total), still) == 700.0


def test_five_seconds_are_the_least() -> None:
    total = np.full(49, 700.0)
    assert steady_sum(PairLoad(0.0, total, total), np.ones(49, np.bool_)) is None
