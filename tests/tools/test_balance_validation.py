"""A plate as two insoles: force and centre of pressure of both together stay what the plate measured."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import NEWTONS_PER_KG, Walk
from plantigrade.imports.formats import read

from tools.validation import balance, balance_report
from tools.validation.balance import Plate, Published, Trial

RATE = 100.0
SUBJECT = Published(1, 33.0, "closed", "foam", 60.0, 1206.0, 12.5664)


def circle(
    seconds: float = 60.0, radius_mm: float = 8.0, turn_s: float = 4.0, rate_hz: float = RATE
) -> Plate:
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    turn = 2.0 * np.pi * time / turn_s
    x, y = radius_mm * np.cos(turn), radius_mm * np.sin(turn)
    return Plate("circle", rate_hz, np.full(len(time), 588.0), x, y)


def centre(walk: Walk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Force and centre of both feet, the medial edges of the insoles facing each other."""
    assert walk.left is not None and walk.right is not None
    left, right = walk.left.force_n.astype(float), walk.right.force_n.astype(float)
    total = left.sum(axis=1) + right.sum(axis=1)
    x, y = np.array(balance.SENSORS_X_MM), np.array(balance.SENSORS_Y_MM)
    middle = 0.5 * (x.min() + x.max())
    from_middle = 0.5 * balance.FEET_APART_MM - middle
    side = right @ (from_middle + x) - left @ (from_middle + x)
    return total, side / total, (left @ y + right @ y) / total - 150.0


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 70.0), st.floats(1.0, 120.0), st.floats(50.0, 1500.0))
def test_force_and_centre_stay(seed: int, wide: float, long: float, force: float) -> None:
    draw = np.random.default_rng(seed)
    x, y = draw.uniform(-wide, wide, 50), draw.uniform(-long, long, 50)
    plate = Plate("any", RATE, np.full(50, force), x, y)
    total, side, forward = centre(balance.two_feet(plate))
    middle_x, middle_y = 0.5 * (x.min() + x.max()), 0.5 * (y.min() + y.max())
    assert np.allclose(total, force, rtol=1e-6)
    assert np.allclose(side, x - middle_x, atol=1e-4)
    assert np.allclose(forward, y - middle_y, atol=1e-4)


@pytest.mark.parametrize(("x", "y", "what"), [(85.0, 0.0, "side"), (0.0, 135.0, "length")])
def test_a_centre_that_no_two_loads_make_is_refused(x: float, y: float, what: str) -> None:
    plate = Plate("T", RATE, np.full(2, 600.0), np.array([x, -x]), np.array([y, -y]))
    with pytest.raises(PlantigradeError, match=f"T: the centre of pressure leaves the insoles' {what}"):
        balance.two_feet(plate)


def test_the_plain_csv_is_read_back_as_it_was(tmp_path: Path) -> None:
    walk = balance.two_feet(circle(2.0), body_weight_n=588.0)
    path = tmp_path / "circle.csv"
    path.write_text(balance.to_csv(walk))
    again = read(path)
    assert again.left is not None and walk.left is not None
    assert again.body_weight_n == pytest.approx(588.0)
    assert np.array_equal(again.left.force_n, walk.left.force_n)
    assert again.left.layout is not None and again.left.layout.x_mm.tolist() == list(balance.SENSORS_X_MM)
    assert np.allclose(centre(again)[1], centre(walk)[1])


@pytest.mark.parametrize("rate_hz", [100.0, 333.0, 1000.0])
@pytest.mark.parametrize("weighed", [True, False])
def test_a_circle_by_hand(rate_hz: float, weighed: bool) -> None:
    """Radius 8 mm, a turn in 4 s: 2 pi 8 / 4 = 12.57 mm/s; variance 32 mm2 each way, so the ellipse has
    5.99 pi 32 = 602 mm2."""
    published = Published(1, 33.0, "open", "firm", 588.0 / NEWTONS_PER_KG, 602.3, 12.566)
    found = balance.trial_of(circle(rate_hz=rate_hz), published, weighed=weighed)
    assert (found.spans, found.standing_s, found.recognised) == (1, 60.0, True)
    assert found.area_ratio == pytest.approx(1.0, abs=0.002)
    assert found.velocity_ratio == pytest.approx(1.0, abs=0.001)
    assert found.filtered_mm_per_s == pytest.approx(12.566, abs=0.01)


def test_a_trial_and_its_published_figures_are_read(tmp_path: Path) -> None:
    lines = ["Time[s]\tFx[N]\tFy[N]\tFz[N]\tMx[Nm]\tMy[Nm]\tMz[Nm]\tCOPx[cm]\tCOPy[cm]"]
    lines += [f"{0.01 * (row + 1):.3f}\t0\t0\t588\t0\t0\t0\t{0.1 * row}\t-0.2" for row in range(3)]
    with gzip.open(tmp_path / "BDS00001.txt.gz", "wt") as file:
        file.write("\n".join(lines) + "\n")
    plate = balance.read_plate(tmp_path / "BDS00001.txt.gz")
    assert (plate.trial, plate.rate_hz) == ("BDS00001", 100.0)
    assert plate.y_mm.tolist() == [0.0, 1.0, 2.0] and plate.x_mm.tolist() == [-2.0] * 3
    head = "Trial\tSubject\tVision\tSurface\tAge\tWeight\tCOParea\tCOPvelo"
    (tmp_path / "BDSinfoCOP.txt").write_text(
        f"{head}\nBDS00001\t1\tClosed\tFoam\t33.0\t60.0\t12.06\t1.25664\n"
    )
    assert balance.read_published(tmp_path / "BDSinfoCOP.txt") == {"BDS00001": SUBJECT}


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "BDS00001.txt").write_text("time,force\n0,1\n")
    with pytest.raises(PlantigradeError, match="no trial of the data set"):
        balance.read_plate(tmp_path / "BDS00001.txt")
    with pytest.raises(PlantigradeError, match="published figures is absent"):
        balance.run(tmp_path)


def trial(weighed: bool, standing_s: float, spans: int, area: float | None, velocity: float | None) -> Trial:
    return Trial("T", SUBJECT, weighed, standing_s, spans, area, velocity, velocity)


def test_what_is_one_standing() -> None:
    assert trial(True, 50.0, 1, 1.0, 1.0).recognised
    assert not trial(True, 49.9, 1, 1.0, 1.0).recognised
    assert not trial(True, 55.0, 2, 1.0, 1.0).recognised
    assert not trial(True, 0.0, 0, None, None).recognised


def test_the_section_says_what_is_met_and_what_is_not() -> None:
    good = [trial(True, 60.0, 1, 1206.0, 12.5664), trial(False, 60.0, 1, 1206.0, 12.5664)]
    text = "\n".join(balance_report.section(good))
    assert text.count("| met |") == 4 and "not met" not in text
    bad = [trial(True, 60.0, 2, 1000.0, 12.0), trial(False, 0.0, 0, None, None)]
    text = "\n".join(balance_report.section(bad))
    assert text.count("**not met**") == 4
    found = balance_report.summary(bad)
    assert found["recognised_with_weight_pct"] == 0.0 and found["area_ratio_lowest"] == 1000.0 / 1206.0
    assert "Not at hand" in "\n".join(balance_report.section([]))
