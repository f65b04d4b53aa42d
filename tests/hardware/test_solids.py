"""Sensor sheets and enclosure: they fit, and what no longer fits is named."""

from dataclasses import replace
from math import pi
from pathlib import Path

import pytest

pytest.importorskip("build123d", reason="build123d is not installed: pip install '.[hardware]'")

from build123d import import_step

from hardware.board import bodies, libraries
from hardware.board.design import Design, design
from hardware.enclosure import enclosure
from hardware.layout import load
from hardware.sheet import sheet

pytestmark = pytest.mark.hardware


@pytest.fixture(scope="module")
def circuit() -> Design:
    return design()


class TestSheet:
    def test_every_fit_holds(self) -> None:
        assert [f.check for f in sheet.fits(load(), sheet.dimensions()) if not f.ok] == []

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"pocket_depth_mm": 1.0}, "floor under a pocket"),
            ({"tail_width_mm": 9.2}, "tail beside its conductors"),
            ({"relief_ear_mm": 0.5}, "relief holes beside the conductors"),
            ({"tail_y": 0.50}, "tail between lateral sensors"),
        ],
    )
    def test_what_does_not_fit_is_named(self, change: dict[str, float], named: str) -> None:
        dims = replace(sheet.dimensions(), **change)
        assert named in [f.check for f in sheet.fits(load(), dims) if not f.ok]

    @pytest.mark.parametrize("size", [36, 48])
    def test_sixteen_pockets_are_cut_and_left_mirrors_right(self, size: int, tmp_path: Path) -> None:
        layout, dims = load(), sheet.dimensions()
        right, left = (sheet.build(layout, dims, size, side) for side in (False, True))
        pocket = pi * ((layout.body.diameter_mm + dims.pocket_clearance_mm) / 2) ** 2 * dims.pocket_depth_mm
        solid = polygon_area(layout.outline_mm(size)) * dims.carrier_thickness_mm
        assert solid - right.carrier.volume == pytest.approx(16 * pocket, rel=1e-3)
        assert left.carrier.volume == pytest.approx(right.carrier.volume, rel=1e-6)
        middle = layout.width_mm(size) / 2
        assert left.tail_end[0] - middle == pytest.approx(middle - right.tail_end[0])
        assert all(file.stat().st_size > 1000 for file in sheet.export(right, tmp_path))


@pytest.mark.skipif(
    not libraries.available(), reason="KiCad's libraries are not installed: run hardware/install"
)
class TestEnclosure:
    def test_every_fit_holds_and_the_files_are_written(self, circuit: Design, tmp_path: Path) -> None:
        d, tail = enclosure.dimensions(), sheet.dimensions()
        made = enclosure.build(circuit, d, tail)
        assert [f.check for f in enclosure.fits(circuit, d, tail, made) if not f.ok] == []
        assert {f.suffix for f in enclosure.export(made, tmp_path)} == {".step", ".stl", ".svg"}

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"battery_width_mm": 28.0}, "swollen battery cuts into the case, mm3"),
            ({"part_room_mm": 4.0}, "room over the tallest part"),
            ({"usb_recess_mm": 0.5}, "from socket to the plug's moulding"),
            ({"usb_width_mm": 8.0}, "USB socket cuts into the case, mm3"),
            ({"board_gap_mm": -0.2}, "board cuts into the case, mm3"),
            ({"battery_height_mm": 7.0}, "height of the closed case"),
        ],
    )
    def test_what_does_not_fit_is_named(self, circuit: Design, change: dict[str, float], named: str) -> None:
        d, tail = replace(enclosure.dimensions(), **change), sheet.dimensions()
        made = enclosure.build(circuit, d, tail)
        assert named in [f.check for f in enclosure.fits(circuit, d, tail, made) if not f.ok]

    def test_a_socket_too_far_from_the_edge_is_named(self, circuit: Design) -> None:
        d, tail, inward = enclosure.dimensions(), sheet.dimensions(), circuit.moved("J2", 10.5, 50.4)
        made = enclosure.build(inward, d, tail)
        failing = [f.check for f in enclosure.fits(inward, d, tail, made) if not f.ok]
        assert failing == ["from socket to the plug's moulding"]

    def test_openings_follow_the_board(self, circuit: Design) -> None:
        d, tail = enclosure.dimensions(), sheet.dimensions()
        before = enclosure.build(circuit, d, tail).case.center()
        after = enclosure.build(circuit.moved("J2", 15.0, 50.4), d, tail).case.center()
        assert abs(before.X - after.X) > 1e-3


class TestOwnSolids:
    @pytest.mark.parametrize("name", sorted(bodies.MAKERS))
    def test_the_committed_file_is_what_the_program_makes(self, name: str) -> None:
        made, read = bodies.MAKERS[name](), import_step(bodies.FOLDER / f"{name}.step")
        assert read.volume == pytest.approx(made.volume)
        assert tuple(read.bounding_box().size) == pytest.approx(tuple(made.bounding_box().size), abs=1e-4)

    def test_each_footprint_without_a_solid_has_one(self) -> None:
        assert sorted(libraries.BODIES.values()) == sorted(bodies.MAKERS)


def polygon_area(points: list[tuple[float, float]]) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2
