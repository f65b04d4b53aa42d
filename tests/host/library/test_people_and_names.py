"""What may be said of people and recordings, at the edges; how names are found; pages of the list."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue import queries
from plantigrade.library.catalogue.audit import actor
from plantigrade.library.catalogue.library import MAX_TEXT, UNDO_DAYS, Library
from plantigrade.library.catalogue.people import check
from plantigrade.library.catalogue.queries import UnknownPersonError, UnknownRecordingError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import ALERT_ORIGINS, SEXES, TAG_KINDS, Filter, Person, Tag

from tests.host.library.library_kit import FIRST, SECOND, START_NS, finalized, walk

TODAY = datetime.now(UTC).date()


@pytest.fixture
def sqlite(two_recordings: Path) -> Any:
    with Library(two_recordings) as library:
        yield library


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"sex": "female"}, ""), ({"sex": "male"}, ""), ({"sex": "other"}, ""), ({"sex": None}, ""),
        ({"sex": ""}, "sex is one of female, male, other"),
        ({"birth_date": date(1850, 1, 1)}, ""), ({"birth_date": TODAY}, ""),
        ({"birth_date": date(1849, 12, 31)}, "the birth date lies in the future or is impossible"),
        ({"birth_date": TODAY + timedelta(days=1)}, "the birth date lies in the future or is impossible"),
        ({"shoe_size_eu": 15}, ""), ({"shoe_size_eu": 55}, ""),
        ({"shoe_size_eu": 14.9}, "EU shoe sizes go from 15 to 55"),
        ({"shoe_size_eu": 55.1}, "EU shoe sizes go from 15 to 55"),
        ({"weight_kg": 2}, ""), ({"weight_kg": 500}, ""),
        ({"weight_kg": 1.9}, "weights go from 2 to 500 kg"),
        ({"weight_kg": 500.1}, "weights go from 2 to 500 kg; 500.1 N are 51.0 kg"),
        ({"weight_kg": float("nan")}, "weights go from 2 to 500 kg"),
        ({"height_cm": 30}, ""), ({"height_cm": 280}, ""),
        ({"height_cm": 29.9}, "heights go from 30 to 280 cm"),
        ({"height_cm": 280.1}, "heights go from 30 to 280 cm"),
        ({"time_zone": "Europe/Berlin"}, ""), ({"time_zone": ""}, ""), ({"language": "pt-BR"}, ""),
        ({"time_zone": "Berlin"}, "'Berlin' is no time zone such as Europe/Berlin"),
        ({"time_zone": "../etc/passwd"}, "'../etc/passwd' is no time zone such as Europe/Berlin"),
        ({"time_zone": "Europe"}, "'Europe' is no time zone such as Europe/Berlin"),
        ({"language": "English"}, "'English' is no language such as en or pt-BR"),
        ({"code": "a-B_1.ä"}, ""), ({"code": ""}, ""),
        ({"code": "a b"}, "a code has letters, digits, - _ and . only"),
        ({"code": "a/b"}, "a code has letters, digits, - _ and . only"),
    ],
)  # fmt: skip
def test_what_may_be_said_of_a_person(values: dict[str, Any], problem: str) -> None:
    person = Person(**{"code": "P1"} | values)
    if problem:
        with pytest.raises(LibraryError) as refused:
            check(person)
        assert str(refused.value) == f"person {person.code}: {problem}"
    else:
        check(person)


def test_free_codes_count_on(library: Library) -> None:
    """The number of people so far and one more, or the next after it that is free."""
    assert [library.add_person(Person("")).code for _ in range(2)] == ["P001", "P002"]
    assert library.add_person(Person("P004")).code == "P004"
    assert library.add_person(Person("")).code == "P005", "P004 is taken"
    assert library.add_person(Person("x")).code == "x"
    assert library.add_person(Person("")).code == "P006"
    assert [person.code for person in library.people()] == ["P001", "P002", "P004", "P005", "P006", "x"]


def test_a_code_is_free_again_when_its_person_was_erased(library: Library) -> None:
    library.add_person(Person("P001", "Anna"))
    assert library.erase_person("P001") == 0
    assert library.add_person(Person("P001", "Bea")).name == "Bea"


@pytest.mark.parametrize("code", ["P0", "P000", "P0010", "P002", "P", "", "p001"])
def test_a_person_is_found_by_the_whole_code_alone(code: str, library: Library) -> None:
    library.add_person(Person("P001", "Anna"))
    library.add_person(Person("P003", "Bea"))
    assert library.person("P001").name == "Anna"
    with pytest.raises(UnknownPersonError):
        library.person(code)


def test_what_is_known_of_a_person_is_replaced(library: Library) -> None:
    full_analysis = Person("P1", "Anna", date(1951, 3, 9), "female", 170.5, 61.5, 39.5, "x")
    assert library.add_person(full_analysis) == full_analysis == library.person("P1")
    assert library.change_person(Person("P1")) == Person("P1") == library.person("P1")
    with pytest.raises(LibraryError, match="weights"):
        library.change_person(replace(full_analysis, weight_kg=0))
    with pytest.raises(UnknownPersonError) as unknown:
        library.change_person(Person("P2"))
    assert str(unknown.value) == "no person 'P2'; `plantigrade sessions people` shows who there is"


def test_the_words_of_the_catalogue() -> None:
    assert (UNDO_DAYS, MAX_TEXT) == (7, 20_000)
    assert TAG_KINDS == ("shoe", "orthotic", "terrain", "other")
    assert SEXES == ("female", "male", "other") and ALERT_ORIGINS == ("live", "analysis")
    assert str(Tag("shoe", "a b")) == "shoe:a b"
    assert sorted([Tag("shoe", "b"), Tag("other", "z"), Tag("shoe", "a")]) == [
        Tag("other", "z"), Tag("shoe", "a"), Tag("shoe", "b"),
    ]  # fmt: skip


@pytest.mark.parametrize(("tag", "fits"), [(Tag("other", "x" * 100), True), (Tag("other", "x" * 101), False)])
def test_tags_have_at_most_a_hundred_characters(tag: Tag, fits: bool, sqlite: Library) -> None:
    if fits:
        assert tag in sqlite.tag(FIRST, [tag]).tags
    else:
        with pytest.raises(LibraryError, match="is written KIND:VALUE"):
            sqlite.tag(FIRST, [Tag("shoe", "fine"), tag])
        assert sqlite.entry(FIRST).tags == (Tag("shoe", "trail"),), "none of them is kept"


def test_tags_twice_and_tags_that_are_not_there(sqlite: Library) -> None:
    tags = [Tag("shoe", "trail"), Tag("other", "b"), Tag("other", "a")]
    assert sqlite.tag(FIRST, tags).tags == (Tag("other", "a"), Tag("other", "b"), Tag("shoe", "trail"))
    assert sqlite.tag(FIRST, [Tag("other", "x"), Tag("other", "b")], remove=True).tags == (
        Tag("other", "a"), Tag("shoe", "trail"),
    )  # fmt: skip
    assert sqlite.audit(FIRST)[-1].detail == "other, other", "values of tags may say anything"


@pytest.mark.parametrize(("size", "fits"), [(0, False), (1, True), (20_000, True), (20_001, False)])
def test_notes_have_one_to_twenty_thousand_characters(size: int, fits: bool, sqlite: Library) -> None:
    if fits:
        assert sqlite.note(FIRST, "x" * size) == 2
        note = sqlite.open(FIRST).notes[-1]
        assert (note.author, note.at_s) == (actor(), None)
        assert timedelta(0) <= datetime.now(UTC) - note.created_utc < timedelta(minutes=5)
    else:
        with pytest.raises(LibraryError, match="a note has 1 to 20000 characters"):
            sqlite.note(FIRST, "x" * size)


def test_titles_are_cut_at_two_hundred_characters(sqlite: Library) -> None:
    assert sqlite.rename(FIRST, "x" * 201).title == "x" * 200


def test_wearers_come_and_go(sqlite: Library) -> None:
    assert sqlite.assign(FIRST, None).person is None
    assert sqlite.open(FIRST).person is None
    assert sqlite.assign(FIRST, "P001").person == "P001"
    assert [(line.action, line.detail) for line in sqlite.audit(FIRST)][-2:] == [
        ("assign", "nobody"), ("assign", "P001"),
    ]  # fmt: skip


def test_the_actor_without_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_account() -> str:
        raise OSError("no account")

    monkeypatch.setattr("plantigrade.library.catalogue.audit.getpass.getuser", no_account)
    assert actor() == "unknown"


def test_the_log_of_all_and_of_one(sqlite: Library) -> None:
    every = sqlite.audit()
    assert [(line.id, line.action, line.subject, line.detail) for line in every] == [
        (1, "add", FIRST, "insole"),
        (2, "add", SECOND, "insole"),
        (3, "add person", "P001", ""),
        (4, "assign", FIRST, "P001"),
        (5, "rename", FIRST, ""),
        (6, "tag", FIRST, "shoe"),
        (7, "note", FIRST, ""),
    ]
    assert [line.id for line in sqlite.audit(SECOND)] == [2] and sqlite.audit("x") == []


def test_beginnings_of_names(library: Library) -> None:
    for name in ("aa1", "aa2", "ab", "ab%", "a_c", "abc"):
        finalized(library.recordings, name, rows=10)
    library.scan()
    assert library.entry("aa1").id == "aa1" and library.entry("ab").id == "ab", "a whole name is no beginning"
    assert library.entry("a_").id == "a_c" and library.entry("ab%").id == "ab%", "signs of SQL are letters"
    with pytest.raises(UnknownRecordingError) as several:
        library.entry("aa")
    assert str(several.value) in (
        f"several recordings begin with aa: {a}, {b}" for a, b in (("aa1", "aa2"), ("aa2", "aa1"))
    )
    with pytest.raises(UnknownRecordingError) as none:
        library.entry("")
    assert str(none.value) == "no recording ''; `plantigrade sessions list` shows what there is"
    with pytest.raises(UnknownRecordingError) as many:
        library.entry("a")
    assert str(many.value).count(",") == 3, "four are named"
    library.delete("aa1")
    assert library.entry("aa1").deleted_utc is not None


def test_what_is_being_erased_is_seen_by_nobody(sqlite: Library) -> None:
    with sqlite.store.write() as session:
        session.execute(sa.text("UPDATE recordings SET erasing = true WHERE id = :id"), {"id": FIRST})
        session.execute(sa.text("UPDATE people SET erasing = true"))
    for name in (FIRST, FIRST[:8]):
        with pytest.raises(UnknownRecordingError):
            sqlite.entry(name)
    assert [entry.id for entry in sqlite.find()] == [SECOND] and sqlite.people() == []
    assert [verdict.id for verdict in sqlite.verify_all()] == [SECOND, FIRST], "its folder is a stray one"
    assert sqlite.entry("2026").id == SECOND
    with pytest.raises(UnknownPersonError):
        sqlite.person("P001")
    assert sqlite.scan() == []


@pytest.fixture
def eight(library: Library) -> Library:
    """Eight recordings a..h, each a day after the one before; titles "Titel A" ... in the order of a..h."""
    for number, name in enumerate("abcdefgh"):
        folder = finalized(library.recordings, name, rows=10)
        manifest = folder / "recording.json"
        later = START_NS + number * 86_400_000_000_000
        manifest.write_text(manifest.read_text().replace(str(START_NS), str(later)))
    library.scan()
    for name in "abcdefgh":
        library.rename(name, f"Titel {name.upper()}")
    return library


def found(library: Library, **wanted: Any) -> str:
    return "".join(entry.id for entry in library.find(Filter(**wanted)))


def day(number: int, microsecond: int = 0) -> datetime:
    begin = datetime(2026, 2, 25, 6, 13, 20, tzinfo=UTC)
    return begin + timedelta(days=number, microseconds=microsecond)


@pytest.mark.parametrize("many", [500, 3, 0])
def test_pages_spans_and_texts(many: int, eight: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above `_MANY` recordings texts and tags are looked up another way, to the same end."""
    monkeypatch.setattr(queries, "_MANY", many)
    eight.tag("c", [Tag("shoe", "x"), Tag("other", "y")])
    assert found(eight) == "hgfedcba"
    assert found(eight, limit=3) == "hgf" and found(eight, after="c") == "ba"
    assert found(eight, limit=2, after="h") == "gf" and found(eight, after="a") == ""
    assert found(eight, limit=2, before="f") == "hg" and found(eight, before="h") == ""
    assert found(eight, limit=2, before="a") == "cb" and found(eight, before="f") == "hg"
    assert found(eight, since=day(5)) == "hgf" and found(eight, since=day(5, 1)) == "hg"
    assert found(eight, until=day(1)) == "a" and found(eight, until=day(1, 1)) == "ba"
    assert found(eight, text="titel") == "hgfedcba" and found(eight, text="L C") == "c"
    assert found(eight, text="titel", limit=2, after="f") == "ed"
    assert found(eight, text="titel", after="b") == "a" and found(eight, text="L C", limit=1) == "c"
    assert found(eight, text="titel", limit=2, before="c") == "ed"
    assert found(eight, text="x") == ""
    assert found(eight, text="titel", tags=(Tag("shoe", "x"),)) == "c"
    assert found(eight, tags=(Tag("shoe", "x"), Tag("other", "y"))) == "c"
    assert found(eight, tags=(Tag("shoe", "y"),)) == "" == found(eight, tags=(Tag("other", "x"),))
    tagged = {entry.id: entry.tags for entry in eight.find() if entry.tags}
    assert tagged == {"c": (Tag("other", "y"), Tag("shoe", "x"))}
    assert eight.count(Filter(since=day(5), limit=1)) == 3 and eight.count(Filter(text="nothing")) == 0


def test_recordings_of_the_same_time_stand_by_name(two_recordings: Path) -> None:
    with Library(two_recordings) as library:
        assert found(library) == FIRST + SECOND


def test_a_recording_without_a_clock_goes_by_when_it_was_added(library: Library) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    name = library.import_walk(walk(3)).id
    finalized(library.recordings, "old", rows=10)
    library.scan()
    assert found(library) == name + "old"
    assert found(library, since=before) == name and found(library, until=before) == "old"
    assert found(library, until=before + timedelta(minutes=5)) == name + "old"


def test_folders_that_are_no_recordings(open_library: Callable[[], Library], data: Path) -> None:
    library = open_library()
    (library.recordings / "empty").mkdir()
    (library.recordings / ".hidden").mkdir()
    (library.recordings / "file").write_text("x")
    damaged = library.recordings / "damaged"
    damaged.mkdir()
    (damaged / "recording.json").write_text("{")
    finalized(library.recordings, "b", rows=10)
    finalized(library.recordings, "a", rows=10)
    assert library.scan() == ["a", "b"] and library.scan() == []
    verdicts = {verdict.id: verdict.ok for verdict in library.verify_all()}
    assert verdicts == {"a": True, "b": True, "damaged": False, "empty": False}
    with pytest.raises(LibraryError, match="lies outside of the library; recordings belong into"):
        library.add_recording(finalized(data, "elsewhere", rows=10))


def test_the_same_folder_twice_is_once_and_takes_the_first_title(library: Library) -> None:
    folder = finalized(library.recordings, "a", rows=10)
    assert library.add_recording(folder).title == ""
    assert library.add_recording(folder, "one", "one.csv").title == "one"
    assert library.add_recording(folder, "two", "two.csv").title == "one"
    assert [line.action for line in library.audit("a")] == ["add"]
    with library.store.read() as session:
        assert session.scalar(sa.text("SELECT source FROM recordings")) == "one.csv"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError) as refused:
        Library(tmp_path / "file")
    assert str(refused.value) in (
        f"{tmp_path / 'file'}: cannot be made: {what}" for what in ("Not a directory", "File exists")
    )


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    with Library(tmp_path / "data") as library:
        assert library.recordings.stat().st_mode & 0o777 == 0o700
