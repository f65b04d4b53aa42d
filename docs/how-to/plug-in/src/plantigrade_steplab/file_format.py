"""The text files of the StepLab insole (an example: there is no such insole).

    StepLab insole v1
    rate_hz: 100
    left heel; left ball; left toes; right heel; right ball; right toes
    312.5; 80.1; 0.0; 0.0; 0.0; 0.0

Newtons, a row a sample, both feet on one clock; an empty cell is a sample that was lost.
"""

from collections.abc import Iterator

import numpy as np
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.imports.nearest import mark
from plantigrade.imports.registry import ImportFormat
from plantigrade.imports.source import Head, Source

NAME = "steplab"
FIRST_LINE = "StepLab insole v1"
SENSORS = 3
LENGTH_MM = 265.0
LAYOUT = SensorLayout(
    name="steplab-3",
    x_mm=np.array([45.0, 45.0, 30.0]),
    y_mm=np.array([30.0, 185.0, 245.0]),
    area_cm2=np.array([25.0, 30.0, 10.0]),
    region=("heel", "forefoot", "toes"),
    insole_length_mm=LENGTH_MM,
)


def recognises(head: Head) -> bool:
    """Whether a file begins as StepLab's do."""
    return head.text.startswith(FIRST_LINE)


def read(source: Source, foot: Foot | None) -> Walk:
    """The recording in a file.

    Args:
        source: the file; `source.lines()` unpacks gzip, knows the encoding and caps the length.
        foot: not looked at: the file has both feet.

    Raises:
        FileError: the file is not as above; the message names the line.
    """
    lines = source.lines()
    next(lines)
    rate_hz = _rate(next(lines, ""), source)
    next(lines, "")
    rows = np.array(list(_rows(lines, source)), np.float32).reshape(-1, 2 * SENSORS)
    if not len(rows):
        raise FileError(source.path, "holds no samples")
    source.understood(4, "newtons of three sensors a foot", last_line=3 + len(rows))
    time_s = np.arange(len(rows)) / rate_hz
    left = FootSignal(Foot.LEFT, time_s, rows[:, :SENSORS], LAYOUT)
    right = FootSignal(Foot.RIGHT, time_s, rows[:, SENSORS:], LAYOUT)
    return Walk(left, right, rate_hz, SourceInfo(str(source.path), NAME))


def _rate(line: str, source: Source) -> float:
    name, _, text = line.partition(":")
    try:
        rate_hz = float(text) if name.strip() == "rate_hz" else 0.0
    except ValueError:
        rate_hz = 0.0
    if not 10.0 <= rate_hz <= 2000.0:
        raise FileError(source.path, f"line 2 is {line.strip()[:40]!r}, not a rate such as 'rate_hz: 100'")
    return rate_hz


def _rows(lines: Iterator[str], source: Source) -> Iterator[list[float]]:
    for number, line in enumerate(lines, 4):
        if not line.strip():
            continue
        cells = line.split(";")
        try:
            if len(cells) != 2 * SENSORS:
                raise ValueError
            yield [float(cell) if cell.strip() else np.nan for cell in cells]
        except ValueError as error:
            problem = f"line {number} is not {2 * SENSORS} numbers with semicolons between"
            raise FileError(source.path, problem) from error


FORMAT = ImportFormat(
    NAME,
    "StepLab insole (.stl)",
    (".stl",),
    recognises,
    read,
    marks=(mark("the first line of StepLab", rf"^{FIRST_LINE}"),),
)
