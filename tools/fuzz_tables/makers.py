"""Tables of makers of insoles, a row a sample, with the numbers that they hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.imports import cells

from tools.fuzz_tables.tables import NAN, REGIONS, Region, forces, numbers
from tools.fuzz_tables.written import Values, Written

FEW_REGIONS: Final = REGIONS[:2]
ENCODINGS: Final = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
SIDES: Final = ((Foot.LEFT, Foot.RIGHT), (Foot.LEFT, Foot.RIGHT), (Foot.LEFT,), (Foot.RIGHT,))
Write = Callable[[float], str]


@dataclass
class Writer:
    """What a maker's program, or one through which the file went, makes of a table.

    Attributes:
        random: draws everything.
        region: of its numbers.
        line_end, encoding, packed: as in `Written`.
        rate_hz, count: of the samples.
    """

    random: Random
    region: Region
    line_end: str
    encoding: str
    packed: bool
    rate_hz: float
    count: int

    @classmethod
    def drawn(cls, random: Random, *, rates: Sequence[float] = (100.0, 50.0, 200.0)) -> "Writer":
        """One of those that there are."""
        return cls(
            random,
            FEW_REGIONS[random.random() < 0.3],
            random.choice(("\n", "\r\n", "\r\n", "\r")),
            random.choice(ENCODINGS),
            random.random() < 0.1,
            random.choice(rates),
            random.randint(20, 40),
        )

    def number(self, digits: int, *, may_group: bool = False) -> Write:
        """Writes numbers of a column with fixed digits, thousands grouped now and then."""
        grouped = may_group and self.random.random() < 0.1
        return numbers(self.random, self.region, digits, grouped=grouped, fixed=True)

    def loads(self, sensors: int, top: float, digits: int, *, step: float = 0.0) -> Values:
        """(count, sensors) loads of a foot, as rounded in the file."""
        found = np.array([forces(self.random, self.count, top) for _ in range(sensors)]).T
        return np.asarray(np.round(found / step) * step if step else np.round(found, digits), np.float64)

    def file(
        self, name: str, lines: Sequence[str], separator: str, feet: dict[Foot, Values], **more: object
    ) -> Written:
        """The file of these lines."""
        return Written(
            name=name,
            text=self.line_end.join(lines) + self.line_end,
            separator=separator,
            line_end=self.line_end,
            decimal=self.region.decimal,
            encoding=self.encoding,
            rate_hz=self.rate_hz,
            count=self.count,
            feet=feet,
            packed=self.packed,
            **more,  # type: ignore[arg-type]
        )


def moticon(random: Random) -> Written:
    """OpenGo text: pressures and total force, or the total alone; samples of one foot may be missing."""
    by = Writer.drawn(random)
    sides, cell_count = random.choice(SIDES), random.choice((16, 16, 0))
    motion, marks = random.random() < 0.5, random.random() < 0.5
    titles, columns = (
        ["time"],
        [[by.number(2 if by.rate_hz < 150 else 3)(i / by.rate_hz) for i in range(by.count)]],
    )
    feet: dict[Foot, Values] = {}
    for side in sides:
        kpa_tenth = by.loads(cell_count, 30.0, 2, step=0.25)
        total = (
            np.round(kpa_tenth @ np.full(cell_count, 9.0), 2) if cell_count else by.loads(1, 1500.0, 2)[:, 0]
        )
        gone = np.array([random.random() < 0.1 for _ in range(by.count)]) & (random.random() < 0.3)
        titles += [f"{side.value} pressure {i}[N/cm²]" for i in range(1, cell_count + 1)]
        columns += [_column(by.number(2), kpa_tenth[:, i], gone) for i in range(cell_count)]
        if motion:
            titles += [f"{side.value} acceleration {axis}[g]" for axis in "XYZ"]
            columns += [_column(by.number(6), by.loads(1, 2.0, 6)[:, 0], gone) for _ in range(3)]
        titles.append(f"{side.value} total force[N]")
        columns.append(_column(by.number(2, may_group=True), total, gone))
        feet[side] = 10.0 * kpa_tenth if cell_count else total[:, None]
        feet[side][gone] = NAN
    if marks:
        titles += [f"{side.value} steps[]" for side in sides]
        columns += [["" if random.random() < 0.8 else "11.00" for _ in range(by.count)] for _ in sides]
    head = ["# Start time: 15.09.2022 15:58:36.241", "# Duration: 00:01.500"][: random.randint(0, 2)]
    head += ["# Sensor insoles: Left SN1, Right SN2", "# Size: 3", "# Notes: "]
    lines = [*head, "# " + "\t".join(titles), *("\t".join(row) for row in zip(*columns, strict=True))]
    return by.file("walk.txt", lines, "\t", feet, pressures=cell_count > 0)


def _column(write: Write, values: Values, gone: np.ndarray) -> list[str]:
    return ["" if is_gone else write(value) for value, is_gone in zip(values.tolist(), gone, strict=True)]


def loadsol(random: Random) -> Written:
    """loadapp text: three zones in any order and their total, or the total alone; lost samples are -1."""
    by = Writer.drawn(random, rates=(100.0, 200.0))
    zoned = random.random() < 0.8
    names, units, columns = list[str](), list[str](), list[list[str]]()
    feet: dict[Foot, Values] = {}
    for side in random.choice(SIDES):
        zones = random.sample(("heel", "medial", "lateral"), 3) if zoned else []
        device = f"PGV{random.randint(1, 999)}-{side.value[0].upper()}"
        values = by.loads(len(zones) or 1, 800.0, 2)
        lost = np.array([random.random() < 0.1 for _ in range(by.count)]) & (random.random() < 0.3) & zoned
        shown = values.copy()
        shown[lost] = -1.0
        write, time = by.number(3, may_group=True), by.number(3)
        names += ["", *(f"{device}::{zone}" for zone in zones), device]
        units += ["Time[secs]", *["Force[N]"] * (len(zones) + 1)]
        columns.append([time(i / by.rate_hz) for i in range(by.count)])
        columns += [[write(value) for value in shown[:, i].tolist()] for i in range(len(zones))]
        totals = np.where(lost, 0.0, values.sum(axis=1))
        columns.append([write(value) for value in totals.tolist()])
        values[lost] = NAN
        order = [zones.index(zone) for zone in ("heel", "medial", "lateral")] if zones else [0]
        feet[side] = values[:, order]
    rest = ["", ""] if random.random() < 0.7 else []
    lines = ["loadapp_2024_01_17_14_48_48_148.loadflux", "comment try"]
    lines += ["\t".join([*names, *rest]), "\t".join([*units, *rest])]
    lines += ["\t".join([*row, *rest]) for row in zip(*columns, strict=True)]
    return by.file("walk.txt", lines, "\t", feet)


def pedar(random: Random) -> Written:
    """pedar text: 99 cells a foot behind the time."""
    by = Writer.drawn(random)
    sides = random.choice(SIDES)
    size, time, write = random.choice("vwxy"), by.number(5), by.number(3)
    area = cells.pedar_cell_cm2(size) or cells.PEDAR_USUAL_CM2
    pressures = {side: by.loads(cells.PEDAR_CELLS, 400.0, 1, step=2.5) for side in sides}
    lines = [
        "file name:\twalk.sol\tdate/time  25.04.23 10.49",
        f"sensor type:\t{size}-1l-1r",
        f"total time [secs]:  1.500\ttime per frame [secs]:  0.01000\tscanning rate [Hz]:   {by.rate_hz:g}",
        "pressure values in  kPa",
        *(f"{side.value} insole: 1,2,3" for side in sides),
        "time[secs]\t" + "\t".join(str(i + 1) for i in range(cells.PEDAR_CELLS * len(sides))) + "\t",
    ]
    for row in range(by.count):
        loads = [write(value) for values in pressures.values() for value in values[row].tolist()]
        lines.append("\t".join([time(row / by.rate_hz), *loads]) + "\t")
    feet = {side: values * cells.N_PER_KPA_CM2 * area for side, values in pressures.items()}
    return by.file("walk.asc", lines, "\t", feet)


def pliance(random: Random) -> Written:
    """pliance text: a mat's cells, its force, and where its cells lie."""
    by = Writer.drawn(random, rates=(100.0, 50.0))
    count = random.randint(3, 12)
    time, write, place = by.number(5), by.number(3), by.number(4)
    values, area = by.loads(count, 300.0, 1, step=2.5), random.choice((0.5625, 4.0, 1.3225))
    lines = [
        "file name: trial_R_1.mat date/time 17.06.23 15.21",
        "mat type s1",
        f"total times [secs]: 1.5 time per frame [secs]: 0.01 scanning rate [Hz]: {by.rate_hz:g}",
        "pressure values in kPa",
        "electrical:",
        "time[secs]  " + "  ".join(str(i + 1) for i in range(count)),
    ]
    for row in range(by.count):
        lines.append("  ".join(["", time(row / by.rate_hz), *map(write, values[row].tolist())]) + " ")
    lines += ["  ".join(["", "MVP", *map(write, values.max(axis=0).tolist())]), ""]
    lines += [" time[secs] force[N]   x[cm]   y[cm]", ""]
    force = values * cells.N_PER_KPA_CM2 * area
    for row in range(by.count):
        lines.append(f"  {time(row / by.rate_hz)}  {write(float(force[row].sum()))}  -  -")
    lines += ["", "sensor  " + "  ".join(str(i + 1) for i in range(count)), "corner[cm]"]
    lines += ["x[c]  " + "  ".join(place(1.5 + i % 3) for i in range(count))]
    lines += ["y[c]  " + "  ".join(place(1.5 + 2 * (i // 3)) for i in range(count))]
    lines += ["area  " + "  ".join([place(area)] * count)]
    return by.file("trial_R_1.asc", lines, "  ", {Foot.RIGHT: force})


def gaitpdb(random: Random) -> Written:
    """19 columns without titles: time, eight sensors a foot, two totals."""
    by = Writer.drawn(random, rates=(100.0,))
    time, write = by.number(4), by.number(2, may_group=True)
    feet = {side: by.loads(8, 300.0, 2) for side in Foot}
    lines = [
        "\t".join(
            [
                time(row / by.rate_hz),
                *(write(value) for values in feet.values() for value in values[row].tolist()),
                *(write(float(values[row].sum())) for values in feet.values()),
            ]
        )
        for row in range(by.count)
    ]
    return by.file("walk.txt", lines, "\t", feet)


def stappone(random: Random) -> Written:
    """StappOne: a row a sole and time, twelve raw numbers over the sole's own unloaded level."""
    by = Writer.drawn(random, rates=(50.0, 62.5, 100.0))
    by.region = FEW_REGIONS[0]
    level = random.randint(200, 600)
    feet = {side: by.loads(12, 500.0, 0) for side in random.choice(SIDES)}
    titles = ["sole_id", "timestamp", *(f"accel_{axis}" for axis in "xyz")]
    lines = [",".join([*titles, *(f"pressure_{i:02d}" for i in range(1, 13)), "corrupt"])]
    for values in feet.values():
        values[:4] = 0.0
    for row in range(by.count):
        for side, values in feet.items():
            stamp = 1_768_494_979_568 + round(1000 * row / by.rate_hz)
            raw = [f"{level + value:.0f}" for value in values[row].tolist()]
            lines.append(",".join([str(1 + (side is Foot.RIGHT)), str(stamp), "0", "12", "9807", *raw, "0"]))
    return by.file("walk.csv", lines, ",", feet)
