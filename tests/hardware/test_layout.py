"""Sensor places: one source, checked, and everything made from it up to date."""

from dataclasses import replace

import pytest

from hardware.layout import InsoleLayout, check, inside, load
from tools.generate_layout import MODULE, generated, module_text


@pytest.fixture(scope="module")
def layout() -> InsoleLayout:
    return load()


def moved(layout: InsoleLayout, name: str, **place: float) -> InsoleLayout:
    """The layout with one sensor somewhere else."""
    return replace(
        layout, sensors=tuple(replace(s, **place) if s.name == name else s for s in layout.sensors)
    )


def test_every_check_holds(layout: InsoleLayout) -> None:
    assert [f for f in check(layout) if not f.ok] == []


def test_generated_files_are_up_to_date(layout: InsoleLayout) -> None:
    assert {path.name: path.read_text() for path in generated(layout)} == {
        path.name: text for path, text in generated(layout).items()
    }


@pytest.mark.parametrize(
    ("name", "place", "failing"),
    [
        ("mth2", {"x": 0.47}, "gap between sensors, mm"),
        ("mth5", {"x": 0.97}, "margin to the edge, mm"),
        ("hallux", {"y": 1.02}, "margin to the edge, mm"),
    ],
)
def test_a_moved_sensor_fails_its_check_by_name(
    layout: InsoleLayout, name: str, place: dict[str, float], failing: str
) -> None:
    changed = moved(layout, name, **place)
    findings = {f.check: f for f in check(changed)}
    assert not findings[failing].ok
    assert name in findings[failing].where
    assert module_text(changed) != MODULE.read_text()


def test_a_region_without_sensors_is_found(layout: InsoleLayout) -> None:
    bare = replace(layout, sensors=tuple(s for s in layout.sensors if s.region != "toes"))
    assert not {f.check: f for f in check(bare)}["sensors in the toes"].ok


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("size", [36, 42, 48])
def test_every_sensor_lies_on_its_insole(layout: InsoleLayout, size: int, left: bool) -> None:
    outline = layout.outline_mm(size, left)
    assert all(inside(place, outline) for place in layout.sensors_mm(size, left).values())
