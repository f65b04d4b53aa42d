# pandas has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The session library as a table of recordings, each a `Recording`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from plantigrade.api import parts
from plantigrade.api.reading import URL_VARIABLE, data_folder
from plantigrade.api.recording import Recording
from plantigrade.api.sources import StoredSource
from plantigrade.api.tables import table
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.queries import UnknownRecordingError
from plantigrade.library.entries import TAG_KINDS, Filter, Person, RecordingEntry, Tag
from plantigrade.library.importing.take_in import Origin, take_in

if TYPE_CHECKING:
    import pandas as pd

PAGE: Final = 1000
"""Entries that are read at once where all are gone through: a few milliseconds, and less than a megabyte."""
PERSON_UNITS: Final = {
    "code": "1",
    "sex": "1",
    "height_cm": "cm",
    "weight_kg": "kg",
    "shoe_size_eu": "EU size",
}


class Library:
    """The recordings of a folder, as `plantigrade sessions` shows them; a context manager.

    What the bridge has finalized meanwhile is found when the library is opened. Every recording that is
    read is entered in the library's log of who read what, as everywhere else.

    Args:
        data: folder of the library; PLANTIGRADE_DATA or the platform's user data folder by default. It is
            made if it is not there.
        url: database of the catalogue; PLANTIGRADE_LIBRARY or SQLite in that folder by default.
        key_file: holds the keys of an encrypted library; else they are looked for as the commands do.

    Raises:
        PlantigradeError: it cannot be opened, a newer version made it, or its key is not at hand.

    Example:
        >>> import tempfile
        >>> import plantigrade as pg
        >>> with tempfile.TemporaryDirectory() as folder, pg.Library(folder) as library:
        ...     name = library.add(pg.twin.walk(pg.twin.person(1), seconds=30, seed=1), title="first walk")
        ...     titles, walk = library.recordings()["title"].tolist(), library.read(name)
        ...     rows = len(walk.forces("left"))
        >>> titles, rows
        (['first walk'], 3000)
    """

    def __init__(
        self,
        data: str | PathLike[str] | None = None,
        *,
        url: str | None = None,
        key_file: str | PathLike[str] | None = None,
    ) -> None:
        import os

        from plantigrade.library.catalogue.library import Library as Opened

        address = url or os.environ.get(URL_VARIABLE) or None
        self._library = Opened(data_folder(data), address, None if key_file is None else Path(key_file))

    def __repr__(self) -> str:
        return f"<Library {self._library.data_dir}: {len(self)} recordings>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self._library.count()

    def __iter__(self) -> Iterator[str]:
        """Identifiers, newest first, read page by page: however many there are, memory stays small."""
        last: str | None = None
        while page := self._library.find(Filter(limit=PAGE, after=last)):
            last = page[-1].id
            yield from (entry.id for entry in page)

    def __contains__(self, name: object) -> bool:
        try:
            entry = self._library.entry(str(name))
        except UnknownRecordingError:
            return False
        return entry.id == name and entry.deleted_utc is None

    def __getitem__(self, name: str) -> Recording:
        return self.read(name)

    def close(self) -> None:
        """Close the database; recordings that were read stay usable.

        Example:
            >>> import tempfile
            >>> import plantigrade as pg
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     library = pg.Library(folder)
            ...     library.close()
        """
        self._library.close()

    def recordings(
        self,
        *,
        person: str | None = None,
        tags: Sequence[str] = (),
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
        with_gaps: bool | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> "pd.DataFrame":
        """Recordings that meet all conditions, newest first, indexed by `id`.

        Columns: `title`, `person` (code), `kind`, `start_utc`, `duration_s`, `feet`, `sample_rate_hz`,
        `frames_recorded`, `frames_missing`, `bytes`, `tags` (KIND:VALUE, with commas between).

        Args:
            person: code of the wearer.
            tags: all of these, written KIND:VALUE ("shoe:trail").
            kind: "insole" or "import".
            since, until: of the start, with a time zone.
            text: part of the title, in any case.
            with_gaps: only those in which frames are missing (True), or in which none are (False).
            limit: at most so many.
            after: only those that follow this recording in the list: with `limit` the next page, which takes
                as long in the middle of a million recordings as at their beginning.

        Raises:
            PlantigradeError: a tag is not KIND:VALUE.

        Example:
            >>> import tempfile
            >>> import plantigrade as pg
            >>> with tempfile.TemporaryDirectory() as folder, pg.Library(folder) as library:
            ...     walk = pg.twin.walk(pg.twin.person(1), seconds=10, seed=1)
            ...     name = library.add(walk, title="in trail shoes", tags=["shoe:trail"])
            ...     found = library.recordings(tags=["shoe:trail"])
            >>> found[["title", "feet", "tags"]].to_dict("records")
            [{'title': 'in trail shoes', 'feet': 'left, right', 'tags': 'shoe:trail'}]
        """
        wanted = Filter(
            person=person,
            tags=tags_of(tags),
            kind=kind,
            since=since,
            until=until,
            text=text,
            with_gaps=with_gaps,
            limit=limit,
            after=after,
        )
        return _listing(self._library.find(wanted))

    def people(self, *, limit: int | None = None, after: str | None = None) -> "pd.DataFrame":
        """The people of the library without their names, indexed by `code`: sex, height, weight, shoe size.

        Args:
            limit: at most so many, in the order of their codes.
            after: only those whose codes come after this one.

        Example:
            >>> import tempfile
            >>> import plantigrade as pg
            >>> with tempfile.TemporaryDirectory() as folder, pg.Library(folder) as library:
            ...     library.add_person("P001", weight_kg=72, shoe_size_eu=42)
            ...     people = library.people()
            >>> people["weight_kg"].to_dict()
            {'P001': 72.0}
        """
        people = [asdict(person) for person in self._library.people(after=after, limit=limit)]
        columns = {name: [person[name] for person in people] for name in PERSON_UNITS}
        return table(columns, PERSON_UNITS, {}, ["code"])

    def add_person(
        self,
        code: str,
        *,
        weight_kg: float | None = None,
        height_cm: float | None = None,
        shoe_size_eu: float | None = None,
        sex: str | None = None,
    ) -> None:
        """Add a person under a pseudonym.

        Args:
            code: such as "P001"; it stands wherever the name should not appear.
            weight_kg, height_cm, shoe_size_eu: None where unknown; lengths on the insole need the shoe's
                size.
            sex: "female", "male" or "other"; None where unknown.

        Raises:
            PlantigradeError: there is such a person already, or a figure makes no sense.

        Example:
            >>> import tempfile
            >>> import plantigrade as pg
            >>> with tempfile.TemporaryDirectory() as folder, pg.Library(folder) as library:
            ...     library.add_person("P001", height_cm=170)
            ...     library.people().index.tolist()
            ['P001']
        """
        self._library.add_person(
            Person(code, sex=sex, height_cm=height_cm, weight_kg=weight_kg, shoe_size_eu=shoe_size_eu)
        )

    def read(self, name: str) -> Recording:
        """A recording by its identifier, or an unmistakable beginning of it; samples follow when asked for.

        Args:
            name: as in the index of `recordings`.

        Raises:
            PlantigradeError: none or several are meant, or its manifest cannot be read.

        Example:
            >>> import tempfile
            >>> import plantigrade as pg
            >>> with tempfile.TemporaryDirectory() as folder, pg.Library(folder) as library:
            ...     name = library.add(pg.twin.walk(pg.twin.person(1), seconds=30, seed=1))
            ...     slice_of_it = library.read(name)[10:20]
            ...     rows = len(slice_of_it.forces("left"))
            >>> rows
            1000
        """
        recording = self._library.open(name)
        return Recording(StoredSource(recording, recording.walk, recording.id))

    def add(
        self, recording: Recording, *, title: str = "", person: str | None = None, tags: Sequence[str] = ()
    ) -> str:
        """Store a recording; the same samples are stored only once. Its identifier.

        Args:
            recording: as `plantigrade.read` or `plantigrade.twin` gave it, or a slice.
            title: free text; the name of its file by default.
            person: code of who wore the insoles.
            tags: KIND:VALUE with KIND one of shoe, orthotic, terrain, other.

        Raises:
            PlantigradeError: no such person, a tag that is not KIND:VALUE, the samples are another person's
                already, or it cannot be written.

        Example:
            >>> import tempfile
            >>> import plantigrade as pg
            >>> with tempfile.TemporaryDirectory() as folder, pg.Library(folder) as library:
            ...     walk = pg.read(pg.twin.example_file())
            ...     first, again = library.add(walk), library.add(walk)
            ...     print(first == again, len(library), library.recordings().loc[first, "title"])
            True 1 gaitpdb_GaCo13_01
        """
        walk = recording._walk  # pyright: ignore[reportPrivateUsage]
        given = tags_of(tags)
        taken = take_in(self._library, walk, Origin(Path(recording.id).name), person=person, title=title)
        if given:
            self._library.tag(taken.entry.id, given)
        return taken.entry.id


def tags_of(texts: Sequence[str]) -> tuple[Tag, ...]:
    """Tags as people write them.

    Raises:
        PlantigradeError: one is not KIND:VALUE.

    Example:
        >>> tags_of(["shoe:trail"])
        (Tag(kind='shoe', value='trail'),)
    """
    if isinstance(texts, str):
        raise PlantigradeError(f"tags are a list: [{texts!r}]")
    found: list[Tag] = []
    for text in texts:
        kind, _, value = text.partition(":")
        if kind not in TAG_KINDS or not value.strip():
            raise PlantigradeError(f"{text!r} is not KIND:VALUE with KIND one of {', '.join(TAG_KINDS)}")
        found.append(Tag(kind, value.strip()))
    return tuple(found)


def _listing(entries: list[RecordingEntry]) -> "pd.DataFrame":
    pd = parts.pandas()
    names = (
        "id",
        "title",
        "person",
        "kind",
        "duration_s",
        "sample_rate_hz",
        "frames_recorded",
        "frames_missing",
    )
    columns: dict[str, Any] = {
        name: [getattr(entry, name) for entry in entries] for name in (*names, "bytes")
    }
    columns["feet"] = [", ".join(entry.feet) for entry in entries]
    columns["tags"] = [", ".join(map(str, entry.tags)) for entry in entries]
    columns["start_utc"] = pd.to_datetime([entry.start_utc_ns for entry in entries], unit="ns", utc=True)
    units = dict.fromkeys(columns, "1") | {"duration_s": "s", "sample_rate_hz": "Hz", "bytes": "B"}
    return table(columns, units | {"start_utc": "UTC"}, {}, ["id"])
