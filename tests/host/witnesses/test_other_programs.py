"""Pressures and loads beside what other systems' own programs wrote into the same files.

Exports in the shared data, `vendor_exports/` (from the R package pressuRe, MIT): XSENSOR states the load and
the highest pressure of every frame, novel emed the force of every row and column of cells, pedar its
pressures in kPa. pressuRe's own tests say how many samples and cells each file has.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure import regions
from plantigrade.gait.signals import Floats, Foot, FootSignal, SensorLayout
from plantigrade.imports.formats import read

from tests.host.pressure.insoles import figures, rows_of

KPA_PER_MMHG = 0.133322


def lines(folder: Path, name: str) -> Iterator[str]:
    with gzip.open(folder / "vendor_exports" / name, "rt", encoding="latin-1") as stream:
        yield from stream


def foot(folder: Path, name: str, side: Foot) -> FootSignal:
    walk = read(folder / "vendor_exports" / name)
    found = walk.left if side is Foot.LEFT else walk.right
    assert found is not None
    return found


SIZES = [
    ("pedar_example.asc.gz", 1505, 99),
    ("fscan_testL.asf.gz", 205, 471),
    ("stappone_example.csv.gz", 4575, 12),
]


@pytest.mark.parametrize(("name", "samples", "cells"), SIZES, ids=[row[0] for row in SIZES])
def test_as_many_samples_and_cells_as_pressure_reads(
    name: str, samples: int, cells: int, shared_data: Path
) -> None:
    """pressuRe has both feet of pedar in one table of 198 columns, and counts F-Scan's cells by row and by
    column: 942. Its StappOne table is one of rows: those of a second insole would be in it as well."""
    walk = read(shared_data / "vendor_exports" / name)
    assert {len(one) for one in walk.feet} == {samples}
    assert {one.sensor_count for one in walk.feet} == {cells}


def xsensor(folder: Path, side: Foot) -> dict[str, Floats]:
    """What each frame states of an insole: load in N, highest pressure in kPa."""
    found: dict[str, list[float]] = {"load": [], "peak": []}
    letter, inside = side.value[0].upper(), False
    for line in lines(folder, "xsensor_data.csv.gz"):
        key, _, rest = line.partition(",")
        value = rest.strip(", \n")
        if key in ("SENSOR", "FRAME", "GROUP"):
            inside = key == "SENSOR" and f"-{letter}F " in value
        elif inside and key == "Est. Load (N)":
            found["load"].append(float(value))
        elif inside and key == "Peak Pressure (mmHg)":
            found["peak"].append(KPA_PER_MMHG * float(value))
    return {name: np.array(values) for name, values in found.items()}


@pytest.mark.parametrize("side", Foot)
def test_loads_and_pressures_of_xsensor(side: Foot, shared_data: Path) -> None:
    """Over all frames as if they were one stance: highest pressure, PTI, and the impulse of the stated loads.

    Pressures agree; our loads are 0.21 % lower throughout, as the file prints the cells' pitch as 0.86 cm and
    the program reckons with 0.861.
    """
    signal, stated = foot(shared_data, "xsensor_data.csv.gz", side), xsensor(shared_data, side)
    frames = min(len(signal), len(stated["load"]))
    assert frames == 101
    time, force, load = signal.time_s[:frames], signal.force_n[:frames], stated["load"][:frames]
    trodden = load > 20
    ratio = force.sum(axis=1)[trodden] / load[trodden]
    assert ratio == pytest.approx(np.full(len(ratio), 0.9979), abs=3e-4)
    got = figures(time, force, signal.layout)
    steps = np.append(np.diff(time), time[-1] - time[-2])
    assert got["peak_pressure_kpa"] == pytest.approx(stated["peak"][:frames].max(), rel=1e-4)
    assert got["pti_kpa_s"] == pytest.approx(stated["peak"][:frames] @ steps, rel=1e-4)
    complete = sum(got[f"fti_{region}_n_s"] for region in regions.REGIONS)
    assert complete == pytest.approx(0.9979 * (load @ steps), rel=2e-4)


class Emed(NamedTuple):
    """A stance on an emed plate: pressures (n, rows, columns) in kPa and the stated forces (n, rows), (n,
    columns)."""

    kpa: Floats
    row_n: Floats
    column_n: Floats


def emed(folder: Path) -> Emed:
    """The export's frames; cells are 5 mm squares, 10 ms apart."""
    kpa: list[list[list[float]]] = []
    row_n: list[list[float]] = []
    column_n: list[list[float]] = []
    for line in lines(folder, "emed_test.lst.gz"):
        cells = line.split()
        if "Pict-No.:" in line:
            kpa.append([])
            row_n.append([])
        elif cells and cells[0] == "Force":
            column_n.append([float(cell) for cell in cells[1:-1]])
        elif kpa and len(cells) == 24 and re.fullmatch(r"\d+", cells[0]):
            kpa[-1].append([float(cell) for cell in cells[1:-1]])
            row_n[-1].append(float(cells[-1]))
    return Emed(np.array(kpa), np.array(row_n), np.array(column_n))


def on_the_plate(one: Emed) -> tuple[Floats, Floats, SensorLayout]:
    """Time, forces and layout: rows along the foot from its heel end, columns across."""
    frames, rows, columns = one.kpa.shape
    y, x = np.meshgrid(5 * np.arange(rows) + 2.5, 5 * np.arange(columns) + 2.5, indexing="ij")
    length = 5.0 * rows
    layout = SensorLayout(
        "emed",
        x.ravel(),
        y.ravel(),
        np.full(rows * columns, 0.25),
        regions.of_length(y.ravel() / length),
        insole_length_mm=length,
    )
    return 0.01 * np.arange(frames), 0.025 * one.kpa.reshape(frames, -1), layout


def test_an_emed_stance_from_its_stated_row_and_column_forces(shared_data: Path) -> None:
    """106 frames. The stated forces of rows and columns are rounded to 0.01 N; their weighted means are the
    centre of pressure, their sums the loads of regions, and from them follow the gait line and its
    velocities."""
    one = emed(shared_data)
    time, force, layout = on_the_plate(one)
    assert len(time) == 106
    assert one.row_n.shape[1] == one.kpa.shape[1]
    got = figures(time, force, layout)
    total = one.row_n.sum(axis=1)
    y = 5 * np.arange(one.row_n.shape[1]) + 2.5
    x = 5 * np.arange(one.column_n.shape[1]) + 2.5
    loaded = total >= 0.05 * total.max()
    line = np.column_stack([one.column_n @ x, one.row_n @ y])[loaded] / total[loaded, None]
    steps = np.hypot(*np.diff(line, axis=0).T)
    length, width = 5.0 * len(y), 0.36 * 5.0 * len(y)
    weight = total[loaded]
    at = time[loaded]
    expected = {
        "gait_line_length_mm": steps.sum(),
        "gait_line_range_mm": np.ptp(line[:, 1]),
        "gait_line_width_mm": np.ptp(line[:, 0]),
        "cop_mean_velocity_mm_per_s": steps.sum() / (at[-1] - at[0]),
        "cop_peak_velocity_mm_per_s": (steps / np.diff(at)).max(),
        "cop_start_y_pct": 100 * line[0, 1] / length,
        "cop_end_y_pct": 100 * line[-1, 1] / length,
        "cop_mean_y_pct": 100 * np.average(line[:, 1], weights=weight) / length,
        "cop_mean_x_pct": 100 * np.average(line[:, 0], weights=weight) / width,
        "rear_load_pct": 100 * one.row_n[:, y < length / 2].sum() / one.row_n.sum(),
    }
    for name, value in expected.items():
        assert got[name] == pytest.approx(value, rel=5e-3), name
    region = np.array(regions.of_length(y / length))
    for part in regions.REGIONS:
        newtons = one.row_n[:, region == part].sum(axis=1)
        assert got[f"fti_{part}_n_s"] == pytest.approx(0.01 * newtons.sum(), rel=2e-3), part
        assert got[f"peak_pressure_{part}_kpa"] == one.kpa[:, region == part].max()
    assert got["pti_kpa_s"] == pytest.approx(0.01 * one.kpa.max(axis=(1, 2)).sum())
    assert got["contact_area_cm2"] == 0.25 * np.count_nonzero(one.kpa.max(axis=0) >= 10)


def test_every_pressure_of_pedar_as_the_file_has_it(shared_data: Path) -> None:
    """Peak pressure, PTI and contact area of each stride from the file's own text, cells of 1.93 cm2 (insole
    y)."""
    text = list(lines(shared_data, "pedar_example.asc.gz"))[10:]
    table = np.array([[float(cell) for cell in line.split()] for line in text if line.strip()])
    analysis = analyze(read(shared_data / "vendor_exports" / "pedar_example.asc.gz"))
    time = table[:, 0]
    for side, columns in ((analysis.left, slice(1, 100)), (analysis.right, slice(100, 199))):
        assert side is not None
        strides = side.strides
        assert len(strides) >= 7
        for row in range(len(strides)):
            first, last = np.searchsorted(
                time, [strides.initial_contact_s[row], strides.final_contact_s[row]]
            )
            kpa = table[first:last, columns]
            assert strides.pressure_column("peak_pressure_kpa")[row] == pytest.approx(kpa.max(), rel=1e-6)
            assert strides.pressure_column("pti_kpa_s")[row] == pytest.approx(
                0.01 * kpa.max(axis=1).sum(), rel=1e-4
            )
            area = 1.93 * np.count_nonzero(kpa.max(axis=0) >= 10)
            assert strides.pressure_column("contact_area_cm2")[row] == pytest.approx(area, rel=1e-6)


def test_level_of_an_emed_stance_is_nothing(shared_data: Path) -> None:
    """A plate is unloaded before the foot comes: nothing is taken off, impulses are those of the cells."""
    time, force, layout = on_the_plate(emed(shared_data))
    rows = rows_of(time, force, layout)
    assert rows.impulse_n_s[0] == pytest.approx(0.01 * force.sum(axis=0), rel=1e-5)
    assert rows.peak_force_n[0] == pytest.approx(force.max(axis=0), rel=1e-6)
