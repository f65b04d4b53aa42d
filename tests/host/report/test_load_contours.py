"""Outlines of equal load: they pass through the sensors' values; the other foot is the mirror image."""

import re

import numpy as np
import pytest
from plantigrade.gait.pressure.load_map import LoadMap
from plantigrade.report.load_contours import HEIGHT, SHADES, WIDTH, draw_foot, top_of

NONE = np.empty(0)


def _map(x: list[float], y: list[float], load: list[float]) -> LoadMap:
    line = np.linspace(0.1, 0.9, 101)
    return LoadMap("kPa", 5, np.array(x), np.array(y), np.array(load), np.full(101, 0.2), line)


FOUR = _map([0.1, 0.25, 0.1, 0.25], [0.1, 0.1, 0.8, 0.8], [80.0, 10.0, 40.0, 20.0])


def _points(path: str) -> list[tuple[float, float]]:
    numbers = [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_everything_lies_in_the_picture() -> None:
    drawn = draw_foot(FOUR, "left", 80.0)
    for x, y in (*_points(drawn.edge), *_points(drawn.gait_line), *drawn.cells):
        assert -1 <= x <= WIDTH + 1 and -1 <= y <= HEIGHT + 1


def test_the_other_foot_is_the_mirror_image() -> None:
    left, right = draw_foot(FOUR, "left", 80.0), draw_foot(FOUR, "right", 80.0)
    for (x, y), (other_x, other_y) in zip(left.cells, right.cells, strict=True):
        assert (WIDTH - x, y) == pytest.approx((other_x, other_y), abs=0.2)
    assert len(left.shades) == len(right.shades) == SHADES - 1


def test_more_load_reaches_a_higher_shade_at_its_sensor() -> None:
    drawn = draw_foot(FOUR, "right", 80.0)
    assert drawn.shades[-1]  # 80 of 80 reaches the highest
    low = draw_foot(FOUR, "right", 8000.0)
    assert low.shades[1:] == ("",) * (SHADES - 2)


@pytest.mark.parametrize(
    "found",
    [
        None,
        _map([0.1, 0.2], [0.1, 0.2], [1.0, 2.0]),
        _map([0.2, 0.2, 0.2, 0.2], [0.1, 0.3, 0.6, 0.9], [1.0, 2.0, 3.0, 4.0]),
        _map([0.1, 0.2, 0.3], [0.1, 0.3, 0.5], [float("nan"), float("nan"), float("nan")]),
        LoadMap("N", 0, np.array([0.1, 0.2, 0.1]), np.array([0.1, 0.5, 0.9]), np.zeros(3), NONE, NONE),
    ],
    ids=["nothing", "two sensors", "in one line", "all unknown", "no load, no gait line"],
)
def test_little_is_drawn_of_little(found: LoadMap | None) -> None:
    drawn = draw_foot(found, "left", top_of(found))
    assert drawn.edge.startswith("M") and drawn.edge.endswith("Z")
    assert len(drawn.shades) == SHADES - 1


def test_without_load_the_top_is_one() -> None:
    assert top_of(None) == top_of() == 1.0
    assert top_of(None, FOUR) == 80.0
