"""Files of makers in which each sample is a grid of pressures, with the numbers that they hold."""

from random import Random

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.imports import cells

from tools.fuzz_tables.makers import FEW_REGIONS, Writer
from tools.fuzz_tables.written import Values, Written

UNNAMED_ROWS = frozenset({"rows_exchanged"})
"""Rows of a grid that have no number may change places."""


def emed(random: Random) -> Written:
    """Printed pages of pictures, each with the numbers of its rows and columns and its sum of forces."""
    by = Writer.drawn(random, rates=(100.0, 50.0))
    by.region = FEW_REGIONS[0]
    rows, columns, side_cm = random.randint(3, 6), random.randint(3, 6), random.choice((0.5, 0.25))
    pressure = _rolling(random, by, rows, columns)
    force = pressure * cells.N_PER_KPA_CM2 * side_cm**2
    lines: list[str] = []
    for number, frame in enumerate(pressure, start=1):
        lines += [
            "", f"\t\t\t\tPage {number}", "", "\tFile: C:\\novel\\step_L.dat \tMatrix: 64x95 ",
            f"\tSensor area: {side_cm**2:g} cm²\tTime/picture:{1000 / by.rate_hz:.1f} ms",
            "\tMV over frames", f"\tSensor size: {side_cm:.3f}x{side_cm:.3f} cm", "\tnovel munich",
            f"\tPict-No.: {number}  Force[N]=sum*sensor_area in row/column", "",
            "\t" + "\t".join([*(str(26 + i) for i in range(columns)), "Force"]),
        ]  # fmt: skip
        for i, (row, forces) in enumerate(zip(frame, force[number - 1], strict=True)):
            lines.append("\t".join([str(30 + i), *(f"{cell:.2f}" for cell in row), f"{forces.sum():.2f}"]))
        lines.append("\t".join(["Force", *["1.00"] * columns, f"{force[number - 1].sum():.2f}"]))
        lines.append("\x0c")
    return by.file("step_L.lst", lines, "\t", {Foot.LEFT: _flat(force)})


def fscan(random: Random) -> Written:
    """Tekscan movie: frames of cells between commas, B where there is none."""
    by = Writer.drawn(random, rates=(100.0, 50.0, 31.25))
    by.region = FEW_REGIONS[0]
    rows, columns, pitch_mm = random.randint(3, 6), random.randint(3, 6), random.choice((5.08, 1.27))
    digits = random.choice((0, 2))
    pressure = np.round(_rolling(random, by, rows, columns), digits)
    lines = [
        "DATA_TYPE MOVIE", "FILENAME C:\\walk_L.fsx", "SENSOR_TYPE FSCAN", f"ROWS {rows}", f"COLS {columns}",
        f"ROW_SPACING {pitch_mm} mm", f"COL_SPACING {pitch_mm} mm", f"SENSEL_AREA {pitch_mm**2:.4f} mm2",
        f"SECONDS_PER_FRAME {1 / by.rate_hz:g}", "START_FRAME 1", f"END_FRAME {by.count}", "UNITS KPa",
        "ASCII_DATA @@", "",
    ]  # fmt: skip
    present = np.ones((rows, columns), bool)
    present[0, 0] = present[0, -1] = False
    for number, frame in enumerate(pressure, start=1):
        lines.append(f"Frame {number}")
        for row, there in zip(frame.tolist(), present.tolist(), strict=True):
            lines.append(
                ",".join(
                    f"{cell:.{digits}f}" if is_cell else "B" for cell, is_cell in zip(row, there, strict=True)
                )
            )
        lines.append("")
    lines.append("@@")
    force = pressure[:, present] * cells.N_PER_KPA_CM2 * pitch_mm**2 / 100.0
    return by.file("walk_L.asf", lines, ",", {Foot.LEFT: force}, unseen=UNNAMED_ROWS)


def xsensor(random: Random) -> Written:
    """XSENSOR: frames with a block of cells a foot, and the load that the maker's program says."""
    by = Writer.drawn(random, rates=(100.0, 50.0, 75.0))
    by.region = FEW_REGIONS[0]
    rows, columns, side_cm = random.randint(2, 5), random.randint(2, 5), random.choice((1.0, 0.86))
    pressures = {side: np.round(_rolling(random, by, rows, columns), 2) for side in Foot}
    area = cells.N_PER_KPA_CM2 * side_cm**2
    lines = ["Units:,kPa", ""]
    for row in range(by.count):
        stamp = 8 * 3600 + 21 * 60 + 17 + row / by.rate_hz
        lines += [f"FRAME,{row + 1}", "", "Date, 2022 Aug 16"]
        lines += [f"Time, 08:{int(stamp // 60) % 60:02d}:{stamp % 60:06.3f}", ""]
        for side, values in pressures.items():
            lines += [f"SENSOR,X-{side.value[0].upper()}F S1", f"Rows,{rows}", f"Columns,{columns}"]
            lines += [f"Sensel Width (cm),{side_cm}", f"Sensel Height (cm),{side_cm}"]
            lines += [f"Est. Load (N),{values[row].sum() * area:.3f}", "SENSELS"]
            lines += [",".join(f"{cell:.2f}" for cell in cells_of) for cells_of in values[row].tolist()]
            lines.append("")
    feet = {side: _flat(values * area) for side, values in pressures.items()}
    return by.file("walk.csv", lines, ",", feet, unseen=UNNAMED_ROWS)


def _rolling(random: Random, by: Writer, rows: int, columns: int) -> Values:
    """(count, rows, columns) pressures from heel (last row) to toes; every cell is loaded at any time."""
    rise = np.linspace(0.0, 1.0, by.count)[:, None, None]
    down = np.linspace(0.0, 1.0, rows)[None, :, None]
    noise = np.array([random.random() for _ in range(by.count * rows * columns)])
    level = 20.0 + 300.0 * (rise * (1 - down) + (1 - rise) * down)
    return np.round(level * (0.5 + noise.reshape(by.count, rows, columns)), 2)


def _flat(values: Values) -> Values:
    return values.reshape(len(values), -1)
