"""Part of a journal as a recording, and later versions of it: trimmed to its slots, replaced as a whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from plantigrade.files.durable import replace_folder, restore_replaced
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import states
from plantigrade.library.catalogue.versions import FINAL, PROVISIONAL, Version, is_known, put_version
from plantigrade.library.entries import Person, Tag
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.finalize import Extent, finalize_journal
from plantigrade.library.recordings.verify import verify

from tests.host.library.library_kit import IDENTITY, journal
from tests.host.power_cut.plugin import Cut, PowerCut

NAME = "20260301T100000Z-00000001"
SERIAL = str(IDENTITY["serial"])


def part(data: Path, *slots: tuple[int, int], blocks: int = 6, version: int = 1, name: str = NAME) -> Path:
    """Finalize these slots of a journal of so many blocks of ten."""
    extent = Extent(name, {SERIAL: slots}, version)
    return finalize_journal(journal(data / "j", blocks), data / "recordings", extent=extent)


@pytest.mark.parametrize(
    ("slots", "requested", "rows"),
    [
        ([(0, 60)], [(0, 60)], 60),
        ([(5, 25)], [(5, 25)], 20),
        ([(0, 10), (30, 45)], [(0, 10), (30, 45)], 25),
        ([(55, 1000)], [(55, 60)], 5),
    ],
)
def test_a_recording_holds_the_slots_of_its_extent_and_no_others(
    tmp_path: Path, slots: list[tuple[int, int]], requested: list[tuple[int, int]], rows: int
) -> None:
    (foot,) = read_manifest(folder := part(tmp_path, *slots)).feet
    assert (foot.requested, foot.rows, foot.frames_recorded, foot.frames_missing) == (
        requested, rows, rows, 0,
    )  # fmt: skip
    assert folder.name == NAME and not verify(folder).problems


def test_an_insole_without_slots_is_left_out(tmp_path: Path) -> None:
    assert read_manifest(part(tmp_path)).feet == []


def test_a_later_version_replaces_one_that_says_something_else(tmp_path: Path) -> None:
    folder = part(tmp_path, (0, 60))
    first = (folder / "recording.json").read_bytes()
    part(tmp_path, (0, 60), version=2)
    assert (folder / "recording.json").read_bytes() == first, "nothing new: it stays version 1"
    part(tmp_path, (0, 80), blocks=8, version=2)
    manifest = read_manifest(folder)
    assert (manifest.provenance["version"], manifest.feet[0].rows) == (2, 80)
    assert [path.name for path in folder.parent.iterdir()] == [NAME]


def test_versions_are_one_recording_with_its_tags_notes_and_wearer(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add_person(Person("P001"))
        library.add_person(Person("P002"))
        folder = part(tmp_path, (0, 60))
        assert put_version(library, folder, Version(PROVISIONAL, person="P001", title="a day")) == (1, "P001")
        library.tag(NAME, [Tag("shoe", "trail")])
        library.note(NAME, "limps")
        library.assign(NAME, "P002")
        before = library.entry(NAME)
        part(tmp_path, (0, 80), blocks=8, version=2)
        done = datetime(2026, 3, 2, tzinfo=UTC)
        entry_of_two = Version(FINAL, done, person="P001", title="another", is_new=False)
        assert put_version(library, folder, entry_of_two) == (2, "P002")
        entry = library.entry(NAME)
        assert (entry.title, entry.tags, entry.person) == ("a day", before.tags, "P002")
        assert (before.frames_recorded, entry.frames_recorded) == (60, 80)
        (state,) = states(library)
        assert (state.version, state.state) == (2, FINAL)
        assert [note.text for note in library.open(NAME).notes] == ["limps"]
        assert not library.verify(NAME).problems
        assert [line.action for line in library.audit(NAME)].count("complete") == 1


def test_a_folder_that_the_catalogue_found_by_itself_still_gets_its_wearer(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add_person(Person("P001"))
        folder = part(tmp_path, (0, 60))
        library.scan()
        assert put_version(library, folder, Version(PROVISIONAL, person="P001", title="a day"))[1] == "P001"
        assert library.entry(NAME).title == "a day"


def test_one_that_was_erased_is_not_known(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        put_version(library, part(tmp_path, (0, 60)), Version(FINAL))
        assert is_known(library, NAME)
        library.erase(NAME)
        assert not is_known(library, NAME)


def test_whenever_the_power_goes_there_is_the_old_version_or_the_new_one(
    power_cut: PowerCut, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    part(data, (0, 60))
    journal(data / "j", 8)
    extent = Extent(NAME, {SERIAL: ((0, 80),)}, 2)

    def check(left: Path, cut: Cut) -> None:
        with Library(left) as library:
            assert not library.verify(NAME).problems
            rows = read_manifest(library.recordings / NAME).feet[0].rows
            assert rows in ((80,) if cut.finished else (60, 80))
            assert [path.name for path in library.recordings.iterdir()] == [NAME]

    report = power_cut(
        data, lambda: finalize_journal(data / "j", data / "recordings", extent=extent), check, most=40
    )
    assert report.operations["rename"] == 2


def test_what_cannot_be_replaced_stays(tmp_path: Path) -> None:
    target = tmp_path / "it"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(FileNotFoundError):
        replace_folder(tmp_path / "nothing", target)
    assert [path.name for path in target.iterdir()] == ["old"] and restore_replaced(tmp_path) == 0
