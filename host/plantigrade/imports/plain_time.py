"""The time of a plain CSV: a column of seconds, a column that shows a clock, or the rate alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats
from plantigrade.imports import clock
from plantigrade.imports.clock import Clock
from plantigrade.imports.plain_header import CLOCKS, DATE, SECONDS
from plantigrade.imports.repeated_rows import note, written_once
from plantigrade.imports.source import Source
from plantigrade.imports.table_rows import TableRows
from plantigrade.imports.table_titles import Titles
from plantigrade.imports.wall_clock import WallClockError, wall_clock


@dataclass(frozen=True, eq=False)
class Timed:
    """Time of the rows, when the first was, and what is odd."""

    clock: Clock
    start: datetime | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TimeColumns:
    """Which columns tell the time.

    Attributes:
        numbers: one column of a number of seconds, milliseconds or microseconds, or none.
        unit_s: what 1 stands for there.
        texts: columns that show a clock: time, then the date where it has one of its own.
    """

    numbers: tuple[int, ...] = ()
    unit_s: float = 1.0
    texts: tuple[int, ...] = ()

    @classmethod
    def among(cls, source: Source, titles: Titles, rows: TableRows, *, needed: bool) -> "TimeColumns":
        """The columns of time of a file.

        Args:
            source: the file.
            titles: of its columns.
            rows: of the same file.
            needed: without a column of time there is no time.

        Raises:
            FileError: there is none, or it holds plain numbers of a unit that is not told.
        """
        names = titles.names
        dates = (names.index(DATE),) if DATE in names else ()
        for name in (*SECONDS, *CLOCKS):
            if name not in names:
                continue
            column = names.index(name)
            shows_clock = any(":" in cell for cell in rows.first_cells(column))
            if shows_clock:
                return cls(texts=(column, *dates))
            if name in SECONDS:
                return cls((column,), SECONDS[name])
            if needed:
                raise FileError(
                    source.path,
                    f"the column {name!r} holds plain numbers; call it time_s when they are seconds, "
                    "time_ms when they are milliseconds",
                )
        if needed:
            raise FileError(source.path, "has neither a time_s column nor a line '# sample_rate_hz: ...'")
        return cls()

    def time_of(
        self, source: Source, rows: Floats, cell_texts: Sequence[Sequence[str]], rate_hz: float | None
    ) -> tuple[Floats, Timed]:
        """The rows that are samples, with their time; rows that were written twice are left out.

        Args:
            source: the file.
            rows: (n, columns) as read, `numbers` first.
            cell_texts: cells of `texts` by row.
            rate_hz: as the file states it.

        Raises:
            FileError: the time is no clock.
        """
        start: datetime | None = None
        notes: list[str] = []
        if self.texts:
            try:
                shown = wall_clock(
                    [row[0] for row in cell_texts],
                    [row[1] for row in cell_texts] if len(self.texts) > 1 else None,
                )
            except WallClockError as error:
                raise FileError(source.path, f"the time of sample {error.row + 1}: {error}") from error
            time_s, start = shown.seconds, shown.start
            notes += [shown.note] if shown.note else []
        elif self.numbers:
            time_s = rows[:, 0] * self.unit_s
        else:
            assert rate_hz is not None
            return rows, Timed(clock.steady(len(rows), rate_hz, source.path), None, ())
        once = written_once(time_s, rows)
        if once is not None:
            notes.append(note(len(rows) - len(once)))
            rows, time_s = rows[once], time_s[once]
        ticks = clock.checked(time_s, source.path, stated_rate_hz=rate_hz)
        return rows, Timed(ticks, start, tuple(notes))
