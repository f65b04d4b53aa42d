"""The layout that hosts read is the one of hardware/layout.toml, place by place."""

import runpy
import tomllib
from pathlib import Path
from types import SimpleNamespace

import insole_protocol.layout
import pytest

SOURCE = tomllib.loads((Path(__file__).resolve().parents[2] / "hardware" / "layout.toml").read_text())


@pytest.fixture
def layout() -> SimpleNamespace:
    """What the file says now."""
    return SimpleNamespace(**runpy.run_path(str(insole_protocol.layout.__file__)))


def test_names_and_regions_in_the_order_of_the_layout(layout: SimpleNamespace) -> None:
    assert list(layout.SENSOR_NAMES) == [sensor["name"] for sensor in SOURCE["sensor"]]
    assert list(layout.REGIONS) == [sensor["region"] for sensor in SOURCE["sensor"]]
    assert len(layout.SENSOR_NAMES) == 16 == layout.SENSOR_COUNT
    assert SOURCE["layout"] == {"id": layout.LAYOUT_ID, "name": layout.LAYOUT_NAME}
    assert (layout.LAYOUT_NAME, layout.LAYOUT_ID) == ("plantigrade-16-v1", 1)


def test_places_are_thousandths(layout: SimpleNamespace) -> None:
    assert list(layout.X_PERMILLE) == [round(1000 * sensor["x"]) for sensor in SOURCE["sensor"]]
    assert list(layout.Y_PERMILLE) == [round(1000 * sensor["y"]) for sensor in SOURCE["sensor"]]


def test_sizes_of_the_insole(layout: SimpleNamespace) -> None:
    """An EU size is two thirds of a centimetre (ISO 9407): 6667 um."""
    assert layout.LENGTH_UM_PER_EU_SIZE == 6667
    assert layout.EU_SIZES == (36, 48)
    assert layout.WIDTH_PERMILLE == 360
