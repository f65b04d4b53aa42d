"""Imports: what they are called, when they were, and whose they are when the same samples come again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.library.importing.take_in import (
    Origin,
    Outcome,
    SomebodyElsesError,
    set_start,
    take_in,
    title_of,
)
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.reader import RecordingReader

from tests.host.library.command_line import document, misused, refused, reported, run
from tests.host.library.library_kit import FIRST, finalized

ORIGIN = Origin("Walk 1.2kmh.csv")


def walked(first_s: float = 0.0, started: datetime | None = None) -> Walk:
    times = first_s + np.arange(40) / 100
    force = np.arange(80, dtype=np.float32).reshape(-1, 2)
    return Walk(
        FootSignal(Foot.LEFT, times, force), None, 100.0, SourceInfo("x", "csv", started_local=started)
    )


@pytest.fixture
def library(tmp_path: Path, nothing_in_it: Path) -> Any:
    import shutil

    shutil.copytree(nothing_in_it, tmp_path / "data")
    with Library(tmp_path / "data") as library:
        library.add_person(Person("P001", time_zone="Europe/Berlin"))
        library.add_person(Person("P002", time_zone="Pacific/Pago_Pago"))
        yield library


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Walk 1.2kmh.csv", "Walk 1.2kmh"),
        ("Walk 1.8kmh.csv", "Walk 1.8kmh"),
        ("GaCo01_01.txt.gz", "GaCo01_01"),
        ("v1.2.3 final.ASC", "v1.2.3 final"),
        ("2026.03.01 10.30.00.txt", "2026.03.01 10.30.00"),
        ("Walk 1.2kmh", "Walk 1.2kmh"),
        ("walks", "walks"),
        (".csv", ".csv"),
        ("Müller, 3.5 km.CSV.GZ", "Müller, 3.5 km"),
    ],
)
def test_a_title_is_the_name_without_its_ending(name: str, title: str) -> None:
    assert title_of(name) == title


def test_the_same_samples_are_one_recording(library: Library) -> None:
    first = take_in(library, walked(), ORIGIN, person="P001")
    again = take_in(library, walked(), Origin("other.csv"))
    assert (first.outcome, again.outcome) == (Outcome.NEW, Outcome.PRESENT)
    assert again.entry == first.entry and first.entry.title == "Walk 1.2kmh" and first.entry.person == "P001"


@pytest.mark.parametrize("person", ["P001", None])
def test_what_was_deleted_is_there_again(library: Library, person: str | None) -> None:
    first = take_in(library, walked(), ORIGIN, person="P001").entry
    library.note(first.id, "limps")
    library.delete(first.id)
    again = take_in(library, walked(), ORIGIN, person=person)
    assert again.outcome is Outcome.RESTORED and again.entry.deleted_utc is None
    assert [entry.id for entry in library.find()] == [first.id]
    assert library.purge_expired(datetime.now(UTC) + timedelta(days=30)) == 0, "it is not erased later"
    assert [note.text for note in library.open(first.id).notes] == ["limps"]


def test_what_was_erased_is_new(library: Library) -> None:
    first = take_in(library, walked(), ORIGIN, person="P001").entry
    library.erase(first.id)
    assert take_in(library, walked(), ORIGIN, person="P002").outcome is Outcome.NEW


@pytest.mark.parametrize("is_deleted", [False, True])
def test_another_persons_recording_stays_so_and_the_ways_on_are_named(
    library: Library, is_deleted: bool
) -> None:
    first = take_in(library, walked(), ORIGIN, person="P001").entry
    if is_deleted:
        library.delete(first.id)
    with pytest.raises(SomebodyElsesError) as caught:
        take_in(library, walked(), ORIGIN, person="P002")
    text = str(caught.value)
    assert f"P001's recording {first.id}" in text and "--copy" in text
    assert f"plantigrade sessions tag {first.id} --person P002" in text
    assert (f"sessions restore {first.id}" in text) == is_deleted
    assert library.entry(first.id).person == "P001"


def test_a_copy_on_purpose_is_the_other_persons_own(library: Library) -> None:
    first = take_in(library, walked(), ORIGIN, person="P001").entry
    copied = take_in(library, walked(), ORIGIN, person="P002", copy=True)
    assert copied.outcome is Outcome.NEW and copied.entry.id != first.id
    assert (copied.entry.person, library.entry(first.id).person) == ("P002", "P001")
    assert library.verify(copied.entry.id).ok
    # From now on each has its own, with or without --copy.
    for copy in (False, True):
        found = take_in(library, walked(), ORIGIN, person="P002", copy=copy)
        assert (found.entry.id, found.outcome) == (copied.entry.id, Outcome.PRESENT)
        assert take_in(library, walked(), ORIGIN, person="P001", copy=copy).entry.id == first.id


def test_nobodys_recording_becomes_the_persons(library: Library) -> None:
    first = take_in(library, walked(), ORIGIN).entry
    assert first.person is None
    assert take_in(library, walked(), ORIGIN, person="P002").entry.person == "P002"


# who, as the file or a person says it, UTC
STARTS = [
    ("P001", "2026-03-01T00:10:00", "2026-02-28T23:10:00"),
    ("P001", "2026-03-29T01:59:59", "2026-03-29T00:59:59"),
    ("P001", "2026-03-29T03:00:00", "2026-03-29T01:00:00"),
    ("P001", "2026-10-25T02:30:00", "2026-10-25T00:30:00"),  # the first of two
    ("P001", "2026-10-25T03:00:00", "2026-10-25T02:00:00"),
    ("P002", "2026-02-28T23:50:00", "2026-03-01T10:50:00"),
    (None, "2026-03-01T00:10:00", "2026-03-01T00:10:00"),  # on this computer, whose clock shows UTC
    ("P001", "2026-03-01T00:10:00-05:00", "2026-03-01T05:10:00"),  # what is stated counts
]


@pytest.mark.parametrize("stated_by", ["file", "person"])
@pytest.mark.parametrize(("person", "local", "utc"), STARTS)
def test_a_start_is_meant_where_the_person_lives(
    library: Library, stated_by: str, person: str | None, local: str, utc: str
) -> None:
    start = datetime.fromisoformat(local)
    source, start_given = (walked(started=start), None) if stated_by == "file" else (walked(), start)
    entry = take_in(library, source, ORIGIN, person=person, start=start_given).entry
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert entry.start_utc_ns == round(expected.timestamp()) * 10**9
    assert read_manifest(library.recordings / entry.id).start_utc_ns == entry.start_utc_ns
    assert library.verify(entry.id).ok


def test_what_a_person_says_counts_more_than_the_file(library: Library) -> None:
    start_given = datetime(2026, 3, 1, 12, tzinfo=UTC)
    source = walked(started=datetime(2020, 1, 1))
    first = take_in(library, source, ORIGIN)
    assert first.entry.start_utc_ns == 1_577_836_800 * 10**9
    again = take_in(library, source, ORIGIN, start=start_given)
    assert again.entry.start_utc_ns == 1_772_366_400 * 10**9
    assert take_in(library, source, ORIGIN).entry.start_utc_ns == 1_772_366_400 * 10**9, "it stays"


@pytest.mark.parametrize(
    ("stated", "reason"),
    [(datetime(1970, 1, 1, 0, 3), "was not set"), (datetime(2999, 1, 1), "in the future")],
)
def test_a_date_that_cannot_be_is_left_out_or_refused(
    library: Library, stated: datetime, reason: str
) -> None:
    taken = take_in(library, walked(started=stated), ORIGIN)
    assert taken.entry.start_utc_ns is None and reason in taken.remark
    with pytest.raises(LibraryError, match=reason):
        take_in(library, walked(first_s=0.5), ORIGIN, start=stated)
    assert len(library.find()) == 1


def test_second_0_of_a_dated_recording_is_its_start(library: Library) -> None:
    """A clock that began at 4370 s is counted from there; an undated recording stays as it is."""
    dated = take_in(library, walked(4370.0), ORIGIN, start=datetime(2026, 3, 1, tzinfo=UTC)).entry
    times = RecordingReader.open(library.recordings / dated.id).forces("left").time_s
    assert (times[0], times[-1]) == pytest.approx((0.0, 0.39))
    undated = take_in(library, walked(4380.0), ORIGIN).entry
    assert RecordingReader.open(library.recordings / undated.id).forces("left").time_s[0] == 4380.0
    assert take_in(library, walked(4370.0), ORIGIN).entry.id == dated.id, "the same samples all the same"


def test_a_start_can_be_set_later_of_imports_alone(library: Library) -> None:
    entry = take_in(library, walked(), ORIGIN, person="P001").entry
    start = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
    assert set_start(library, entry.id, start).start_utc_ns == 1_772_366_400_250_000_000
    assert library.verify(entry.id).ok
    assert [line.action for line in library.audit(entry.id)][-1] == "set start"
    finalized(library.recordings, FIRST, rows=10)
    library.scan()
    with pytest.raises(LibraryError, match="the clocks of its insoles say when it was"):
        set_start(library, FIRST, start)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], str]:
    """Makes a file of some name, whose samples begin at as many seconds as its name has letters."""
    from plantigrade.imports import formats

    monkeypatch.setattr(formats, "read", lambda path, *_, **__: walked(float(len(path.name))))

    def make(name: str) -> str:
        (tmp_path / name).write_bytes(b"x")
        return str(tmp_path / name)

    return make


def test_the_command_says_what_became_of_each_file(tmp_path: Path, files: Callable[[str], str]) -> None:
    data = tmp_path / "data"
    for code in ("P001", "P002"):
        reported(data, "person", "add", code)
    path = files("Walk 1.2kmh.csv")
    name = reported(data, "import", path, "--person", "P001").split()[0]
    assert f"{path}: P001's recording {name}" in refused(data, "import", path, "--person", "P002")
    reported(data, "delete", name)
    assert reported(data, "import", path) == f"{name}  {path}  was deleted; it is restored\n"
    assert reported(data, "import", path) == f"{name}  {path}  was there already\n"
    other = files("other.csv")
    result = run(data, "import", path, other, "--person", "P002")
    assert result.exit_code == 1 and result.stdout.endswith(f"  {other}\n")
    assert "1 of 2 files were not imported" in str(result.exception) and "--copy" in str(result.exception)
    copied = reported(data, "import", path, "--person", "P002", "--copy").split()[0]
    listed = document(data, "list", "--text", "Walk 1.2kmh")["recordings"]
    assert {one["id"]: one["person"] for one in listed} == {copied: "P002", name: "P001"}


def test_dates_on_the_command_line(tmp_path: Path, files: Callable[[str], str]) -> None:
    data, path = tmp_path / "data", files("walk.csv")
    reported(data, "person", "add", "P001", "--time-zone", "Pacific/Pago_Pago")
    name = reported(data, "import", path, "--person", "P001", "--start", "2026-03-01T23:30").split()[0]
    (one,) = document(data, "list")["recordings"]
    assert one["start_utc"] == "2026-03-02T10:30:00+00:00"
    assert one["start_local"] == "2026-03-01T23:30:00-11:00"
    assert "  2026-03-01 23:30 UTC-11:00  P001" in reported(data, "list").splitlines()[1]
    assert "  start    2026-03-01 23:30:00 UTC-11:00" in reported(data, "show", name).splitlines()
    # Days begin where the person lives.
    for since, found in (("2026-03-01", 1), ("2026-03-02", 0)):
        assert document(data, "list", "--person", "P001", "--since", since)["total"] == found
    reported(data, "tag", name, "--start", "2026-02-01T08:00")
    assert document(data, "list")["recordings"][0]["start_local"] == "2026-02-01T08:00:00-11:00"
    assert misused(data, "import", path, "--start", "soon").endswith(
        "'soon' is no date such as 2026-03-01 or 2026-03-01T14:30"
    )
    assert "--start dates one file; 2 were named" in misused(
        data, "import", path, path, "--start", "2026-03-01"
    )
    assert "--copy needs --person" in misused(data, "import", path, "--copy")


def test_gaps_move_with_the_times(library: Library) -> None:
    from plantigrade.gait.signals import TimeGap

    source = walked(100.0)
    assert source.left is not None
    keep = np.r_[0:10, 20:40]
    left = replace(
        source.left,
        time_s=source.left.time_s[keep],
        force_n=source.left.force_n[keep],
        gaps=(TimeGap(100.1, 100.2, "shoe off"),),
    )
    entry = take_in(library, replace(source, left=left), ORIGIN, start=datetime(2026, 3, 1, tzinfo=UTC)).entry
    (gap,) = read_manifest(library.recordings / entry.id).feet[0].gaps
    assert (gap.from_s, gap.to_s, gap.reason) == (pytest.approx(0.1), pytest.approx(0.2), "shoe off")


@pytest.mark.parametrize(
    ("kg", "says"),
    [
        (71.5, ""),
        (
            310.0,
            "the body weight in the file: is 310 kg right? As newtons it would be 32 kg, as pounds 141 kg",
        ),
        (7.15, "the body weight in the file: is 7.2 kg right? Few people above eight years weigh so little"),
        (95.0, "the body weight in the file: is 95 kg right? It was 70 kg before"),
    ],
)
def test_a_body_weight_in_a_file_that_is_hardly_right_is_doubted(
    library: Library, kg: float, says: str
) -> None:
    library.add_person(Person("P003", weight_kg=70.0))
    walk = replace(walked(), body_weight_n=kg * 9.80665)
    assert take_in(library, walk, ORIGIN, person="P003").remark == says
