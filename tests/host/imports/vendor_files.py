"""A small file of each text format, made here after the layout of the real ones: 1.5 s of stepping in place.

`FILES[name]()` is the text. The left foot's load is a half sine of 1.2 s, the right one's the same half a
cycle later; every sensor of a foot carries the same pressure.
"""

from collections.abc import Callable

import numpy as np

RATE_HZ = 100
COUNT = 150
TIME_S = np.arange(COUNT) / RATE_HZ
PEAK_KPA = 40.0


def kpa(foot: int) -> np.ndarray:
    """Pressure under each sensor of a foot, 0 = left."""
    return PEAK_KPA * np.maximum(np.sin(2 * np.pi * (TIME_S / 1.2 + 0.5 * foot)), 0.0)


def moticon(
    *, times: np.ndarray = TIME_S, unit: str = "N/cm²", feet: tuple[str, ...] = ("left", "right")
) -> str:
    """OpenGo text: header with `Start timestamp`, events, motion; areas of size 7 times 0.7."""
    titles = ["time"]
    for foot in feet:
        titles += [f"{foot} pressure {i}[{unit}]" if unit else f"{foot} pressure {i}" for i in range(1, 17)]
        titles += [f"{foot} acceleration {axis}[g]" for axis in "XYZ"]
        titles += [f"{foot} angular {axis}[dps]" for axis in "XYZ"]
        titles += [f"{foot} total force[N]"]
        titles += [f"{foot} center of pressure {axis}[-0.5...+0.5]" for axis in "XY"]
    titles += [
        title
        for foot in reversed(feet)
        for title in (f"{foot.title()} Events label[]", f"{foot.title()} Events[]")
    ]
    lines = [
        "# Start timestamp: 1663250316241",
        "# Start time: 15.09.2022 15:58:36.241",
        "# Duration: 00:01.500",
        "# Sensor insoles: Left SN1, Right SN2",
        "# Size: 3",
        "# Recording type: live",
        "# Name: walking",
        "# Notes: ",
        "# Tag: ",
        "# " + "\t".join(titles),
    ]
    for row in range(COUNT):
        cells = [f"{times[row]:.2f}"]
        for foot in feet:
            pressure = kpa(0 if foot == "left" else 1)[row] / 10
            cells += [f"{pressure:.4f}"] * 16
            cells += ["0.000000", "0.500000", "-1.000000", "10.000000", "0.000000", "-720.000000"]
            cells += [f"{pressure * 0.7 * 204.79:.2f}", "0.000000", "0.000000"]
        event = ["Event", "1.00"] if row == 50 else ["", ""]
        lines.append("\t".join([*cells, *event, *["", ""] * (len(feet) - 1)]))
    return "\n".join(lines) + "\n"


def loadsol(*, times: np.ndarray = TIME_S, unit: str = "[N]", feet: str = "LR") -> str:
    """loadapp text; the right foot's zones stand in another order; a mark of the end without its last tab."""
    names, units = [], []
    for side in feet:
        zones = ("heel", "medial", "lateral") if side == "L" else ("lateral", "medial", "heel")
        names += ["", *(f"PGV1-{side}::{zone}" for zone in zones), f"PGV1-{side}", ""]
        names += [f"PGV1-{side}::{axis}{kind}" for kind in ("Acc", "Gyro") for axis in "xyz"]
        units += ["Time[secs]", *[f"Force{unit}"] * 4, "Time[secs]", *["[g]"] * 3, *["[rad/s]"] * 3]
    lines = ["loadapp_2024_01_17_14_48_48_148.loadflux", "comment try"]
    lines += ["\t".join([*names, "", ""]), "\t".join([*units, "", ""])]
    for row in range(COUNT):
        cells = []
        for side in feet:
            load = 5 * kpa("LR".index(side))[row]
            zones = (load, 2 * load, 3 * load) if side == "L" else (3 * load, 2 * load, load)
            cells += [f"{times[row]:.3f}", *(f"{zone:.3f}" for zone in zones), f"{sum(zones):.3f}"]
            cells += [f"{times[row]:.3f}", "0.000", "0.500", "-1.000", "0.010", "0.000", "-1.000"]
        lines.append("\t".join([*cells, "", ""] if row != 120 else [*cells, "End measurement: try"]))
    return "\n".join(lines) + "\n\n"


def pedar(*, times: np.ndarray = TIME_S, unit: str = "kPa") -> str:
    """pedar .asc of two insoles of 99 cells."""
    lines = [
        "file name:\twalk.sol\tdate/time  25.04.23 10.49",
        "sensor type:\tx-1l-1r",
        "total time [secs]:  1.500\ttime per frame [secs]:  0.01000\tscanning rate [Hz]:   100",
        f"pressure values in  {unit}",
        "left insole: 1,2,3",
        "right insole: 1,2,3",
        "time[secs]\t" + "\t".join(str(i + 1) for i in range(198)) + "\t",
    ]
    lines += [
        "\t".join([f"{times[row]:.5f}", *[f"{kpa(0)[row]:.3f}"] * 99, *[f"{kpa(1)[row]:.3f}"] * 99]) + "\t"
        for row in range(COUNT)
    ]
    return "\n".join(lines) + "\n"


def pliance(*, times: np.ndarray = TIME_S, unit: str = "kPa") -> str:
    """pliance .asc of one mat of 3 x 4 cells, a row of maxima, the mat's force, then the places."""
    places = [(column, row) for column in range(3) for row in range(4)]
    load = kpa(0)
    lines = [
        "file name: trial_R_1.mat date/time 17.06.23 15.21",
        "mat type s1",
        "total times [secs]: 1.500 time per frame [secs]: 0.01 scanning rate [Hz]: 100",
        f"pressure values in {unit}",
        "electrical:",
        "time[secs]  " + "  ".join(str(i + 1) for i in range(12)),
    ]
    lines += [f"  {times[row]:.5f}" + f"  {load[row]:.3f}" * 12 + " " for row in range(COUNT)]
    lines += ["  MVP" + "  40.000" * 12, "", " time[secs] force[N]   x[cm]   y[cm]", ""]
    lines += [f"  {times[row]:.5f}  {load[row] * 12 * 4 / 10:.3f}  -  -" for row in range(COUNT)]
    lines += ["", "sensor  " + "  ".join(str(i + 1) for i in range(12)), "corner[cm]"]
    lines += ["x[c]" + "".join(f"  {2 * x + 1:.4f}" for x, _ in places)]
    lines += ["y[c]" + "".join(f"  {2 * (3 - y) + 1:.4f}" for _, y in places)]
    lines += ["area" + "  4.0000" * 12]
    return "\n".join(lines) + "\n"


def emed(*, unit: str = "cm", pictures: int = 60) -> str:
    """emed .lst: 4 x 6 cells, the load walks up the plate."""
    pages = []
    for number in range(1, pictures + 1):
        heel = 12.5 + 5.0 * (number % 7)
        rows = [
            [heel if row >= 3 else 0.0] * 4 if number < pictures / 2 else [heel if row < 3 else 0.0] * 4
            for row in range(6)
        ]
        body = [
            "\t".join([str(30 + i), *(f"{cell:.2f}" for cell in row), f"{sum(row) * 0.025:.2f}"])
            for i, row in enumerate(rows)
        ]
        total = sum(map(sum, rows)) * 0.025
        pages.append(
            f"\n\t\t\t\tPage {number}\n\n\tFile: C:\\novel\\step_L.dat \tMatrix: 64x95 \n"
            f"\tSensor area: 0.25 cm²\tTime/picture:10.0 ms\n\tMV over frames\n"
            f"\tSensor size: 0.500x0.500 {unit}\n\tnovel munich\n"
            f"\tPict-No.: {number}  Force[N]=sum*sensor_area in row/column\n\n"
            "\t26\t27\t28\t29\tForce\n"
            + "\n".join(body)
            + f"\nForce\t1.00\t1.00\t1.00\t1.00\t{total:.2f}\n\x0c"
        )
    return "".join(pages)


def fscan(*, unit: str = "KPa", step: str = "0.01") -> str:
    """Tekscan .asf of a left insole of 6 x 4 cells with corners that are none."""
    load = kpa(0)
    lines = [
        "DATA_TYPE MOVIE", "FILENAME C:\\walk_L.fsx", "SENSOR_TYPE FSCAN", "ROWS 6", "COLS 4",
        "ROW_SPACING 5.08 mm", "COL_SPACING 5.08 mm", "SENSEL_AREA 25.8064 mm2",
        f"SECONDS_PER_FRAME {step}", "START_FRAME 1", f"END_FRAME {COUNT}", f"UNITS {unit}",
        "ASCII_DATA @@", "",
    ]  # fmt: skip
    for row in range(COUNT):
        cell = f"{load[row]:.2f}"
        lines += [f"Frame {row + 1}, {row / 100}", f"B,B,{cell},B", *[",".join([cell] * 4)] * 5, ""]
    return "\n".join([*lines, "@@"]) + "\n"


def xsensor(*, times: np.ndarray = TIME_S, unit: str = "kPa") -> str:
    """XSENSOR .csv of two insoles of 2 x 3 cells."""
    lines = [f"Units:,{unit}", ""]
    for row in range(COUNT):
        stamp = 8 * 3600 + times[row]
        clock = f"{int(stamp // 3600):02d}:{int(stamp % 3600 // 60):02d}:{stamp % 60:06.3f}"
        lines += [f"FRAME,{row + 1}", "", "Date, 2022 Aug 16", f"Time, {clock}", ""]
        for foot, name in enumerate(("LF", "RF")):
            cell = f"{kpa(foot)[row]:.3f}"
            lines += [f"SENSOR,X-{name} S1", "Rows,2", "Columns,3", "Sensel Width (cm),1.0"]
            lines += ["Sensel Height (cm),1.0", f"Est. Load (N),{kpa(foot)[row] * 0.6:.3f}", "SENSELS"]
            lines += [",".join([cell] * 3)] * 2 + [""]
    return "\n".join(lines) + "\n"


def stappone(*, times: np.ndarray = TIME_S) -> str:
    """StappOne .csv of one sole, resting at 300."""
    titles = [
        "sole_id",
        "timestamp",
        *(f"{name}_{axis}" for name in ("accel", "gyro", "magn") for axis in "xyz"),
    ]
    titles += [*(f"pressure_{i:02d}" for i in range(1, 13)), "corrupt"]
    lines = [",".join(titles)]
    for row in range(COUNT):
        stamp = 1_768_494_979_568 + round(1000 * times[row])
        motion = "0,0,9807,0,0,1745329,0,0,0"
        lines.append(f"1,{stamp},{motion}," + ",".join([f"{300 + 10 * kpa(0)[row]:.0f}"] * 12) + ",0")
    return "\n".join(lines) + "\n"


def gaitpdb(*, times: np.ndarray = TIME_S) -> str:
    """19 columns without titles."""
    rows = []
    for row in range(COUNT):
        feet = [[f"{kpa(foot)[row]:.3f}"] * 8 for foot in (0, 1)]
        totals = [f"{8 * float(f'{kpa(foot)[row]:.3f}'):.3f}" for foot in (0, 1)]
        rows.append("\t".join([f"{times[row]:.4f}", *feet[0], *feet[1], *totals]))
    return "\n".join(rows) + "\n"


FILES: dict[str, Callable[..., str]] = {
    "moticon": moticon,
    "loadsol": loadsol,
    "pedar": pedar,
    "pliance": pliance,
    "emed": emed,
    "fscan": fscan,
    "xsensor": xsensor,
    "stappone": stappone,
    "gaitpdb": gaitpdb,
}
