"""emed, pliance and footscan: frames of one foot; which way it walked, its side, what is no sample."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, Instrument
from plantigrade.imports import formats, frames
from plantigrade.imports.source import Source

from tests.host.imports.reading import message, refusal, written
from tests.host.imports.recordings import SHARED, needs_recordings
from tests.host.imports.vendor_files import emed, pliance


@pytest.mark.worked_example("force_n", "x_mm", "y_mm", "sample_rate_hz")
def test_emed_cells_are_kpa_on_a_quarter_of_a_square_centimetre(tmp_path: Path) -> None:
    """17.5 kPa on 0.25 cm2 are 0.4375 N. Cells lie 5 mm apart; column 29 is the medial one of a left foot."""
    walk = formats.read(written(tmp_path / "step.lst", emed().encode("latin-1")))
    assert walk.source.instrument is Instrument.PLATE
    assert walk.left is not None and walk.left.layout is not None
    assert (walk.sample_rate_hz, len(walk.left)) == (100.0, 60)
    layout = walk.left.layout
    heel_medial = int(np.argmin(layout.x_mm + layout.y_mm))
    assert walk.left.force_n[0, heel_medial] == pytest.approx(0.4375)
    assert sorted({*layout.x_mm.tolist()}) == [2.5, 7.5, 12.5, 17.5]
    assert sorted({*layout.y_mm.tolist()}) == [2.5, 7.5, 12.5, 17.5, 22.5, 27.5]
    assert set(layout.region) == {"heel", "midfoot", "forefoot", "toes"}
    assert message(walk) == ""


def test_a_foot_that_walks_down_the_plate_is_turned(tmp_path: Path) -> None:
    up = np.zeros((10, 4, 2), np.float32)
    for i in range(10):
        up[i, 3 - i // 3] = [1.0, 2.0]
    notes: list[str] = []
    source = Source(tmp_path / "x", False, "utf-8")
    straight = frames.foot_of(source, "p", Foot.RIGHT, up, 5, 5, notes)
    assert notes == []
    turned = frames.foot_of(source, "p", Foot.RIGHT, up[:, ::-1, ::-1], 5, 5, notes)
    assert notes == ["the load moves down the grid: turned by half a turn, so that it begins at the heel"]
    assert np.array_equal(turned.force_n, straight.force_n)


def test_emed_pages_of_the_maximum_are_no_samples(tmp_path: Path) -> None:
    last = emed().split("Page")[-1].replace("Pict-No.: 60", "MPP")
    walk = formats.read(written(tmp_path / "step.lst", (emed() + "\n\t\t\t\tPage" + last).encode("latin-1")))
    assert walk.left is not None and len(walk.left) == 60
    assert message(walk) == "1 pages of the maximum (MVP, MPP) were left out"


def test_emed_forces_that_do_not_add_up_are_said_and_holes_refused(tmp_path: Path) -> None:
    text = emed().replace("\t12.50", "\t2500.00").replace("\t1.00\t1.00\t1.00\t1.00\t", "\t1\t1\t1\t1\t9")
    assert "do not add up to their stated force" in message(formats.read(written(tmp_path / "a.lst", text)))
    gone = emed().replace("Pict-No.: 30 ", "Pict-No.: 999 ")
    assert refusal(written(tmp_path / "b.lst", gone)) == "picture 30 is missing between others"


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("2112170R_1.mat", Foot.RIGHT), ("C:\\data\\step_L.dat", Foot.LEFT), ("Left foot 2.lst", Foot.LEFT),
        ("right.lst", Foot.RIGHT), ("trial.lst", None), ("TRIAL.lst", None), ("L.lst", Foot.LEFT),
        ("2.dat", None),
    ],
)  # fmt: skip
def test_the_side_in_a_name(name: str, side: Foot | None) -> None:
    assert frames.side_named(name) is side


def test_a_side_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "step.lst", emed().replace("step_L", "step").encode("latin-1"))
    assert refusal(path) == "does not tell which foot it is; add --foot left or --foot right"
    assert formats.read(path, foot=Foot.RIGHT).right is not None


@pytest.mark.worked_example("force_n", "x_mm", "y_mm")
def test_pliance_has_the_places_of_its_cells(tmp_path: Path) -> None:
    """40 kPa on 4 cm2 are 16 N; centres are 2 cm apart."""
    walk = formats.read(written(tmp_path / "m.asc", pliance()))
    assert walk.right is not None and walk.right.layout is not None
    assert walk.right.force_n.max() == pytest.approx(16.0)
    assert sorted({*walk.right.layout.x_mm.tolist()}) == [0, 20, 40]
    assert sorted({*walk.right.layout.y_mm.tolist()}) == [0, 20, 40, 60]
    assert len(walk.right) == 150  # the row of maxima is none of them
    assert walk.source.started_local == datetime(2023, 6, 17, 15, 21)
    half = pliance().replace("area  4.0000", "area  4.0000").replace("  4.0000" * 12, "  2.0000" * 12)
    assert "cells add up to 0.50 times the force that the file states" in message(
        formats.read(written(tmp_path / "m.asc", half))
    )


def test_pliance_without_places_has_no_forces(tmp_path: Path) -> None:
    text = pliance()
    assert refusal(written(tmp_path / "m.asc", text[: text.index("y[c]")])).startswith(
        "has no row y[c] with the 12 cells at its end (truncated)"
    )


@needs_recordings
@pytest.mark.parametrize(
    ("name", "foot", "samples", "rate_hz", "peak_n", "instrument"),
    [
        # peaks: the largest force that emed states on its pages, and pliance in its own table of force
        ("emed_test.lst.gz", Foot.LEFT, 106, 100.0, 819.0, Instrument.PLATE),
        ("pliance_test.asc.gz", Foot.RIGHT, 281, 24.0, 231.0, Instrument.INSOLE),
        ("footscan_test.xls", Foot.RIGHT, 329, 500.0, 735.0, Instrument.PLATE),
    ],
)
def test_the_real_files(
    name: str, foot: Foot, samples: int, rate_hz: float, peak_n: float, instrument: Instrument
) -> None:
    asked = foot if name.startswith("emed") else None
    walk = formats.read(SHARED / "vendor_exports" / name, foot=asked)
    (one,) = walk.feet
    assert (one.foot, len(one), walk.source.instrument) == (foot, samples, instrument)
    assert walk.sample_rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert float(np.nanmax(one.force_n.sum(axis=1))) == pytest.approx(peak_n, abs=1.0)


@needs_recordings
def test_footscan_is_a_workbook_and_nothing_else_is(tmp_path: Path) -> None:
    raw = (SHARED / "vendor_exports" / "footscan_test.xls").read_bytes()
    assert "old Office document" in refusal(written(tmp_path / "a.xls", raw[: len(raw) // 3]))
    assert "is no Excel workbook that can be read" in refusal(
        written(tmp_path / "b.xls", raw[:9000]), "footscan"
    )
    assert "the file states no unit" in message(formats.read(SHARED / "vendor_exports" / "footscan_test.xls"))
