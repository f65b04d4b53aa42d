"""What is known of a recording before any of its samples is looked at."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from plantigrade.api.sources import UNLIMITED, Source, Span
from plantigrade.gait.signals import Walk

Side = Literal["left", "right"]


class RecordingFacts:
    """Identifier, format, feet, rate and times of a recording or of a slice of it.

    Of our own recordings the manifest answers; of files of other systems the walk, which was read already.
    """

    def __init__(self, source: Source, span: Span = UNLIMITED) -> None:
        self._source = source
        self._span = span

    def __repr__(self) -> str:
        seconds = self.duration_s
        length = "length unknown" if seconds is None else f"{seconds:.1f} s"
        name = Path(self.id).name
        return f"<Recording {name}: {' and '.join(self.feet)}, {self.sample_rate_hz:.4g} Hz, {length}>"

    @cached_property
    def _walk(self) -> Walk:
        return self._source.walk(self._span)

    @property
    def id(self) -> str:
        """Identifier in the library, or path of the file.

        Example:
            >>> import plantigrade as pg
            >>> pg.twin.walk(pg.twin.person(1), seconds=5, seed=1).id
            'virtual walk, seed 1'
        """
        return self._source.id

    @property
    def format(self) -> str:
        """Name of the format that it came in, as docs/reference/file-formats.md lists them.

        Example:
            >>> import plantigrade as pg
            >>> pg.read(pg.twin.example_file()).format
            'gaitpdb'
        """
        stored = self._source.stored
        if stored is None:
            return self._walk.source.format
        return str(stored.manifest.provenance.get("format", "plantigrade"))

    @property
    def feet(self) -> tuple[Side, ...]:
        """The feet that were recorded, left first.

        Example:
            >>> import plantigrade as pg
            >>> pg.read(pg.twin.example_file()).feet
            ('left', 'right')
        """
        stored = self._source.stored
        named = {entry.foot for entry in stored.manifest.feet} if stored is not None else set[str]()
        if stored is None or not named <= {"left", "right"}:
            named = {foot.foot.value for foot in self._walk.feet}
        sides: tuple[Side, ...] = ("left", "right")
        return tuple(side for side in sides if side in named)

    @property
    def sample_rate_hz(self) -> float:
        """Nominal rate of both feet in Hz.

        Example:
            >>> import plantigrade as pg
            >>> round(pg.read(pg.twin.example_file()).sample_rate_hz)
            100
        """
        stored = self._source.stored
        return self._walk.sample_rate_hz if stored is None else stored.manifest.sample_rate_hz

    @property
    def start_utc(self) -> datetime | None:
        """UTC of second 0; None where no clock is known (files of other systems mostly say local time, if
        any).

        Example:
            >>> import plantigrade as pg
            >>> pg.read(pg.twin.example_file()).start_utc is None
            True
        """
        stored = self._source.stored
        start_ns = None if stored is None else stored.manifest.start_utc_ns
        if start_ns is None:
            return None
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=start_ns // 1000)

    @property
    def span_s(self) -> tuple[float, float]:
        """Times of the first and the last sample in seconds; both NaN without samples.

        Example:
            >>> import plantigrade as pg
            >>> pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)[10:20].span_s
            (10.0, 19.99)
        """
        times = [foot.time_s for foot in self._walk.feet if len(foot)]
        starts, ends = [float(one[0]) for one in times], [float(one[-1]) for one in times]
        return min(starts, default=float("nan")), max(ends, default=float("nan"))

    @property
    def duration_s(self) -> float | None:
        """Length in seconds, gaps included; None where no clock is known.

        Example:
            >>> import plantigrade as pg
            >>> pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)[10:20].duration_s
            10.0
        """
        stored = self._source.stored
        if stored is not None and self._span.is_unlimited:
            return stored.manifest.duration_s
        first, last = self.span_s
        length = last - first + 1.0 / self.sample_rate_hz
        return round(length, 6) if length == length else None

    @property
    def body_weight_n(self) -> float | None:
        """Weight of the person in newtons, where the recording or the library says it.

        Example:
            >>> import plantigrade as pg
            >>> round(pg.twin.walk(pg.twin.person(1), seconds=5, seed=1).body_weight_n)
            837
        """
        return self._walk.body_weight_n

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd about the recording, as its reader says it.

        Example:
            >>> import plantigrade as pg
            >>> pg.twin.walk(pg.twin.person(1), seconds=5, seed=1).notes
            ('virtual walk (neutral)',)
        """
        return tuple(note for note in self._walk.source.note.split("; ") if note)
