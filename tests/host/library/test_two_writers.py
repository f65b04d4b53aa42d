"""Two writers on one catalogue, in any order of their changes, against a plain model.

What each sees after every step, what is refused and in which words, and at the end the whole audit log.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy.event
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from plantigrade.library.catalogue.details import keep_alerts
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import UnknownPersonError, UnknownRecordingError
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import Base
from plantigrade.library.entries import Filter, Person, StoredAlert, Tag

from tests.host.library.library_kit import finalized

NAMES = ("20260301T100000Z-aaaaaaaa", "20260302T100000Z-bbbbbbbb", "20260303T100000Z-cccccccc")
CODES = ("P001", "P002")
STORED_FOR = timedelta(days=7)
EXAMPLES = {True: 15, False: 6}
"""On SQLite, on PostgreSQL."""
ERASED = re.compile("^[0-9a-f]{32}$")
"""Key of someone who is no longer there."""
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)

writers = st.sampled_from((0, 1))
names = st.sampled_from(NAMES)
codes = st.sampled_from(CODES)
tags = st.sampled_from((Tag("shoe", "trail"), Tag("shoe", "road"), Tag("other", "rain")))
texts = st.sampled_from(("", "Grüße", "pg0$plain", "a" * 210))


class Clock(datetime):
    """The time of the catalogue, which the machine sets."""

    at = BEGIN

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.at


@dataclass
class Known:
    """What the model knows of a recording."""

    title: str = ""
    person: str | None = None
    tags: set[Tag] = field(default_factory=set[Tag])
    notes: list[str] = field(default_factory=list[str])
    deleted: datetime | None = None
    live: list[float] = field(default_factory=list[float])
    analysed: list[float] = field(default_factory=list[float])


def opened(data: Path, url: str | None) -> Library:
    """A library whose SQLite does not wait for the disk."""
    library = Library(data, url)
    if url is None:
        library.store.engine.dispose()
        sqlalchemy.event.listen(
            library.store.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF")
        )
    return library


class TwoWriters(RuleBasedStateMachine):
    """The catalogue and the model."""

    data: Path
    template: Path
    url: str | None
    open: ClassVar[list[Library]]

    @initialize()
    def begin(self) -> None:
        Clock.at = BEGIN
        self.model: dict[str, Known] = {}
        self.people: dict[str, Person] = {}
        self.log: list[tuple[str, ...]] = []

    def teardown(self) -> None:
        log = [(one.action, one.subject, one.detail) for one in self.open[0].audit() if one.action != "read"]
        assert [tuple(ERASED.sub("erased", text) for text in line) for line in log] == self.log
        assert sorted(path.name for path in self.open[0].recordings.iterdir()) == sorted(self.model)
        for folder in self.open[0].recordings.iterdir():
            shutil.rmtree(folder)
        with self.open[0].store.write() as session:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name != "library":
                    session.execute(table.delete())

    @contextmanager
    def refused(self, name: str) -> Iterator[bool]:
        """Whether a recording is there; if not, what is done next must be refused."""
        if name in self.model:
            yield True
        else:
            with pytest.raises(UnknownRecordingError, match=f"no recording '{name}'"):
                yield False

    def audited(self, action: str, subject: str, detail: str = "") -> None:
        self.log.append((action, subject, detail))

    @rule(writer=writers, name=names)
    def add(self, writer: int, name: str) -> None:
        fresh = name not in self.model
        if fresh:
            shutil.copytree(self.template, self.data / "recordings" / name)
            self.model[name] = Known()
            self.audited("add", name, "insole")
        assert self.open[writer].scan() == [name] * fresh

    @rule(writer=writers, name=names, tag=tags, remove=st.booleans())
    def tag(self, writer: int, name: str, tag: Tag, remove: bool) -> None:
        with self.refused(name) as there:
            entry = self.open[writer].tag(name, [tag], remove)
            assert there
            known = self.model[name].tags
            known.discard(tag) if remove else known.add(tag)
            assert entry.tags == tuple(sorted(known))
            self.audited("untag" if remove else "tag", name, tag.kind)

    @rule(writer=writers, name=names, title=texts)
    def rename(self, writer: int, name: str, title: str) -> None:
        with self.refused(name):
            entry = self.open[writer].rename(name, title)
            self.model[name].title = title[:200]
            assert entry.title == title[:200]
            self.audited("rename", name)

    @rule(writer=writers, name=names, text=texts)
    def note(self, writer: int, name: str, text: str) -> None:
        if not text:
            with pytest.raises(LibraryError, match="a note has 1 to 20000 characters"):
                self.open[writer].note(name, text)
            return
        with self.refused(name):
            self.open[writer].note(name, text)
            self.model[name].notes.append(text)
            self.audited("note", name)

    @rule(writer=writers, code=codes, name=texts)
    def add_person(self, writer: int, code: str, name: str) -> None:
        person = Person(code, name, weight_kg=70.0)
        if code in self.people:
            with pytest.raises(LibraryError, match=f"person {code} is there already"):
                self.open[writer].add_person(person)
            return
        assert self.open[writer].add_person(person) == person
        self.people[code] = person
        self.audited("add person", code)

    @rule(writer=writers, code=codes, name=texts)
    def rename_person(self, writer: int, code: str, name: str) -> None:
        if code not in self.people:
            with pytest.raises(UnknownPersonError, match=f"no person '{code}'"):
                self.open[writer].change_person(Person(code, name))
            return
        self.people[code] = replace(self.people[code], name=name)
        assert self.open[writer].change_person(self.people[code]) == self.people[code]
        self.audited("change person", code)

    @rule(writer=writers, name=names, code=st.sampled_from((*CODES, None)))
    def assign(self, writer: int, name: str, code: str | None) -> None:
        if code is not None and code not in self.people and name in self.model:
            with pytest.raises(UnknownPersonError):
                self.open[writer].assign(name, code)
            return
        with self.refused(name):
            assert self.open[writer].assign(name, code).person == code
            self.model[name].person = code
            self.audited("assign", name, code or "nobody")

    @rule(writer=writers, name=names)
    def delete(self, writer: int, name: str) -> None:
        with self.refused(name):
            assert self.open[writer].delete(name).deleted_utc == Clock.at
            self.model[name].deleted = Clock.at
            self.audited("delete", name)

    @rule(writer=writers, name=names)
    def restore(self, writer: int, name: str) -> None:
        with self.refused(name):
            assert self.open[writer].restore(name).deleted_utc is None
            self.model[name].deleted = None
            self.audited("restore", name)

    @rule(writer=writers, name=names)
    def erase(self, writer: int, name: str) -> None:
        with self.refused(name):
            self.open[writer].erase(name)
            del self.model[name]
            self.audited("erase", name)

    @rule(writer=writers, code=codes)
    def erase_person(self, writer: int, code: str) -> None:
        if code not in self.people:
            with pytest.raises(UnknownPersonError):
                self.open[writer].erase_person(code)
            return
        mine = [name for name, known in self.model.items() if known.person == code]
        assert self.open[writer].erase_person(code) == len(mine)
        for name in mine:
            del self.model[name]
        del self.people[code]
        for name in sorted(mine):
            self.audited("erase", name)
        self.audited("erase person", code, f"{len(mine)} recordings")
        self.log = [tuple("erased" if text == code else text for text in line) for line in self.log]

    @rule(writer=writers, name=names, times=st.lists(st.integers(0, 9), max_size=3), live=st.booleans())
    def alert(self, writer: int, name: str, times: list[int], live: bool) -> None:
        """Alerts of an analysis replace those of an earlier one; live ones are added and leave those of the
        analysis."""
        origin = "live" if live else "analysis"
        alerts = [StoredAlert("overload", "left", float(at), None, {"n": at}, origin) for at in times]
        with self.refused(name):
            keep_alerts(self.open[writer], name, alerts)
            known = self.model[name]
            if not live:
                known.analysed = []
            (known.live if live else known.analysed).extend(float(at) for at in times)

    @rule(
        writer=writers,
        later=st.sampled_from((timedelta(0), timedelta(days=3), STORED_FOR, timedelta(microseconds=1))),
    )
    def wait(self, writer: int, later: timedelta) -> None:
        """Time goes on, and someone looks for what has been deleted for more than seven days."""
        Clock.at += later
        assert self.open[writer].purge_expired() == self._purge()

    @rule(writer=writers, later=st.sampled_from((timedelta(0), STORED_FOR + timedelta(seconds=1))))
    def open_again(self, writer: int, later: timedelta) -> None:
        self.open[writer].close()
        Clock.at += later
        self._purge()
        self.open[writer] = opened(self.data, self.url)

    def _purge(self) -> int:
        gone = [
            n for n, known in self.model.items() if known.deleted and Clock.at - known.deleted > STORED_FOR
        ]
        for name in sorted(gone):
            del self.model[name]
            self.audited("purge", name)
        return len(gone)

    @invariant()
    def both_see_the_model(self) -> None:
        for number, library in enumerate(self.open):
            there = {entry.id: entry for entry in library.find()}
            deleted = {entry.id: entry for entry in library.find(Filter(deleted=True))}
            assert set(there) == {name for name, known in self.model.items() if known.deleted is None}
            assert set(deleted) == set(self.model) - set(there)
            if number:
                assert (library.count(), library.count(Filter(deleted=True))) == (len(there), len(deleted))
            for name, entry in {**there, **deleted}.items():
                known = self.model[name]
                reported = entry.title, entry.person, entry.tags, entry.deleted_utc
                assert reported == (known.title, known.person, tuple(sorted(known.tags)), known.deleted)
            assert library.people() == [self.people[code] for code in sorted(self.people)]

    @rule(writer=writers, name=names)
    def look_closely(self, writer: int, name: str) -> None:
        with self.refused(name):
            recording = self.open[writer].open(name)
            known = self.model[name]
            assert [note.text for note in recording.notes] == known.notes
            assert recording.person == (self.people[known.person] if known.person else None)
            found = [(alert.from_s, alert.origin) for alert in recording.alerts]
            stored = [(at, "live") for at in known.live] + [(at, "analysis") for at in known.analysed]
            assert sorted(found) == sorted(stored)
            assert [at for at, _ in found] == sorted(at for at, _ in stored)


def test_two_writers_change_one_catalogue(
    url: str | None, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plantigrade.library.catalogue.library.datetime", Clock)
    libraries = [opened(data, url) for _ in range(2)]
    template = finalized(tmp_path, "sealed", rows=20)
    about = {"data": data, "template": template, "url": url, "open": libraries}
    limits = settings(
        max_examples=EXAMPLES[url is None],
        stateful_step_count=25,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(type("Machine", (TwoWriters,), about), settings=limits)
    for library in libraries:
        library.close()
