"""What becomes of a parcel: a recording of its person, once; or it is put aside, and says why."""

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.receiving import filing as filing_module
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.entries import ParcelState
from plantigrade.library.receiving.filing import Filing
from plantigrade.library.receiving.parcels import note_opened
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.verify import verify
from plantigrade.parcels.header import Kind
from plantigrade.parcels.keys import SecretKey

from tests.host.library.library_kit import START_NS, finalized, journal
from tests.host.uploads import kit

NOW = datetime.fromtimestamp(START_NS * 1e-9, UTC) + timedelta(days=1)


@pytest.fixture
def library(tmp_path: Path, url: str | None) -> Iterator[Library]:
    with kit.clinic(tmp_path / "clinic", url) as library:
        yield library


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Library]:
    with kit.clinic(tmp_path / "encrypted clinic", vault=kit.a_vault()) as library:
        yield library


def sent(library: Library, parcel: bytes, person: str = kit.PERSON) -> tuple[Filing, int]:
    filing = Filing(library)
    sender, _ = kit.joined(library, person)
    return filing, kit.received(filing, sender, parcel).id


def problem_of(library: Library, parcel: bytes) -> str:
    """Why a parcel is put aside; nothing of it may be in the library then, and its file stays."""
    filing, number = sent(library, parcel)
    before = [entry.id for entry in library.find()]
    filed = filing.file_next(NOW)
    assert filed is not None and filed.recording == ""
    assert filing.parcels.get(number).state is ParcelState.QUARANTINED
    assert filing.parcels.spool.path(number).read_bytes() == parcel
    assert [entry.id for entry in library.find()] == before
    assert not list((library.data_dir / "receiving").glob("opening-*"))
    return filed.problem


def test_a_recording_is_filed_for_its_person_once(library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    parcel = kit.parcel_of(home, public_key(library.store))
    filing, number = sent(library, parcel)
    filed = filing.file_next(NOW)
    assert filed is not None and (filed.recording, filed.problem) == (kit.NAME, "")
    entry = library.entry(kit.NAME)
    assert (entry.person, entry.frames_recorded) == (kit.PERSON, 300)
    for name in ("recording.json", "left.parquet"):
        assert (library.recordings / kit.NAME / name).read_bytes() == (home / name).read_bytes()
    assert library.verify(kit.NAME).ok
    assert not filing.parcels.spool.path(number).exists()
    again, _ = sent(library, kit.parcel_of(home, public_key(library.store)))
    filed = again.file_next(NOW)
    assert filed is not None and (filed.recording, filed.problem) == (kit.NAME, "")
    assert library.count() == 1
    assert again.file_next(NOW) is None


def test_from_an_encrypted_home_the_files_come_as_they_are(encrypted: Library, tmp_path: Path) -> None:
    """The samples are plain nowhere on the way: their keys travel inside of the parcel."""
    vault = kit.a_vault()
    home = kit.recording(tmp_path / "home", vault=vault)
    filing, _ = sent(encrypted, kit.parcel_of(home, public_key(encrypted.store), vault=vault))
    filed = filing.file_next(NOW)
    assert filed is not None and filed.problem == ""
    there = encrypted.recordings / kit.NAME
    assert (there / "left.parquet").read_bytes() == (home / "left.parquet").read_bytes()
    assert verify(there, encrypted.vault).ok
    assert not verify(there, vault).ok, "the home's key opens nothing at the clinic"


def test_from_a_plain_home_an_encrypted_clinic_encrypts(encrypted: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    filing, _ = sent(encrypted, kit.parcel_of(home, public_key(encrypted.store)))
    assert filing.file_next(NOW) is not None
    assert (encrypted.recordings / kit.NAME / "left.parquet").read_bytes()[:4] == b"PARE"
    assert encrypted.verify(kit.NAME).ok


def test_encrypted_files_need_a_clinic_with_a_key(library: Library, tmp_path: Path) -> None:
    vault = kit.a_vault()
    home = kit.recording(tmp_path / "home", vault=vault)
    parcel = kit.parcel_of(home, public_key(library.store), vault=vault)
    assert "sessions keys new" in problem_of(library, parcel)


def test_a_journal_becomes_a_recording(library: Library, tmp_path: Path) -> None:
    content = journal(tmp_path / "walk.journal").read_bytes()
    parcel = kit.parcel_with(content, public_key(library.store), kind=Kind.JOURNAL, name="walk")
    filing, _ = sent(library, parcel)
    filed = filing.file_next(NOW)
    assert filed is not None and filed.problem == ""
    entry = library.entry(filed.recording)
    assert (entry.person, entry.frames_recorded) == (kit.PERSON, 60)
    assert library.verify(entry.id).ok


def test_a_journal_whose_entries_make_no_sense_is_put_aside(library: Library, tmp_path: Path) -> None:
    """Its checksums fit: the sender wrote it so. It asks for slots 0 to 0."""
    content = journal(tmp_path / "walk.journal", blocks=0).read_bytes()
    parcel = kit.parcel_with(content, public_key(library.store), kind=Kind.JOURNAL, name="walk")
    assert "is no journal that" in problem_of(library, parcel)


def test_a_later_version_takes_the_place_of_the_earlier(library: Library, tmp_path: Path) -> None:
    key = public_key(library.store)
    first = kit.parcel_of(kit.recording(tmp_path / "first", rows=300), key)
    later = kit.parcel_of(kit.recording(tmp_path / "later", rows=500), key)
    for parcel in (first, later):
        sent(library, parcel)[0].file_next(NOW)
    assert library.entry(kit.NAME).frames_recorded == 500
    assert library.verify(kit.NAME).ok
    filed = sent(library, first)[0].file_next(NOW)
    assert filed is not None and "earlier version" in filed.problem
    assert library.entry(kit.NAME).frames_recorded == 500


def test_the_upload_of_another_person(library: Library, tmp_path: Path) -> None:
    library.add_person(Person("P002"))
    home = kit.recording(tmp_path / "home")
    assert "'P002'" in problem_of(library, kit.parcel_of(home, public_key(library.store), "P002"))


def test_a_recording_that_is_another_persons_already(library: Library, tmp_path: Path) -> None:
    library.add_person(Person("P002"))
    home = kit.recording(tmp_path / "home")
    filing, _ = sent(library, kit.parcel_of(home, public_key(library.store), "P002"), "P002")
    assert filing.file_next(NOW) is not None
    assert "somebody else" in problem_of(library, kit.parcel_of(home, public_key(library.store)))


def test_a_recording_of_a_newer_version(library: Library, tmp_path: Path) -> None:
    """It waits for the update, and is opened then."""
    home = kit.recording(tmp_path / "home")
    text = (home / "recording.json").read_text()
    (home / "recording.json").write_text(text.replace("plantigrade.recording/1", "plantigrade.recording/9"))
    content = tar({"recording.json": (home / "recording.json").read_bytes()})
    problem = problem_of(library, kit.parcel_with(content, public_key(library.store)))
    assert "plantigrade.recording/9" in problem and "update plantigrade" in problem
    filing = Filing(library)
    (parcel,) = filing.parcels.in_state(ParcelState.QUARANTINED)
    filing.parcels.try_again(parcel.id)
    assert filing.file_next(NOW) is not None
    assert filing.parcels.get(parcel.id).state is ParcelState.QUARANTINED, "still not updated"


def tar(files: dict[str, bytes], **kinds: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as made:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
        for name, kind in kinds.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            made.addfile(info)
    return out.getvalue()


CONTENTS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no tar": lambda: b"no tar" * 500,
    "half a tar": lambda: tar({"recording.json": b"{}" * 2000})[:1000],
    "a name that leads out": lambda: tar({"../evil": b"x"}),
    "an absolute name": lambda: tar({"/etc/evil": b"x"}),
    "a name of no recording": lambda: tar({"notes.txt": b"x"}),
    "a file twice": lambda: tar({"recording.json": b"{}"})[:1024] + tar({"recording.json": b"{}"}),
    "a link": lambda: tar({}, **{"left.parquet": tarfile.SYMTYPE}),
    "a device": lambda: tar({}, **{"left.parquet": tarfile.CHRTYPE}),
    "a folder": lambda: tar({}, **{"left.parquet": tarfile.DIRTYPE}),
    "a manifest that is no JSON": lambda: tar({"recording.json": b"{"}),
    "keys that are no JSON": lambda: tar({"file-keys.json": b"{", "recording.json": b"{}"}),
}


@pytest.mark.parametrize("title", CONTENTS)
def test_what_is_no_recording_is_put_aside(title: str, encrypted: Library) -> None:
    parcel = kit.parcel_with(CONTENTS[title](), public_key(encrypted.store))
    assert problem_of(encrypted, parcel)


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "x" * 101, "a b", "nul\0"])
def test_a_name_that_no_recording_can_have(name: str, library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    assert "name" in problem_of(library, kit.parcel_of(home, public_key(library.store), name=name))


def test_a_recording_that_verify_refuses(library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    with (home / "left.parquet").open("r+b") as file:
        file.seek(200)
        file.write(b"!")
    assert "not sound" in problem_of(library, kit.parcel_of(home, public_key(library.store)))


def test_a_parcel_for_another_clinic(library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    assert "does not have" in problem_of(library, kit.parcel_of(home, SecretKey.generate().public))


def test_another_parcel_under_this_ones_name(library: Library, tmp_path: Path) -> None:
    home, key = kit.recording(tmp_path / "home"), public_key(library.store)
    filing, (sender, _) = Filing(library), kit.joined(library)
    named, other = kit.parcel_of(home, key), kit.parcel_of(home, key)
    begun = filing.parcels.begin(sender.id, kit.id_of(named), len(other))
    filing.parcels.append(begun, 0, other)
    filed = filing.file_next(NOW)
    assert filed is not None and "another parcel" in filed.problem


def test_a_clock_that_is_wrong_by_a_day(library: Library, tmp_path: Path) -> None:
    """Ahead: it is filed, and whoever looks is told."""
    home = kit.recording(tmp_path / "home")
    filing, number = sent(library, kit.parcel_of(home, public_key(library.store)))
    filed = filing.file_next(NOW - timedelta(days=2))
    assert filed is not None and filed.recording == kit.NAME
    assert filed.problem.startswith("it ends 24.0 h after it came: the clock at home was wrong")
    assert filing.parcels.get(number).problem == filed.problem


def test_what_was_deleted_at_the_clinic_does_not_come_back(library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    sent(library, kit.parcel_of(home, public_key(library.store)))[0].file_next(NOW)
    library.delete(kit.NAME)
    filed = sent(library, kit.parcel_of(home, public_key(library.store)))[0].file_next(NOW)
    assert filed is not None and "deleted" in filed.problem
    assert library.entry(kit.NAME).deleted_utc is not None


def test_a_worker_that_ended_between_folder_and_row(library: Library, tmp_path: Path) -> None:
    """The catalogue finds the folder by itself, without a person; filing it again names the person."""
    home = kit.recording(tmp_path / "home")
    filing, _ = sent(library, kit.parcel_of(home, public_key(library.store)))
    finalized(library.recordings, kit.NAME)
    library.scan()
    assert library.entry(kit.NAME).person is None
    filed = filing.file_next(NOW)
    assert filed is not None and filed.problem == ""
    assert library.entry(kit.NAME).person == kit.PERSON


def test_what_another_program_finds_in_the_folder_is_encrypted_already(
    encrypted: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that is opened between folder and row adds the folder by itself: two that encrypt the same
    file would leave one whose key is not the one that is stored."""
    moved = filing_module._move
    seen: list[bytes] = []

    def move_and_look(folder: Path, target: Path) -> None:
        moved(folder, target)
        seen.append((target / "left.parquet").read_bytes()[:4])
        assert encrypted.scan() == [kit.NAME]

    monkeypatch.setattr(filing_module, "_move", move_and_look)
    home = kit.recording(tmp_path / "home")
    filed = sent(encrypted, kit.parcel_of(home, public_key(encrypted.store)))[0].file_next(NOW)
    assert filed is not None and filed.problem == ""
    assert seen == [b"PARE"]
    assert encrypted.entry(kit.NAME).person == kit.PERSON
    assert encrypted.verify(kit.NAME).ok


def test_a_parcel_is_taken_by_one_worker_and_again_if_that_ends(library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    filing, number = sent(library, kit.parcel_of(home, public_key(library.store)))
    now = datetime.now(UTC)
    assert filing.parcels.take(now) is not None
    assert filing.parcels.take(now) is None
    for hours in (1, 2):
        assert filing.parcels.take(now + timedelta(hours=hours)) is not None
    assert filing.parcels.take(now + timedelta(hours=3)) is None
    parcel = filing.parcels.get(number)
    assert parcel.state is ParcelState.QUARANTINED and "3 times" in parcel.problem


def test_opened_is_noted_once_with_who(library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    filing, number = sent(library, kit.parcel_of(home, public_key(library.store)))
    note_opened(library.store, kit.NAME, "too early")
    filing.file_next(NOW)
    note_opened(library.store, kit.NAME, "Dr. A")
    note_opened(library.store, kit.NAME, "Dr. B")
    parcel = filing.parcels.get(number)
    assert (parcel.state, parcel.opened_by) == (ParcelState.OPENED, "Dr. A")


def test_uploads_that_nothing_came_for_and_files_of_nobody_go(library: Library) -> None:
    filing, (sender, _) = Filing(library), kit.joined(library)
    begun = filing.parcels.begin(sender.id, "a" * 64, 1000)
    filing.parcels.append(begun, 0, b"some")
    stray = filing.parcels.spool.path(99)
    stray.write_bytes(b"stray")
    assert filing.parcels.tidy() == 0 and not stray.exists()
    assert filing.parcels.spool.path(begun.id).exists()
    assert filing.parcels.tidy(datetime.now(UTC) + timedelta(days=31)) == 1
    assert filing.parcels.find(sender.id, "a" * 64) is None
    assert not filing.parcels.spool.path(begun.id).exists()


def test_the_manifest_of_a_home_is_the_clinics(library: Library, tmp_path: Path) -> None:
    home = kit.recording(tmp_path / "home")
    sent(library, kit.parcel_of(home, public_key(library.store)))[0].file_next(NOW)
    assert read_manifest(library.recordings / kit.NAME) == replace(read_manifest(home))
