"""Moticon OpenGo text: each oddity of the real files in a few rows, and our own export read back."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.formats import FORMATS
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats, moticon, moticon_geometry
from plantigrade.imports.source import open_source

from tests.host.exports import sample
from tests.host.imports.reading import message, refusal, written
from tests.host.imports.vendor_files import moticon as made

HEADER = "# Start time: 27.09.2023 10:21:14.922\n# Duration: 00:{:06.3f}\n# Sensor insoles: Left A, Right B\n"
CELLS = [f"pressure {i}[N/cm²]" for i in range(1, 17)]


def rows(*cells: str, count: int = 20, start: float = 0.0) -> str:
    """Rows of 10 ms in which `{}` stands for a number that rises and falls."""
    text = ""
    for i in range(count):
        line = "\t".join([f"{start + i / 100:.2f}", *cells])
        text += line.replace("{}", str(i % 5 + 1)) + "\n"
    return text


def read(tmp_path: Path, titles: list[str], *cells: str, **how: float) -> Walk:
    text = HEADER.format(how.pop("duration", 0.2)) + "# time\t" + "\t".join(titles) + "\n"
    path = written(tmp_path / "walk.txt", (text + rows(*cells, **how)).encode())  # type: ignore[arg-type]
    return formats.read(path)


LEFT = [f"left {cell}" for cell in CELLS]
RIGHT = [f"right {cell}" for cell in CELLS]


@pytest.mark.worked_example("force_n", "area_cm2")
def test_force_is_area_times_pressure(tmp_path: Path) -> None:
    """1 N/cm2 on 12.367 cm2, the first cell of size 7; the sixteen are 204.79 cm2 in all.

    At 0.5 N/cm2 size 7 gives 102.4 N; a stated total of 71.7 N means areas that are 0.7 times as large.
    """
    walk = read(tmp_path, LEFT, *["{}"] * 16)
    assert walk.left is not None and walk.left.layout is not None
    assert walk.left.force_n[0, 0] == pytest.approx(12.367)
    assert walk.left.force_n[0].sum() == pytest.approx(204.791, abs=0.01)
    assert "no total force in the file: areas of an insole of size 7 are assumed" in message(walk)
    text = HEADER.format(0.2) + "# time\t" + "\t".join([*LEFT, "left total force[N]"]) + "\n"
    for i in range(20):
        cells = ["0.5"] * 16 + [f"{0.5 * 0.7 * 204.791:.4f}"] if i % 4 else ["0"] * 17
        text += "\t".join([f"{i / 100:.2f}", *cells]) + "\n"
    found = formats.read(written(tmp_path / "walk.txt", text.encode()))
    assert found.left is not None and found.left.layout is not None
    assert found.left.layout.area_cm2[0] == pytest.approx(0.7 * 12.367, rel=1e-4)
    assert message(found) == ""


def test_the_geometry_lies_in_an_insole() -> None:
    """Heel first, toes last; medial cells have smaller x; sizes scale in both directions."""
    seven, three = moticon_geometry.layout(), moticon_geometry.layout(0.7)
    assert [seven.region.count(name) for name in ("heel", "midfoot", "forefoot", "toes")] == [4, 4, 5, 3]
    assert seven.x_mm[0] < seven.x_mm[1] and seven.x_mm[8] < seven.x_mm[12]
    assert seven.insole_length_mm == pytest.approx(276, abs=1)
    assert three.y_mm / seven.y_mm == pytest.approx(np.full(16, 0.7**0.5))
    assert three.region == seven.region


def test_a_row_of_one_foot_is_missing_in_the_other(tmp_path: Path) -> None:
    text = HEADER.format(0.2) + "# time\t" + "\t".join([*LEFT, *RIGHT]) + "\n"
    for i in range(20):
        left = [""] * 16 if i < 3 or i == 12 else [str(i % 5 + 1)] * 16
        text += "\t".join([f"{i / 100:.2f}", *left, *[str(i % 3 + 1)] * 16]) + "\n"
    walk = formats.read(written(tmp_path / "walk.txt", text.encode()))
    assert walk.left is not None and walk.right is not None
    assert np.flatnonzero(np.isnan(walk.left.force_n[:, 0])).tolist() == [0, 1, 2, 12]
    assert np.isfinite(walk.right.force_n).all()
    assert "left foot: samples without a number, counted as missing: 4 of 20 (20.0 %)" in message(walk)


@pytest.mark.parametrize("start", [0.0, 0.01])
def test_time_starts_where_the_file_does_and_one_step_may_be_double(start: float, tmp_path: Path) -> None:
    text = HEADER.format(0.21) + "# time\t" + "\t".join(LEFT) + "\n" + rows(*["{}"] * 16, start=start)
    text = text.replace(f"\n{start + 0.1:.2f}\t", "\n# lost\t", 1).replace(
        "\n# lost\t" + "\t".join(["1"] * 16), "", 1
    )
    walk = formats.read(written(tmp_path / "walk.txt", text.encode()))
    assert walk.left is not None
    assert walk.left.time_s[0] == start and len(walk.left) == 19
    assert [gap.to_s - gap.from_s for gap in walk.left.gaps] == [pytest.approx(0.01)]


def test_steps_and_events_stand_anywhere_and_may_be_words(tmp_path: Path) -> None:
    titles = [
        "Right Events label[]",
        "Right Events[]",
        *LEFT,
        "right steps[]",
        "left steps[]",
        "left COP velocity[1]",
    ]
    walk = read(tmp_path, titles, "Heel, hard", "1.00", *["{}"] * 16, "", "11.00", "0.5")
    assert walk.left is not None and walk.left.force_n[0, 0] == pytest.approx(12.367)
    assert moticon.marked_contacts(open_source(tmp_path / "walk.txt")) == {Foot.RIGHT: 0, Foot.LEFT: 20}


def test_total_force_alone_is_a_recording(tmp_path: Path) -> None:
    walk = read(tmp_path, ["left total force[N]", "right total force[N]"], "{}00.00", "{}0.00")
    assert walk.left is not None and walk.right is not None
    assert walk.left.force_n[:3, 0].tolist() == [100.0, 200.0, 300.0]
    assert walk.left.layout is None


def test_motion_has_units_of_its_own(tmp_path: Path) -> None:
    """0.6 g is 5.88399 m/s2 and 0.8 g 7.84532; a quarter of a turn a second is 90 degrees."""
    titles = [
        *LEFT,
        *(f"left acceleration {a}[g]" for a in "XYZ"),
        *(f"left angular {a}[dps]" for a in "XYZ"),
    ]
    walk = read(tmp_path, titles, *["{}"] * 16, "0.6", "0", "0.8", "90", "45", "0")
    assert walk.left is not None and walk.left.motion is not None
    assert walk.left.motion.acc_m_s2[0] == pytest.approx([5.88399, 0.0, 7.84532])
    gyr = walk.left.motion.gyr_deg_s
    assert gyr is not None and gyr[0].tolist() == [90.0, 45.0, 0.0]
    plain = read(
        tmp_path,
        [title.replace("[g]", "") for title in titles],
        *["{}"] * 16,
        "0.6",
        "0",
        "0.8",
        "90",
        "45",
        "0",
    )
    assert plain.left is not None and plain.left.motion is None
    assert "left acceleration states the unit none and was left out" in message(plain)


def test_when_it_began_and_how_long_it_says_it_is(tmp_path: Path) -> None:
    walk = read(tmp_path, LEFT, *["{}"] * 16, duration=17.5)
    assert walk.source.started_local == datetime(2023, 9, 27, 10, 21, 14, 922_000)
    assert "the header says that it lasts 17.5 s, the rows cover 0.2 s" in message(walk)
    complete = written(tmp_path / "walk.txt", made().encode())
    few = "motion: too few strides to see how the sensor's axes lie, they are taken as stated"
    assert message(formats.read(complete)) == f"left {few}; right {few}"


@pytest.mark.parametrize(
    ("titles", "problem"),
    [
        (["left pressure 1"], "column 'left pressure 1' states no unit; N/cm² is what the exports have"),
        (
            ["left pressure 1[lb]"],
            "column 'left pressure 1[lb]' states the unit 'lb'; N/cm² is what the exports have",
        ),
        (["left total force[kg]"], "column 'left total force[kg]' has no unit that is known (N)"),
        ([LEFT[0], LEFT[0]], "has the column 'left pressure 1[N/cm²]' twice"),
        (LEFT[:15], "has 15 pressures of the left foot instead of 16"),
    ],
)
def test_titles_that_are_refused(titles: list[str], problem: str, tmp_path: Path) -> None:
    text = HEADER.format(0.2) + "# time\t" + "\t".join([*titles, "left COP velocity[1]"]) + "\n"
    text += rows(*["{}"] * len(titles), "0")
    assert refusal(written(tmp_path / "walk.txt", text.encode()), "moticon") == problem


def test_our_export_in_this_shape_is_read_back(tmp_path: Path) -> None:
    """Pressures have steps of 0.0001 N/cm2 there, times are those of the slots."""
    exported = ExportData.of(sample.counts_recording(tmp_path))
    FORMATS["opengo"].write_data(exported, tmp_path / "walk.txt")
    walk = formats.read(tmp_path / "walk.txt")
    assert walk.source.format == "moticon"
    assert walk.sample_rate_hz == pytest.approx(exported.rate_hz)
    for foot, data in zip(walk.feet, exported.feet, strict=True):
        assert foot.layout is not None and data.layout is not None
        assert foot.layout.area_cm2 == pytest.approx(own_layout().area_cm2)
        there = np.isfinite(foot.force_n).all(axis=1)
        theirs = data.forces(slice(0, len(data)))
        got, true = foot.force_n[there].sum(axis=1), theirs.sum(axis=1)
        assert len(got) == len(true)
        assert got == pytest.approx(true, abs=0.05)
