"""`plantigrade sessions tag, note, delete, restore, people, person, keys`: what is done and written."""

import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Filter
from plantigrade.library.keys.master_key import FILE_VARIABLE, KEY_VARIABLE, read_key_file
from plantigrade.library.keys.vault import MasterKey

from tests.host.library.command_line import document, misused, refused, reported, run
from tests.host.library.library_kit import FIRST, SECOND


def tags_of(data: Path, name: str) -> list[str]:
    return document(data, "show", name)["recording"]["tags"]


def test_tags_are_added_and_taken_away(two_recordings: Path) -> None:
    data = two_recordings
    line = reported(data, "tag", SECOND, "shoe:road", "other: rain: heavy ")
    assert line == f"{SECOND}  -    other:rain: heavy shoe:road\n"
    assert reported(data, "tag", SECOND, "shoe:road", "--remove") == f"{SECOND}  -    other:rain: heavy\n"
    assert tags_of(data, SECOND) == ["other:rain: heavy"]
    assert tags_of(data, FIRST) == ["shoe:trail"]


def test_wearer_and_title(two_recordings: Path) -> None:
    data = two_recordings
    assert reported(data, "tag", SECOND, "--person", "P001", "--title", "ride") == f"{SECOND}  P001  ride  \n"
    assert reported(data, "tag", SECOND) == f"{SECOND}  P001  ride  \n", "without a change it tells"
    assert [line["action"] for line in document(data, "show", SECOND)["audit"]] == ["add", "assign", "rename"]
    assert reported(data, "tag", SECOND, "--title", "") == f"{SECOND}  P001    \n"


def test_tags_that_are_none(two_recordings: Path) -> None:
    texts = "is written KIND:VALUE, with KIND one of shoe, orthotic, terrain, other"
    for tag in ("colour:red", "shoe", "shoe: "):
        assert refused(two_recordings, "tag", FIRST, tag).endswith(texts)
    assert refused(two_recordings, "tag", FIRST, "--person", "P009").startswith(
        "no person 'P009'; `plantigrade"
    )
    assert tags_of(two_recordings, FIRST) == ["shoe:trail"]


def test_notes(two_recordings: Path) -> None:
    assert reported(two_recordings, "note", FIRST, "stumbled", "--at", "2.25") == "note 2\n"
    assert reported(two_recordings, "note", FIRST, "fine") == "note 3\n"
    notes = document(two_recordings, "show", FIRST)["recording"]["notes"]
    assert [(note["text"], note["at_s"]) for note in notes] == [
        ("limps", 1.5),
        ("stumbled", 2.25),
        ("fine", None),
    ]
    assert "1 to 20000 characters" in refused(two_recordings, "note", FIRST, " ")
    assert "is not a valid float" in misused(two_recordings, "note", FIRST, "x", "--at", "soon")


def listed(data: Path, *texts: str) -> list[str]:
    return [one["id"] for one in document(data, "list", *texts)["recordings"]]


def test_deleting_and_restoring(two_recordings: Path) -> None:
    data = two_recordings
    assert reported(data, "delete", FIRST[:8], SECOND) == "".join(
        f"{name}: deleted; `plantigrade sessions restore {name}` brings it back\n" for name in (FIRST, SECOND)
    )
    assert (listed(data), listed(data, "--deleted")) == ([], [FIRST, SECOND])
    assert reported(data, "restore", SECOND, FIRST[:8]) == f"{SECOND}: restored\n{FIRST}: restored\n"
    assert (listed(data), listed(data, "--deleted")) == ([FIRST, SECOND], [])


def test_a_name_that_is_unknown_leaves_all_others(two_recordings: Path) -> None:
    assert "no recording 'x'" in refused(two_recordings, "delete", FIRST, "x")
    assert listed(two_recordings) == [FIRST, SECOND]


def test_erasing_asks_first(two_recordings: Path) -> None:
    data = two_recordings
    result = run(data, "delete", "--erase", FIRST, SECOND, answer="n\n")
    assert result.exit_code == 1 and "Erase 2 recordings for good? [y/N]" in result.stderr
    assert listed(data) == [FIRST, SECOND]
    assert reported(data, "delete", "--erase", FIRST, answer="y\n") == f"{FIRST}: erased\n"
    assert reported(data, "delete", "--erase", "--yes", SECOND) == f"{SECOND}: erased\n"
    assert list((data / "recordings").iterdir()) == [] == listed(data, "--deleted")


ABOUT = (
    "--name", "Bea", "--born", "1960-05-06", "--sex", "female", "--height-cm", "165.5", "--weight-kg", "61.5",
    "--shoe-size", "39.5", "--remark", "knee",
)  # fmt: skip


def person(data: Path, code: str) -> dict[str, Any]:
    (one,) = (one for one in document(data, "people")["people"] if one["code"] == code)
    return one


def test_people(two_recordings: Path) -> None:
    data = two_recordings
    assert reported(data, "person", "add", *ABOUT) == "P002\n"
    known = {
        "code": "P002", "name": "Bea", "birth_date": "1960-05-06", "sex": "female", "height_cm": 165.5,
        "weight_kg": 61.5, "shoe_size_eu": 39.5, "remark": "knee", "time_zone": "", "language": "",
    }  # fmt: skip
    assert person(data, "P002") == known
    assert reported(data, "person", "add", "x.1") == "x.1\n"
    assert reported(data, "people") == "P001  Anna  \nP002  Bea  1960-05-06\nx.1  -  \n"
    assert reported(data, "person", "change", "P002", "--weight-kg", "60") == "P002\n"
    assert person(data, "P002") == known | {"weight_kg": 60.0}
    assert (
        reported(data, "person", "change", "P002", "--remark", "", "--born", "1961-01-02", "--sex", "other")
        == "P002\n"
    )
    assert person(data, "P002") == known | {
        "weight_kg": 60.0, "remark": "", "birth_date": "1961-01-02", "sex": "other",
    }  # fmt: skip


def test_people_that_cannot_be(two_recordings: Path) -> None:
    data = two_recordings
    assert refused(data, "person", "add", "P001") == "person P001 is there already"
    assert refused(data, "person", "change", "P9").startswith("no person 'P9'")
    assert "'x' does not match the format '%Y-%m-%d'" in misused(data, "person", "add", "--born", "x")
    assert "'x' is not one of 'female', 'male', 'other'" in misused(data, "person", "add", "--sex", "x")
    assert len(document(data, "people")["people"]) == 1


def test_a_person_is_handed_over(two_recordings: Path, tmp_path: Path) -> None:
    out = tmp_path / "anna.zip"
    assert reported(two_recordings, "person", "export", "P001", "-o", str(out)) == f"{out}: 1 recordings\n"
    assert "person.json" in zipfile.ZipFile(out).namelist()


def test_a_person_is_erased(two_recordings: Path) -> None:
    data = two_recordings
    result = run(data, "person", "erase", "P001", answer="\n")
    assert result.exit_code == 1
    assert "Erase P001 and all recordings of P001 for good? [y/N]" in result.stderr
    assert len(document(data, "people")["people"]) == 1
    assert refused(data, "person", "erase", "P2").startswith("no person 'P2'"), "before anything is asked"
    assert reported(data, "person", "erase", "P001", "--yes") == "P001: erased with 1 recordings\n"
    assert listed(data) == [SECOND] and document(data, "people")["people"] == []


def test_a_library_is_encrypted_and_its_key_changed(
    two_recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, keys = two_recordings, tmp_path / "keys"
    texts = "the library is not encrypted; `plantigrade sessions keys new` begins it"
    assert refused(data, "keys", "protect") == texts
    with Library(data) as library:
        uuid = library.uuid
    assert reported(data, "keys", "show") == f"library {uuid}: not encrypted\n"
    line = reported(data, "keys", "new", "--key-file", str(keys))
    (first,) = read_key_file(keys)
    assert (
        line == f"key {first.id} is in {keys}: 2 recordings are encrypted with it; keep a copy of it safe\n"
    )
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    monkeypatch.setenv(FILE_VARIABLE, str(keys))
    assert reported(data, "keys", "show") == f"library {uuid}: encrypted with key {first.id}\n"
    assert reported(data, "keys", "protect") == "0 files encrypted\n"
    reported(data, "keys", "new")
    (second,) = read_key_file(keys)
    assert second.id != first.id
    assert reported(data, "keys", "show") == f"library {uuid}: encrypted with key {second.id}\n"
    assert [line["action"] for line in document(data, "show", FIRST)["audit"]][-1] == "note"
    with Library(data) as library:
        logged = [line for line in library.audit() if line.action == "change key"]
        assert [(line.subject, line.detail) for line in logged] == [
            (first.id, ""),
            (second.id, f"after {first.id}"),
        ]
        assert library.find(Filter(text="first"))[0].title == "first day"


def test_a_key_in_the_environment_is_not_changed_from_here(
    two_recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, MasterKey.new().text)
    texts = "PLANTIGRADE_KEY is set and cannot be changed from here; put its key into a file and use"
    assert refused(two_recordings, "keys", "new").startswith(texts)


def test_where_the_library_is(two_recordings: Path, tmp_path: Path) -> None:
    """Each command takes the database's URL and the key file."""
    texts = "the URL of the library is not understood"
    for command in (
        ("list",), ("show", FIRST), ("import", "x"), ("verify",), ("compare", FIRST, SECOND), ("tag", FIRST),
        ("note", FIRST, "x"), ("delete", FIRST), ("restore", FIRST), ("people",), ("person", "add"),
        ("person", "change", "P1"), ("person", "export", "P1", "-o", "x"), ("person", "erase", "P1"),
        ("keys", "show"), ("keys", "new"), ("keys", "protect"),
        ("export", FIRST, "--format", "csv", "-o", str(tmp_path / "x")), ("report", FIRST, "-o", "x"),
    ):  # fmt: skip
        assert texts in refused(two_recordings, *command, "--library", "no url"), command
        assert "is a directory" in misused(two_recordings, *command, "--key-file", str(tmp_path)), command
