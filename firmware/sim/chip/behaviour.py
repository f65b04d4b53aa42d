"""What the chip does that a kind simulation would not: one row for each, with its values and where they come from.

Every part of the virtual chip asks `value(name)`. At power-on all rows are at their typical value; a test or a soak
sets a level for all of them, or a value for one.
"""

OFF, TYPICAL, WORST = range(3)
LEVELS = ("off", "typical", "worst")


class Behaviour:
    """One row.

    Attributes:
        name: with its unit, where it has one.
        values: with the row off, typical, and worst.
        source: where the figures were read, or that they are recalled or estimated.
        what: in one sentence.
    """

    def __init__(self, name, off, typical, worst, what, source):
        self.name = name
        self.values = (off, typical, worst)
        self.what = what
        self.source = source


TABLE = (
    Behaviour(
        "flash_erase_us",
        0,
        45000,
        400000,
        "Erasing 4 KiB stops whatever is not in IRAM: timers, callbacks and the radio's host wait.",
        "ESP-IDF, SPI flash concurrency constraints; GD25Q64 data sheet, sector erase time",
    ),
    Behaviour(
        "flash_program_us",
        0,
        700,
        3000,
        "Programming a page of 256 bytes stops them as well.",
        "as above; GD25Q64 data sheet, page program time",
    ),
)

_now = {}


def use(level):
    """Put every row at a level: `OFF`, `TYPICAL` or `WORST`."""
    for row in TABLE:
        _now[row.name] = row.values[level]


def put(name, value):
    """Give one row a value of its own; KeyError for a row that does not exist."""
    _now[name]
    _now[name] = value


def value(name):
    """What holds for a row now."""
    return _now[name]


use(TYPICAL)
