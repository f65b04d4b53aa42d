"""The library as its users see it, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import UNDO_DAYS, Library
from plantigrade.library.catalogue.queries import UnknownPersonError, UnknownRecordingError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Filter, Person, Tag
from plantigrade.library.errors import RecordingError

from tests.host.library.library_kit import finalized, frames, walk

Open = Callable[[], Library]


def test_an_imported_walk_comes_back_as_it_was(library: Library) -> None:
    source = walk(gap=True)
    entry = library.import_walk(source, "Grüße", "walk Müller.csv")
    back = library.open(entry.id).walk()
    assert entry.kind == "import" and entry.title == "Grüße" and entry.feet == ("left", "right")
    for mine, theirs in zip(back.feet, source.feet, strict=True):
        assert np.array_equal(mine.force_n, theirs.force_n)
        assert np.array_equal(mine.time_s, theirs.time_s)
        assert mine.layout is not None and theirs.layout is not None
        assert mine.layout.region == theirs.layout.region
        assert [(gap.from_s, gap.to_s) for gap in mine.gaps] == [(1.0, 1.5)]
    assert back.body_weight_n == source.body_weight_n
    assert (entry.frames_recorded, entry.frames_missing) == (700, 100)
    assert library.verify(entry.id).ok


def test_the_same_walk_is_kept_once(library: Library) -> None:
    assert library.import_walk(walk()).id == library.import_walk(walk()).id
    assert library.import_walk(walk(2)).id != library.import_walk(walk()).id
    assert library.count() == 2


def test_what_the_bridge_seals_is_entered_by_itself(open_library: Open, data: Path) -> None:
    open_library()
    finalized(data / "recordings", "20260301T100000Z-00000001", gap=True)
    (entry,) = open_library().find()
    assert (entry.kind, entry.frames_recorded, entry.frames_missing) == ("insole", 300, 50)
    (device,) = open_library().devices()
    assert (device.serial, device.side) == ("A1B2C3", "left")


def test_a_slice_is_the_part_of_the_whole(library: Library) -> None:
    name = finalized(library.recordings, "one", rows=2000).name
    library.scan()
    recording = library.open(name)
    assert np.array_equal(recording.counts("left", 5.0, 7.5), frames(2000).counts[500:750])
    assert recording.times_s(recording.frames("left", 5.0, 7.5))[[0, -1]] == pytest.approx([5.0, 7.49])
    part = recording.walk(5.0, 7.5)
    assert part.left is not None and len(part.left) == 250 and part.right is None
    with pytest.raises(RecordingError, match="no right foot"):
        recording.frames("right")
    with pytest.raises(RecordingError, match="holds no forces"):
        recording.forces("left")


FOUND = {
    "person": (Filter(person="P001"), {"a"}),
    "tag": (Filter(tags=(Tag("shoe", "trail"),)), {"a", "b"}),
    "two tags": (Filter(tags=(Tag("shoe", "trail"), Tag("terrain", "grass"))), {"b"}),
    "kind": (Filter(kind="import"), {"c"}),
    "device": (Filter(device="A1B2C3"), {"a", "b"}),
    "title": (Filter(text="grün"), {"b"}),
    "gaps": (Filter(with_gaps=True), {"b"}),
    "no gaps": (Filter(with_gaps=False), {"a", "c"}),
    "since": (Filter(since=datetime(2026, 2, 1, tzinfo=UTC)), {"a", "b", "c"}),
    "until": (Filter(until=datetime(2026, 2, 1, tzinfo=UTC)), set()),
    "nobody": (Filter(person="P009"), set()),
    "deleted": (Filter(deleted=True), {"d"}),
    "next page": (Filter(limit=1, after="a"), {"b"}),
    "page before": (Filter(limit=1, before="a"), {"c"}),
}


@pytest.mark.parametrize("case", FOUND)
def test_filters(case: str, library: Library) -> None:
    for name in ("a", "b", "d"):
        finalized(library.recordings, name, gap=name == "b")
    library.scan()
    third = library.import_walk(walk(), "c")
    library.assign("a", library.add_person(Person("")).code)
    library.tag("a", [Tag("shoe", "trail")])
    library.tag("b", [Tag("shoe", "trail"), Tag("terrain", "grass")])
    library.rename("b", "GRÜN")
    library.delete("d")
    wanted, names = FOUND[case]
    found = library.find(wanted)
    assert {"c" if entry.id == third.id else entry.id for entry in found} == names
    if not wanted.text and wanted.limit is None:
        assert library.count(wanted) == len(names)


def test_people_tags_and_notes(library: Library) -> None:
    entry = library.import_walk(walk())
    born = date(1950, 2, 28)
    person = library.add_person(Person("", "Ægir Ñuñez", born, "male", 180, 81.5, 43, "knee"))
    assert person == Person("P001", "Ægir Ñuñez", born, "male", 180, 81.5, 43, "knee")
    assert library.change_person(replace(person, weight_kg=80.0)).weight_kg == 80.0
    library.assign(entry.id, "P001")
    library.note(entry.id, "hinkt 🦶", 12.5)
    library.tag(entry.id, [Tag("orthotic", "left"), Tag("shoe", "x")])
    library.tag(entry.id, [Tag("shoe", "x")], remove=True)
    recording = library.open(entry.id[:9])
    assert recording.person is not None and recording.person.code == "P001"
    assert [(note.text, note.at_s) for note in recording.notes] == [("hinkt 🦶", 12.5)]
    assert recording.entry.tags == (Tag("orthotic", "left"),)
    assert [line.action for line in library.audit(entry.id)] == ["add", "assign", "note", "tag", "untag"]


@pytest.mark.parametrize(
    ("person", "texts"),
    [
        (Person("P001"), "is there already"),
        (Person("a b"), "letters"),
        (Person("", birth_date=date(2999, 1, 1)), "birth date"),
        (Person("", sex="x"), "sex is one of"),
        (Person("", weight_kg=0), "weights"),
        (Person("", height_cm=1000), "heights"),
        (Person("", shoe_size_eu=9), "shoe sizes"),
    ],
)
def test_people_that_make_no_sense(person: Person, texts: str, library: Library) -> None:
    library.add_person(Person("P001"))
    with pytest.raises(LibraryError, match=texts):
        library.add_person(person)
    assert len(library.people()) == 1


def test_names_that_are_unknown_or_shared(library: Library) -> None:
    for name in ("20260301-a", "20260301-b"):
        finalized(library.recordings, name)
    library.scan()
    assert library.entry("20260301-a").id == "20260301-a"
    with pytest.raises(UnknownRecordingError, match="several"):
        library.open("2026")
    for name in ("", "x", "%", "../../etc"):
        with pytest.raises(UnknownRecordingError, match="no recording"):
            library.open(name)
    with pytest.raises(UnknownPersonError, match="no person"):
        library.assign("20260301-a", "P404")
    with pytest.raises(LibraryError, match="KIND:VALUE"):
        library.tag("20260301-a", [Tag("colour", "red")])


def test_a_deletion_can_be_taken_back_until_it_is_purged(library: Library) -> None:
    entry = library.import_walk(walk())
    library.delete(entry.id)
    assert not library.find()
    assert library.restore(entry.id).deleted_utc is None
    library.delete(entry.id)
    assert library.purge_expired() == 0
    assert library.purge_expired(datetime.now(UTC) + timedelta(days=UNDO_DAYS, minutes=1)) == 1
    assert not library.find(Filter(deleted=True))
    assert not list(library.recordings.iterdir())
    assert [line.action for line in library.audit(entry.id)] == [
        "add",
        "delete",
        "restore",
        "delete",
        "purge",
    ]


def test_erasing_a_person_leaves_no_trace(open_library: Open, data: Path, url: str | None) -> None:
    library = open_library()
    mine, other = library.import_walk(walk(1), "Zyxwvu walk"), library.import_walk(walk(2), "other")
    library.add_person(Person("P001", "Zyxwvu", remark="zyxwvu"))
    library.assign(mine.id, "P001")
    library.note(mine.id, "Zyxwvu limps")
    library.delete(mine.id)
    assert library.erase_person("P001") == 1
    assert not library.people()
    assert [entry.id for entry in library.find()] == [other.id]
    log = library.audit()
    assert log[-1].action == "erase person" and library.audit("P001") == []
    assert not [line for line in log if "P001" in (line.actor, line.subject, line.detail)]
    library.close()
    if url is None:
        assert not [p for p in data.rglob("*") if p.is_file() and b"zyxwvu" in p.read_bytes().lower()]
    assert open_library().count() == 1


def test_two_writers_at_once(open_library: Open) -> None:
    entry = open_library().import_walk(walk())
    libraries = [open_library() for _ in range(3)]
    failures: list[BaseException] = []

    def write(library: Library, number: int) -> None:
        try:
            for round_ in range(8):
                library.note(entry.id, f"{number} {round_}")
                library.import_walk(walk(round_))
        except LibraryError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(lib, n)) for n, lib in enumerate(libraries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(libraries[0].open(entry.id).notes) == 24
    assert libraries[0].count() == 8
    assert all(verdict.ok for verdict in libraries[0].verify_all())


def test_the_whole_is_analysed_and_kept(library: Library) -> None:
    from plantigrade.imports import formats

    place = Path(__file__).resolve().parents[3] / "../shared/data/gaitpdb/GaCo01_01.txt.gz"
    if not place.is_file():
        pytest.skip("the recorded walks of the research database are not beside the project")
    entry = library.import_walk(formats.read(place), "GaCo01")
    analysis = library.open(entry.id).analysis()
    assert analysis.left is not None and len(analysis.left.strides) > 80
    (stored,) = library.open(entry.id).analyses
    assert stored.document["both"]["stride_time_s"]["value"] == pytest.approx(
        analysis.both["stride_time_s"].value, abs=1e-6
    )
    assert library.open(entry.id).walk().left is not None
    assert library.open(entry.id).reader.foot(Foot.LEFT.value).frames_missing == 0
