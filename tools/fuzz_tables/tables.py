"""A table with the numbers that it holds, written as some program in some region writes it."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

import numpy as np
from plantigrade.gait.signals import Foot

from tools.fuzz_tables.written import Values, Written

NAN: Final = float("nan")
MISSING: Final = ("", "", "NA", "N/A", "#N/A", "#NV", "NaN", "nan", "NULL", "-", "n/a", "#DIV/0!", "k.A.")
TEXTS: Final = ("walk", "stand", "Straße", "left; right", 'say "hm"', "two\nlines", "5,5", "", "1.234")
EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
Kind = Literal["seconds", "milliseconds", "rate", "clock"]
WITHOUT_TIME: Final = frozenset(
    {"row_twice", "row_lost", "rows_exchanged", "lost_line_end", "lost_quote", "added_quote"}
)
"""Damages of a table without a time: nothing tells there that a row is another."""


@dataclass(frozen=True)
class Region:
    """How a region writes numbers."""

    name: str
    decimal: str
    groups: str
    digits: dict[int, int] | None = None


REGIONS: Final = (
    Region("en-US", ".", ","),
    Region("de-DE", ",", "."),
    Region("fr-FR", ",", "\u202f"),
    Region("sv-SE", ",", "\u00a0"),
    Region("de-CH", ".", "\u2019"),
    Region("it-CH", ".", "'"),
    Region("en-ZA", ",", " "),
    Region("ar-EG", "\u066b", "\u066c", EASTERN),
    Region("fa-IR", "\u066b", "\u066c", PERSIAN),
)
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-16-le", "cp1252")


@dataclass
class Style:
    """What a program makes of a table.

    Attributes:
        separator: between cells.
        quoting: of Python's csv module.
        line_end: after each row; the last may lack it.
        encoding: of the text; "-bom" with a byte order mark.
        names_line: `sep=;` before the titles.
        row_names: "" none, "titled" with an empty title, "untitled" without a title.
        trailing: empty cells at the end of each row, and of the titles.
        blank_rows: rows of separators at the end.
        packed: with gzip.
    """

    separator: str
    quoting: Literal[0, 1, 2]
    line_end: str
    encoding: str
    names_line: bool
    row_names: str
    trailing: tuple[int, int]
    blank_rows: int
    packed: bool
    last_line_end: bool


@dataclass
class Table:
    """A table and what it says.

    Attributes:
        region: of its numbers.
        style: of its file.
        kind: how it tells the time.
        rate_hz: of its samples.
        times_s: of the rows, from the first.
        columns: forces by title, as written (rounded to the digits of the file); NaN where there is none.
        head: lines before the titles.
        titles, rows: cells as text.
    """

    region: Region
    style: Style
    kind: Kind
    rate_hz: float
    times_s: list[float]
    columns: dict[str, list[float]]
    head: list[str] = field(default_factory=list[str])
    titles: list[str] = field(default_factory=list[str])
    rows: list[list[str]] = field(default_factory=list[list[str]])

    def text(self) -> str:
        """The file as text."""
        out = io.StringIO()
        style = self.style
        if style.names_line:
            out.write(f"sep={style.separator}{style.line_end}")
        for line in self.head:
            out.write(line + style.line_end)
        writer = csv.writer(
            out, delimiter=style.separator, quoting=style.quoting, lineterminator=style.line_end
        )
        titles = ([""] if style.row_names == "titled" else []) + self.titles + [""] * style.trailing[0]
        writer.writerow(titles)
        for number, row in enumerate(self.rows, start=1):
            names = [str(number)] if style.row_names else []
            writer.writerow(names + row + [""] * style.trailing[1])
        for _ in range(style.blank_rows):
            out.write(style.separator * (len(self.titles) - 1) + style.line_end)
        text = out.getvalue()
        return text if style.last_line_end else text.removesuffix(style.line_end)

    def written(self) -> Written:
        """The file and what it says."""
        style = self.style
        return Written(
            name="table.csv",
            text=self.text(),
            separator=style.separator,
            line_end=style.line_end,
            decimal=self.region.decimal,
            encoding=style.encoding,
            rate_hz=self.rate_hz,
            count=len(self.times_s),
            feet={foot: values for foot in Foot if (values := self._columns_of(foot)).size},
            packed=style.packed,
            unseen=WITHOUT_TIME if self.kind == "rate" else frozenset(),
        )

    def _columns_of(self, foot: Foot) -> Values:
        """(rows, columns) as written, in the order of the file."""
        titles = [title.lower() for title in self.titles if title.lower().startswith(f"{foot.value}_")]
        return np.array([self.columns[title] for title in titles]).T.reshape(len(self.times_s), len(titles))


def table(random: Random) -> Table:
    """A table drawn from all that programs and regions make of one."""
    region = random.choice(REGIONS if random.random() < 0.7 else REGIONS[:2])
    kind: Kind = random.choice(("seconds", "seconds", "seconds", "milliseconds", "rate", "clock"))
    rate_hz = random.choice((50.0, 100.0, 100.0, 125.0, 200.0, 250.0))
    count = random.randint(8, 40)
    start = random.choice((0, 0, 0, 5, 998, 1233)) * rate_hz
    made = Table(
        region=region,
        style=_style(random, region),
        kind=kind,
        rate_hz=rate_hz,
        times_s=[i / rate_hz for i in range(count)],
        columns={},
    )
    cells: dict[str, list[str]] = {}
    if kind == "rate":
        made.head.append(f"# sample_rate_hz: {rate_hz:g}")
    elif kind == "clock":
        cells |= _clock(random, made, count)
    else:
        times = [(start + i) / rate_hz for i in range(count)]
        unit, digits = (1000.0, 0) if kind == "milliseconds" else (1.0, 3)
        write = numbers(random, region, digits, grouped=False)
        cells["time_ms" if unit > 1 else "time_s"] = [write(time * unit) for time in times]
    for title in _force_titles(random):
        values = forces(
            random, count, 5.0 if "footswitch" in title else random.choice((300.0, 800.0, 1600.0))
        )
        digits = random.choice((0, 1, 2, 3, 3))
        write = numbers(random, region, digits, grouped=random.random() < 0.3)
        missing = random.random() < 0.2
        written = [NAN if missing and random.random() < 0.1 else round(value, digits) for value in values]
        made.columns[title] = written
        cells[title] = [write(value) if value == value else random.choice(MISSING) for value in written]
    texts = TEXTS if "\n" in made.style.line_end else tuple(word for word in TEXTS if "\n" not in word)
    for extra in range(random.choice((0, 0, 1, 2))):
        cells[("activity", "remark")[extra]] = [random.choice(texts) for _ in range(count)]
    order = list(cells)
    random.shuffle(order)
    made.titles = [title.upper() if random.random() < 0.05 else title for title in order]
    made.rows = [[cells[title][row] for title in order] for row in range(count)]
    return made


def numbers(
    random: Random, region: Region, digits: int, *, grouped: bool, fixed: bool = False
) -> Callable[[float], str]:
    """Writes numbers as a column of a spreadsheet does: with fixed digits, or no more than needed."""
    general = not fixed and not grouped and random.random() < 0.4
    scientific = not fixed and digits > 0 and not grouped and random.random() < 0.05

    def write(value: float) -> str:
        if scientific:
            text = f"{value:.8E}"
        else:
            text = f"{value:,.{digits}f}" if grouped else f"{value:.{digits}f}"
            if general and "." in text:
                text = text.rstrip("0").rstrip(".")
        text = text.replace(",", "\0").replace(".", region.decimal).replace("\0", region.groups)
        return text.translate(region.digits) if region.digits else text

    return write


def _style(random: Random, region: Region) -> Style:
    separator = random.choice((";", "\t", ",", ";", ",", "|"))
    encodings = [name for name in ENCODINGS if name != "cp1252" or _fits_cp1252(region)]
    row_names = random.choice(("", "", "", "titled", "untitled"))
    trailing = random.choice(((0, 0), (0, 0), (0, 0), (1, 1), (0, 1), (1, 0), (3, 3)))
    return Style(
        separator=separator,
        quoting=random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        line_end=random.choice(("\n", "\r\n", "\r")),
        encoding=random.choice(encodings),
        names_line=random.random() < 0.1,
        row_names=row_names,
        trailing=(0, 0) if row_names == "untitled" else trailing,
        blank_rows=random.choice((0, 0, 0, 2)),
        packed=random.random() < 0.1,
        last_line_end=random.random() < 0.9,
    )


def _fits_cp1252(region: Region) -> bool:
    try:
        (region.decimal + region.groups).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return region.digits is None


def _force_titles(random: Random) -> list[str]:
    kind = random.random()
    sides = random.choice((("left", "right"), ("left", "right"), ("left",), ("right",)))
    if kind < 0.6:
        return [f"{side}_force_n" for side in sides]
    if kind < 0.85:
        return [f"{side}_{sensor}_n" for side in sides for sensor in range(1, random.randint(2, 5))]
    return [f"{side}_footswitch" for side in sides]


def forces(random: Random, count: int, top: float) -> list[float]:
    """Swing, stance, and in between; always changing."""
    values = [random.choice((0.0, 1.0, random.random())) * top for _ in range(count)]
    values[0], values[1] = 0.0, top * (0.5 + random.random() / 2)
    random.shuffle(values)
    return values


def _clock(random: Random, made: Table, count: int) -> dict[str, list[str]]:
    """A column that shows a clock, perhaps with the date in it or beside it."""
    begin = datetime(
        2026, random.randint(1, 12), random.randint(1, 28), random.randint(0, 23), 59, 59, 900_000
    )
    moments = [begin + timedelta(microseconds=round(i * 1e6 / made.rate_hz)) for i in range(count)]
    dates: Callable[[datetime], str] = random.choice(
        (
            lambda moment: f"{moment:%Y-%m-%d}",
            lambda moment: f"{moment:%d.%m.%Y}",
            lambda moment: f"{moment:%m/%d/%Y}",
            lambda moment: f"{moment:%d/%m/%y}",
            lambda moment: f"{moment:%d-%b-%Y}",
        )
    )
    mark = random.choice(".,") if made.region.decimal in ".," else "."
    if random.random() < 0.5:
        hours = [f"{moment:%H:%M:%S}{mark}{moment.microsecond // 1000:03d}" for moment in moments]
    else:
        half = random.choice((("AM", "PM"), ("am", "pm"), ("a.m.", "p.m.")))
        hours = [
            f"{one.hour % 12 or 12}:{one:%M:%S}{mark}{one.microsecond // 1000:03d} {half[one.hour // 12]}"
            for one in moments
        ]
    where = random.random()
    if where < 0.3:
        return {"time": hours}
    if where < 0.6:
        return {"date": [dates(moment) for moment in moments], "time": hours}
    return {"timestamp": [f"{dates(m)} {hour}" for m, hour in zip(moments, hours, strict=True)]}
