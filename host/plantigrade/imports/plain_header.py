"""What stands before the rows of a plain CSV: remarks, lines `# name: value` and the row of titles."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from plantigrade.errors import FileError
from plantigrade.imports.numerals import MARKS_BY_NAME, alone
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table_titles import Titles, separator_line, separator_of_rows, split_titles
from plantigrade.imports.wall_clock import moment

MAX_COMMENTS: Final = 2000
MAX_COLUMNS: Final = 4096
COLUMN: Final = re.compile(
    r"^(left|right)_(?:(footswitch)|(force)_n|(?!\w*(?:left|right|force|footswitch)_\w*_n$)(\w+)_n)$"
)
MOTION: Final = re.compile(r"^(left|right)_(acc|gyr)_([xyz])_(m_s2|g|mg|deg_s|rad_s)$")
SECONDS: Final = {"time_s": 1.0, "time_ms": 1e-3, "time_us": 1e-6}
"""Titles of columns of time as a number, with their unit in seconds."""
CLOCKS: Final = ("timestamp", "datetime", "date_time", "date time", "time", "time_of_day", "clock")
"""Titles of columns that show a clock; a date may stand beside the time or in a column `date`."""
DATE: Final = "date"
_COMMENT = re.compile(r"^#\s*([a-z_ 0-9]+?)\s*:\s*(.*?)\s*$", re.IGNORECASE)
_STARTS: Final = ("start", "start_time", "recorded")
_NO_COLUMN: Final = (
    "has no column such as left_force_n, left_1_n, left_footswitch or left_acc_x_m_s2; see "
    "docs/reference/file-formats.md"
)


@dataclass
class Header:
    """Titles and remarks of a file.

    Attributes:
        titles: in lower case.
        facts: lines `# name: value`, by name in lower case.
        sensors: x_mm, y_mm and area_cm2 of each sensor that has a line.
    """

    source: Source
    titles: Titles
    facts: dict[str, str] = field(default_factory=dict[str, str])
    sensors: dict[str, tuple[float, float, float]] = field(
        default_factory=dict[str, tuple[float, float, float]]
    )

    def number(self, key: str) -> float | None:
        """The positive number of a line; None where there is no such line.

        Raises:
            FileError: it is no positive number, or may be two.
        """
        if key not in self.facts:
            return None
        text = self.facts[key]
        value = alone(text)
        if value is None or not (np.isfinite(value) and value > 0):
            raise FileError(
                self.source.path, f"the line '# {key}:' needs a positive number, not {text[:20]!r}"
            )
        return value

    def decimal_mark(self) -> str | None:
        """The decimal mark that the user or a line `# decimal_mark:` states.

        Raises:
            FileError: the line has another word than point and comma.
        """
        word = self.source.decimal_mark or self.facts.get("decimal_mark")
        if word is None:
            return None
        if (mark := MARKS_BY_NAME.get(word.lower())) is None:
            raise FileError(
                self.source.path, f"the line '# decimal_mark:' knows point and comma, not {word[:20]!r}"
            )
        return mark

    def start(self) -> tuple[datetime | None, str]:
        """Date and time of the first sample as the remarks have them, and what is to be said when they
        cannot be understood."""
        key = next((key for key in (*_STARTS, DATE) if key in self.facts), None)
        if key is None:
            return None, ""
        text = self.facts[key]
        if key == DATE and "time" in self.facts:
            text = f"{text} {self.facts['time']}"
        try:
            found = moment(text)
            zone = self._zone()
        except ValueError as error:
            return None, f"the line '# {key}:' is not understood: {error}"
        return (found if zone is None or found.tzinfo else found.replace(tzinfo=zone)), ""

    def _zone(self) -> tzinfo | None:
        name = self.facts.get("time_zone", "")
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name[:40]!r} is no time zone such as Europe/Berlin") from error


def is_ours(title: str) -> bool:
    """Whether a title, in lower case, is one that plain CSV knows."""
    return title in SECONDS or title in CLOCKS or title == DATE or is_measured(title)


def is_measured(title: str) -> bool:
    """Whether a title, in lower case, is one of a load or of motion."""
    return COLUMN.match(title) is not None or MOTION.match(title) is not None


def recognises(head: Head) -> bool:
    """A title row that has a column of ours."""
    separator: str | None = None
    for line in head.lines(MAX_COMMENTS + 1):
        if (named := separator_line(line)) is not None:
            separator = named
        elif not _is_remark(line):
            titles, _ = split_titles(line, is_ours, separator)
            return any(is_measured(title.lower()) for title in titles)
    return False


def read_header(source: Source) -> Header:
    """Everything up to the row of titles.

    Raises:
        FileError: there is none, it names no column that can be read or one twice, or a sensor's place is
            no place.
    """
    facts: dict[str, str] = {}
    sensors: dict[str, tuple[float, float, float]] = {}
    separator: str | None = None
    lines = source.lines()
    for number, line in enumerate(lines, start=1):
        if number > MAX_COMMENTS and _is_remark(line):
            break
        if (named := separator_line(line)) is not None:
            separator = named
            continue
        if not _is_remark(line):
            titles = _titles(source, line, separator, number)
            if len(titles.names) == 1 and titles.separator not in line:
                mark = separator_of_rows(list(islice(lines, 3)))
                titles = replace(titles, separator=mark or titles.separator)
            return Header(source, titles, facts, sensors)
        text = line.strip().strip("\ufeff").strip(";,\t| ").strip('"').replace('""', '"')
        match = _COMMENT.match(text)
        if match and match.group(1).lower().startswith("sensor "):
            sensors[match.group(1).split()[1].lower()] = _place(source, number, match.group(2))
        elif match:
            facts[match.group(1).lower()] = match.group(2)
    raise FileError(source.path, "has no row of column titles")


def _is_remark(line: str) -> bool:
    """Also as a spreadsheet stores it: in quotes, with separators behind it."""
    text = line.strip().lstrip('\ufeff"')
    return text.startswith("#") or not text.strip(';,\t| "')


def _titles(source: Source, line: str, separator: str | None, number: int) -> Titles:
    names, mark = split_titles(line, is_ours, separator)
    titles = [name.lower() for name in names]
    if len(titles) > MAX_COLUMNS:
        raise FileError(source.path, f"has {len(titles)} columns; at most {MAX_COLUMNS} are read")
    ours = [title for title in titles if is_ours(title)]
    doubled = next((title for title in ours if ours.count(title) > 1), None)
    if doubled is not None:
        raise FileError(source.path, f"has the column {doubled[:40]!r} twice")
    if not any(is_measured(title) for title in titles):
        raise FileError(source.path, _NO_COLUMN)
    return Titles(tuple(titles), mark, number)


def _place(source: Source, number: int, text: str) -> tuple[float, float, float]:
    values = [alone(word) for word in text.split()]
    if len(values) != 3 or any(value is None for value in values):
        raise FileError(
            source.path,
            f"line {number}: a sensor line is '# sensor NAME: x_mm y_mm area_cm2', not {text[:40]!r}",
        )
    x, y, area = (value for value in values if value is not None)
    if not np.isfinite([x, y]).all() or max(abs(x), abs(y)) > 1000:
        shown = ", ".join(text.split()[:2])
        raise FileError(source.path, f"line {number}: a sensor cannot lie at {shown} mm")
    return x, y, area
