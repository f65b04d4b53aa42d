"""What PostgreSQL does by itself for a long catalogue: the answers are those of reading and counting all."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.library.catalogue import title_search
from plantigrade.library.catalogue.counts import DAY_NS, in_ns
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import LibraryRow, RecordingCountRow, RecordingRow, TagRow
from plantigrade.library.entries import Filter, Tag
from plantigrade.library.keys.vault import MasterKey

from tests.host.library.library_kit import PostgresServer

NAMES = itertools.count()
BEGIN = datetime(2026, 3, 1, 22, tzinfo=UTC)
HOURS = 5
"""Between the recordings: so that days have several, and ends of spans fall between them."""
LETTERS = st.sampled_from(
    " aAbB7%_\\'\"&:*|!()\u00e4\u00c4\u00dfs\u1e9eS\ufb01fi\u0130i\u0307\u212ak\U0001f6b6"
)
"""Capitals, signs that LIKE and text queries take for their own, and letters that are two in small ones."""
TEXTS = st.text(LETTERS, max_size=5)


def row(title: str = "", **changed: Any) -> RecordingRow:
    """A recording, later than those before it."""
    number = next(NAMES)
    start_ns = in_ns(BEGIN + timedelta(hours=HOURS * number))
    given = {
        "id": f"r{number:04d}", "kind": "insole", "title": title, "start_utc_ns": start_ns,
        "order_ns": start_ns, "duration_s": 1.0, "feet": "left", "sample_rate_hz": 100.0,
        "frames_recorded": 100, "frames_missing": 0, "bytes": 1, "books_sha256": "", "source": "",
        "added_utc": BEGIN,
    }  # fmt: skip
    return RecordingRow(**given | changed)


def add(library: Library, *rows: RecordingRow) -> None:
    with library.store.write() as session:
        session.add_all(rows)


@pytest.fixture(scope="module")
def server_library(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A plain library on PostgreSQL."""
    with Library(tmp_path_factory.mktemp("long") / "data", postgres.empty_database()) as library:
        yield library


@pytest.fixture
def library(server_library: Library) -> Library:
    """The same without any recording."""
    empty(server_library)
    return server_library


def empty(library: Library) -> None:
    library.use_vault(None)
    with library.store.write() as session:
        session.execute(sa.delete(RecordingRow))
        session.execute(sa.update(LibraryRow).values(key_id=None))


@settings(max_examples=40, deadline=None)
@given(
    titles=st.lists(st.text(LETTERS, max_size=9), min_size=1, max_size=12),
    text=TEXTS,
    most=st.integers(1, 4),
    first=st.integers(1, 20),
)
def test_the_server_finds_a_text_where_the_program_does(
    server_library: Library, titles: list[str], text: str, most: int, first: int
) -> None:
    """However many titles are read or compared before all are."""
    library = server_library
    rows = [row(title) for title in titles]
    oldest = rows[0].id
    expected = [one.id for one in reversed(rows) if text.casefold() in one.title.casefold()]
    empty(library)
    add(library, *rows)
    with pytest.MonkeyPatch.context() as patched:
        for setting in ("_READ_FIRST", "_READ_FOR_EACH", "_COMPARED_FOR_EACH"):
            patched.setattr(title_search, setting, first)
        assert [one.id for one in library.find(Filter(text=text))] == expected
        assert [one.id for one in library.find(Filter(text=text, limit=most))] == expected[:most]
        upwards = library.find(Filter(text=text, limit=most, before=oldest))
        assert [one.id for one in upwards] == [name for name in expected if name > oldest][-most:]
        counts = [library.count(Filter(text=text), counted) for counted in (None, most)]
    assert counts == [len(expected), min(most, len(expected))]


def test_of_recordings_that_begin_together_all_are_compared(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places in the list are looked up before names, and a place may be that of several."""
    for setting in ("_READ_FIRST", "_READ_FOR_EACH", "_COMPARED_FOR_EACH"):
        monkeypatch.setattr(title_search, setting, 1)
    at_once = in_ns(BEGIN)
    add(library, *(row(title, order_ns=at_once) for title in ("walk", "a run", "b run", "walk", "c run")))
    add(library, row("walk", order_ns=at_once + 1))
    names = [one.id for one in library.find() if one.title.endswith("run")]
    with library.store.write() as session:
        session.add_all(TagRow(recording_id=name, kind="shoe", value="trail") for name in names[1:])
    for most in range(1, 5):
        assert [one.id for one in library.find(Filter(text="run", limit=most))] == names[:most]
        tagged = Filter(text="run", tags=(Tag("shoe", "trail"),), limit=most)
        assert [one.id for one in library.find(tagged)] == names[1:][:most]


def test_what_no_title_can_hold_is_in_none(library: Library) -> None:
    add(library, row("a\\b"))
    assert library.find(Filter(text="\0")) == library.find(Filter(text="\udcff")) == []


def test_of_a_text_the_rarest_parts_are_looked_up(library: Library) -> None:
    """What every title has would lead the server through the whole index."""
    add(library, *(row(f"left foot {number:03d}") for number in range(300)))
    with library.store.write() as session:
        session.execute(sa.text("ANALYZE recordings"))
    with library.store.read() as session:
        asked = title_search.as_query(session, "left foot 123")
    assert asked == "'123' & ' 12' & 't 1'"


def test_titles_of_an_encrypted_library_are_in_no_index(library: Library) -> None:
    add(
        library,
        row("Große Runde", id="umlaut"),
        row("no umlaut", id="ascii"),
        row("pg1$ as encrypted", id="mark"),
    )
    assert titles_in_the_index(library) == in_the_catalogue(library)
    with library.store.write() as session:
        session.execute(sa.text("ANALYZE recordings"))
    assert "Große Runde" in statistics_of(library) and ",uml," in statistics_of(library)
    change_key(library, MasterKey.new())
    assert "Große Runde" not in statistics_of(library) and ",uml," not in statistics_of(library)
    add(library, row("Große Runde", id="later"))
    assert titles_in_the_index(library) == 0
    for text, found in (("GROSSE", ["later", "umlaut"]), ("No U", ["ascii"]), ("PG1$", ["mark"])):
        assert [one.id for one in library.find(Filter(text=text, limit=5))] == found


def titles_in_the_index(library: Library) -> int:
    with library.store.read() as session:
        return session.scalar(
            sa.text("SELECT count(plantigrade_folded(title, title_folded)) FROM recordings")
        )


def statistics_of(library: Library) -> str:
    """What the server remembers of values in tables, to choose its plans."""
    with library.store.read() as session:
        return str(
            session.execute(
                sa.text("SELECT most_common_vals, histogram_bounds, most_common_elems FROM pg_stats")
            ).all()
        )


def in_the_catalogue(library: Library) -> int:
    with library.store.read() as session:
        return session.scalar(sa.select(sa.func.count(RecordingRow.id))) or 0


CHANGES = {
    "delete": {"deleted_utc": BEGIN},
    "restore": {"deleted_utc": None},
    "erase": {"erasing": True},
    "with gaps": {"frames_missing": 1},
    "import": {"kind": "import"},
    "long before": {"order_ns": -DAY_NS - 1},
    "another title": {"title": "x"},
}
HOUR = st.integers(-30, 70)
FLAG = st.none() | st.booleans()


@settings(max_examples=40, deadline=None)
@given(
    number=st.integers(1, 12),
    changes=st.lists(st.tuples(st.integers(0, 11), st.sampled_from(sorted(CHANGES))), max_size=12),
    since=st.none() | HOUR,
    until=st.none() | HOUR,
    with_gaps=FLAG,
    is_import=FLAG,
    deleted=st.booleans(),
    tag=st.booleans(),
)
def test_counts_are_those_of_what_is_listed(
    server_library: Library,
    number: int,
    changes: list[tuple[int, str]],
    since: int | None,
    until: int | None,
    with_gaps: bool | None,
    is_import: bool | None,
    deleted: bool,
    tag: bool,
) -> None:
    library = server_library
    rows = [row() for _ in range(number)]
    begin = datetime.fromtimestamp(rows[0].order_ns / 1e9, UTC)
    empty(library)
    with library.store.write() as session:
        session.add_all(rows)
        session.flush()
        session.add_all(TagRow(recording_id=one.id, kind="shoe", value="trail") for one in rows[::2])
        names = [one.id for one in rows]
    for which, change in changes:
        with library.store.write() as session:
            one = RecordingRow.id == names[which % number]
            session.execute(sa.update(RecordingRow).where(one).values(CHANGES[change]))
    tagged = Filter(tags=(Tag("shoe", "trail"),))
    wanted = Filter(
        since=None if since is None else begin + timedelta(hours=since),
        until=None if until is None else begin + timedelta(hours=until),
        with_gaps=with_gaps,
        kind=None if is_import is None else ("import" if is_import else "insole"),
        deleted=deleted,
        tags=tagged.tags if tag else (),
    )
    for one in (wanted, tagged, Filter()):
        listed = len(library.find(one))
        assert [library.count(one, most) for most in (None, 2, 99)] == [listed, min(listed, 2), listed]
    with library.store.read() as session:
        assert session.scalar(sa.select(sa.func.sum(RecordingCountRow.number))) == session.scalar(
            sa.select(sa.func.count()).where(~RecordingRow.erasing)
        )


def test_writers_of_the_same_day_do_not_wait_for_each_other(library: Library) -> None:
    begun_ns = in_ns(BEGIN)
    add(library, row(order_ns=begun_ns))
    with library.store.write() as first:
        first.add(row(order_ns=begun_ns))
        first.flush()
        with library.store.write() as second:  # while the first is at work
            second.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
            second.add_all((row(order_ns=begun_ns), row(order_ns=begun_ns)))
            second.flush()
        assert library.count() == 3
        first.rollback()
    assert library.count() == 3
