"""Pages of a long list: one after the other they are the list, onwards and back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from plantigrade.library import commands
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Filter, Person, Tag

from tests.host.library.command_line import document, refused, reported
from tests.host.library.library_kit import finalized

Open = Callable[[], Library]
NAMES = [f"20260301T100000Z-0000000{number}" for number in range(7)]


@pytest.fixture
def seven(open_library: Open) -> Library:
    """Seven recordings of one instant, so that only their names order them, and of two people."""
    library = open_library()
    for code in ("P001", "P002"):
        library.add_person(Person(code))
    for name in NAMES:
        finalized(library.recordings, name, rows=10)
    library.scan()
    for number, name in enumerate(NAMES):
        library.assign(name, ("P001", "P002")[number % 2])
        library.rename(name, f"Walk {number}")
    return library


def test_pages_are_the_list(seven: Library) -> None:
    library, names = seven, NAMES
    for person, wanted in ((None, names), ("P001", names[::2]), ("P002", names[1::2]), ("P009", [])):
        seen: list[str] = []
        while page := library.find(Filter(person=person, limit=2, after=seen[-1] if seen else None)):
            seen += [entry.id for entry in page]
        assert seen == wanted
        assert [entry.id for entry in library.find(Filter(person=person))] == wanted
        assert library.count(Filter(person=person)) == len(wanted)
    assert library.find(Filter(after="unknown")) == []
    assert [library.count(most=most) for most in (3, 7, 8)] == [3, 7, 7]


def test_pages_back_are_the_list_too(seven: Library) -> None:
    seen: list[str] = []
    while page := seven.find(Filter(limit=2, before=seen[0] if seen else NAMES[-1])):
        assert [one.id for one in page] == NAMES[max(len(NAMES) - len(seen) - 3, 0) :][: len(page)]
        seen = [entry.id for entry in page] + seen
    assert seen == NAMES[:-1]
    assert seven.find(Filter(before="unknown")) == []


def test_pages_of_what_a_text_finds(seven: Library) -> None:
    """Texts are compared by the program, as titles may be encrypted; pages are the same."""
    assert [one.id for one in seven.find(Filter(text="WALK", limit=3, after=NAMES[1]))] == NAMES[2:5]
    assert [one.id for one in seven.find(Filter(text="walk", limit=3, before=NAMES[5]))] == NAMES[2:5]
    assert seven.count(Filter(text="walk", limit=3, after=NAMES[1])) == len(NAMES)


def test_a_recording_of_somebody_else_is_no_place_in_ones_list(seven: Library) -> None:
    """Else its place in the list would tell when it was."""
    assert seven.find(Filter(person="P001", after=NAMES[1])) == []
    assert seven.find(Filter(person="P001", before=NAMES[1])) == []


def test_pages_of_people(open_library: Open) -> None:
    library = open_library()
    for number in range(5):
        library.add_person(Person(f"P{number}"))
    seen: list[str] = []
    while page := library.people(after=seen[-1] if seen else None, limit=2):
        seen += [person.code for person in page]
    assert seen == [person.code for person in library.people()] == ["P0", "P1", "P2", "P3", "P4"]


def test_the_commands_name_what_the_next_page_comes_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library(tmp_path) as library:
        for name in NAMES[:3]:
            finalized(library.recordings, name, rows=10)
        for code in ("P1", "P2", "P3"):
            library.add_person(Person(code))
    lines = reported(tmp_path, "list", "--limit", "2").splitlines()
    assert lines[-1] == f"2 of 3; --limit shows more, --after {NAMES[1]} the next ones"
    assert reported(tmp_path, "people", "--limit", "2").splitlines()[-1] == "--after P2 shows the next ones"
    for command, what, name, wanted in (
        ("list", "recordings", "id", NAMES[:3]),
        ("people", "people", "code", ["P1", "P2", "P3"]),
    ):
        first = document(tmp_path, command, "--limit", "2")
        second = document(tmp_path, command, "--limit", "2", "--after", first["after"])
        assert [one[name] for one in first[what] + second[what]] == wanted
        assert second["after"] is None
    monkeypatch.setattr(commands, "MOST_COUNTED", 2)
    assert "1 of more than 2; " in reported(tmp_path, "list", "--limit", "1")
    assert document(tmp_path, "list", "--limit", "1")["total"] is None
    assert document(tmp_path, "list", "--text", "a")["total"] == 0
    with Library(tmp_path) as library:
        for name in NAMES[:3]:
            library.rename(name, "a walk")
            library.tag(name, [Tag("shoe", "trail")])
    of_text = ("list", "--text", "walk", "--limit", "1")
    assert "1 of more than 1; " in reported(tmp_path, *of_text)
    assert (
        document(tmp_path, *of_text)["total"]
        is document(tmp_path, *of_text, "--after", NAMES[1])["total"]
        is None
    )
    assert document(tmp_path, "list", "--text", "walk")["total"] == 3
    monkeypatch.setattr(commands, "MOST_TAGGED", 1)
    tagged = ("list", "--tag", "shoe:trail", "--limit", "1")
    assert "1 of more than 2; " in reported(tmp_path, *tagged)
    assert "1 of more than 1; " in reported(tmp_path, *tagged, "--kind", "insole")
    assert "no recording 'unknown'" in refused(tmp_path, "list", "--after", "unknown")
