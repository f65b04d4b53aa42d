"""Marks become notes of the recording that covers their time, and wait for it as long as it takes."""

from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.service.bus import EventBus
from plantigrade.service.events import RecordingEvent
from plantigrade.service.marks import LASTS_S, MOST, MarkError, Marks
from plantigrade.service.offload import Offload

from tests.host.library.library_kit import finalized

RECORDING = "20260301T120000Z-00000001"


class Clock:
    def __init__(self) -> None:
        self.utc_ns = 0

    def __call__(self) -> int:
        return self.utc_ns


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "data")
    library.add_person(Person("P001"))
    library.add_person(Person("P002"))
    finalized(library.recordings, RECORDING)
    library.scan()
    library.assign(RECORDING, "P001")
    return library


def marks_of(library: Library, clock: Clock) -> Marks:
    return Marks(library, EventBus(), Offload.inline(), clock)


STORED = RecordingEvent(RECORDING, "P001", 1, "provisional")


async def test_a_mark_becomes_a_note_at_its_time(library: Library) -> None:
    start_ns = library.entry(RECORDING).start_utc_ns
    assert start_ns is not None
    clock = Clock()
    clock.utc_ns = start_ns + 1_250_000_000
    marks = marks_of(library, clock)
    marks.add("Stairs", "P001", "podiatrist")
    assert len(marks_of(library, clock).waiting) == 1, "it survives a restart"
    await marks.take(STORED)
    assert [(note.text, note.at_s, note.author) for note in library.open(RECORDING).notes] == [
        ("Stairs", 1.25, "podiatrist")
    ]
    assert marks.waiting == ()
    await marks.take(STORED)
    assert len(library.open(RECORDING).notes) == 1


@pytest.mark.parametrize(
    ("offset_s", "person", "stored"),
    [(-1.0, "P001", True), (3600.0, "P001", True), (1.0, "P002", True), (1.0, None, False)],
    ids=["before", "after", "of another", "of nobody"],
)
async def test_only_marks_of_its_time_and_wearer(
    library: Library, offset_s: float, person: str | None, stored: bool
) -> None:
    clock = Clock()
    clock.utc_ns = (library.entry(RECORDING).start_utc_ns or 0) + round(offset_s * 1e9)
    marks = marks_of(library, clock)
    marks.add("Mark", person, "P001")
    await marks.take(STORED)
    assert bool(marks.waiting) is stored
    clock.utc_ns += round(2 * LASTS_S * 1e9)
    await marks.take(STORED)
    assert marks.waiting == ()


@pytest.mark.parametrize("text", ["", "   ", "x" * 101])
def test_text_that_makes_no_sense_is_refused(library: Library, text: str) -> None:
    with pytest.raises(MarkError):
        marks_of(library, Clock()).add(text, None, "P001")


def test_marks_are_bounded(library: Library) -> None:
    marks = marks_of(library, Clock())
    marks._marks = [marks.add("Mark", None, "P001")] * MOST
    with pytest.raises(MarkError, match="wait"):
        marks.add("Mark", None, "P001")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'[{"utc_ns": "x"}]', b"\xff"])
def test_a_damaged_file_does_not_keep_the_service_from_starting(library: Library, content: bytes) -> None:
    path = library.data_dir / "service" / "marks.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    assert marks_of(library, Clock()).waiting == ()
