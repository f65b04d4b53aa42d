"""Marks that somebody sets while a recording is made; they become notes of it when it is stored.

A mark is a time, a few words and who set it. Marks lie in DATA/service/marks.json, so that a service which
is started again still knows them; they name people by code and say nothing about health.
"""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.audit import acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.service.bus import EventBus
from plantigrade.service.events import Event, RecordingEvent
from plantigrade.service.offload import Offload

FILE: Final = "marks.json"
LONGEST_TEXT: Final = 100
MOST: Final = 1000
"""Marks that wait for their recordings; a day of tests has some hundred."""
LASTS_S: Final = 30 * 86_400.0
"""As long as a journal waits for what is lacking; then there will be no recording of that time."""
_STORED: Final = ("provisional", "final")


class MarkError(PlantigradeError):
    """A mark cannot be set."""


@dataclass(frozen=True)
class Mark:
    """A mark.

    Attributes:
        utc_ns: when.
        text: a few words.
        person: code of the wearer; None while nobody knows.
        actor: who set it.
    """

    utc_ns: int
    text: str
    person: str | None
    actor: str


class Marks:
    """Marks that wait for their recordings.

    Args:
        library: open.
        bus: on which recordings are heard of.
        offload: runs calls to the database.
        utc_ns: the wall clock.
    """

    def __init__(self, library: Library, bus: EventBus, offload: Offload, utc_ns: Callable[[], int]) -> None:
        self._library, self._offload, self._utc_ns = library, offload, utc_ns
        self._path = library.data_dir / "service" / FILE
        self._marks = _read(self._path)
        self._stored: asyncio.Queue[RecordingEvent] = asyncio.Queue()
        bus.call_on_event(self._on_event)

    @property
    def waiting(self) -> tuple[Mark, ...]:
        """Those that no recording has been found for yet."""
        return tuple(self._marks)

    def add(self, text: str, person: str | None, actor: str) -> Mark:
        """Set a mark now.

        Raises:
            MarkError: the text is empty or too long, too many wait, or the disk does not take it.
        """
        text = text.strip()
        if not 0 < len(text) <= LONGEST_TEXT:
            raise MarkError(f"a mark has 1 to {LONGEST_TEXT} characters")
        if len(self._marks) >= MOST:
            raise MarkError(f"{MOST} marks wait for their recordings already")
        mark = Mark(self._utc_ns(), text, person, actor)
        self._store([*self._marks, mark])
        return mark

    async def run(self) -> None:
        """Write marks into recordings as these are stored, until cancelled."""
        while True:
            await self.take(await self._stored.get())

    async def take(self, event: RecordingEvent) -> None:
        """Write the marks of a recording that was stored."""
        if not self._marks:
            return
        try:
            written = await self._offload.thread(self._write, event.recording, tuple(self._marks))
        except LibraryError:
            return  # it is gone, or the database is busy: the next version of it brings another try
        oldest = self._utc_ns() - round(LASTS_S * 1e9)
        left = [mark for mark in self._marks if mark not in written and mark.utc_ns >= oldest]
        if len(left) != len(self._marks):
            self._store(left)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, RecordingEvent) and event.stage in _STORED:
            self._stored.put_nowait(event)

    def _write(self, recording: str, marks: tuple[Mark, ...]) -> set[Mark]:
        entry = self._library.entry(recording)
        if entry.start_utc_ns is None or entry.duration_s is None:
            return set()
        written: set[Mark] = set()
        for mark in marks:
            at_s = (mark.utc_ns - entry.start_utc_ns) / 1e9
            same = mark.person is None or entry.person is None or mark.person == entry.person
            if same and 0.0 <= at_s <= entry.duration_s:
                with acting_as(mark.actor):
                    self._library.note(recording, mark.text, round(at_s, 2))
                written.add(mark)
        return written

    def _store(self, marks: list[Mark]) -> None:
        draft = self._path.with_name(f".{FILE}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump([asdict(mark) for mark in marks], file)
            draft.replace(self._path)
        except OSError as error:
            raise MarkError(f"{self._path}: the mark cannot be stored: {error.strerror}") from error
        self._marks = marks


def _read(path: Path) -> list[Mark]:
    """What was waiting; nothing where the file is missing or damaged: the recordings do not depend on it."""
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_bytes())
        return [Mark(int(row["utc_ns"]), str(row["text"]), row["person"], str(row["actor"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []
