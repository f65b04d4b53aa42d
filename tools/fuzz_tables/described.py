"""Tables of programs that nobody knows, each with a description file, and the numbers that they hold."""

from dataclasses import dataclass
from random import Random
from typing import Final

from plantigrade.gait.signals import Foot
from plantigrade.imports.cells import N_PER_KPA_CM2

from tools.fuzz_tables.makers import SIDES, Writer
from tools.fuzz_tables.tables import NAN, REGIONS, WITHOUT_TIME
from tools.fuzz_tables.written import Values, Written

SEPARATORS: Final = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|", "space": " "}
REMARKS: Final = ("", "start", "1,5", "1.234", "5", "1;2", "a|b")
SECONDS: Final = {"s": 1.0, "ms": 1000.0, "us": 1e6}


@dataclass(frozen=True)
class Description:
    """What the description says of a table.

    Attributes:
        separator: its name.
        timed: unit of the column of time, empty where only the rate is told.
        unit, factor: of the forces.
        area_cm2: of each sensor.
        sensors: a foot.
        missing: word for no number.
        has_units: a row of units stands between titles and samples.
    """

    separator: str
    timed: str
    unit: str
    factor: float
    area_cm2: float
    sensors: int
    missing: str
    has_units: bool

    @property
    def scale(self) -> float:
        """Newtons, or units of the file where they are not calibrated, for 1 in the file."""
        return self.factor * (N_PER_KPA_CM2 * self.area_cm2 if self.unit == "kPa" else 1.0)

    def text(self) -> str:
        """The description file."""
        time = f"column = '^Zeit$'\nunit = '{self.timed}'"
        rate = "rate_line = '^Rate: ([\\d.,]+) Hz'"
        places = "\n".join(
            f"{i + 1} = [{20 + 10 * i}, {40 + 50 * i}, {self.area_cm2}]" for i in range(self.sensors)
        )
        return f"""
name = "acme"
title = "ACME logger"
source = "made up"
[recognised_by]
lines = ['^ACME logger']
titles = ['^[LR]1$']
[table]
separator = "{self.separator}"
rows_between = {int(self.has_units)}
missing = ["{self.missing}"]
[time]
{time if self.timed else rate}
[sides]
left = "L"
right = "R"
[[force]]
column = '^(?P<side>[LR])(?P<sensor>\\d)$'
unit = "{self.unit}"
factor = {self.factor}
[places]
length_mm = 260
{places}
"""


def described(random: Random) -> Written:
    """A table that a description file tells: any separator, unit, region, clock or rate, words for none."""
    by = Writer.drawn(random)
    by.region = random.choice(REGIONS) if random.random() < 0.5 else by.region
    description = _description(random, by)
    mark = SEPARATORS[description.separator]
    titles, columns = list[str](), list[list[str]]()
    if description.timed:
        write = by.number(3 if description.timed == "s" else 0)
        titles.append("Zeit")
        columns.append([write(SECONDS[description.timed] * i / by.rate_hz) for i in range(by.count)])
    feet: dict[Foot, Values] = {}
    gaps = random.random() < 0.4
    for side in random.choice(SIDES):
        digits = random.choice((0, 1, 3))
        values = by.loads(description.sensors, 900.0, digits)
        for i in range(description.sensors):
            write = by.number(digits, may_group=True)
            gone = [gaps and random.random() < 0.1 for _ in range(by.count)]
            cells = zip(values[:, i].tolist(), gone, strict=True)
            titles.append(f"{side.value[0].upper()}{i + 1}")
            columns.append([description.missing if no else write(value) for value, no in cells])
            values[gone, i] = NAN
        feet[side] = values * description.scale
    if random.random() < 0.4:
        titles.append("remark")
        remarks = [word for word in REMARKS if mark not in word and (word or mark != " ")]
        columns.append([random.choice(remarks) for _ in range(by.count)])
    lines = ["ACME logger 2", *([] if description.timed else [f"Rate: {by.rate_hz:g} Hz"]), mark.join(titles)]
    lines += [mark.join(["unit"] * len(titles))] if description.has_units else []
    lines += [mark.join(row) for row in zip(*columns, strict=True)]
    unseen = frozenset[str]() if description.timed else WITHOUT_TIME
    return by.file("walk.txt", lines, mark, feet, unseen=unseen, description=description.text())


def _description(random: Random, by: Writer) -> Description:
    """A description that fits what the program writes: no separator that stands in its numbers."""
    names = [
        name
        for name, mark in SEPARATORS.items()
        if mark not in (by.region.decimal, by.region.groups)
        and not (name == "space" and by.region.groups.isspace())
    ]
    return Description(
        separator=random.choice(names),
        timed=random.choice(("s", "ms", "us", "")),
        unit=random.choice(("N", "kPa", "any")),
        factor=random.choice((1.0, 1.0, 0.5, 9.81)),
        area_cm2=random.choice((2.0, 5.5)),
        sensors=random.randint(1, 4),
        missing=random.choice(("lost", "NA", "-1.#IND")),
        has_units=random.random() < 0.4,
    )
