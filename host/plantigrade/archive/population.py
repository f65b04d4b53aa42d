"""People of the archive as a reference set takes them: all strides of each, from the stored results."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plantigrade.archive.errors import ArchiveError
from plantigrade.archive.results import connect_recordings, result_files
from plantigrade.archive.store import ArchiveStore
from plantigrade.array_types import F64
from plantigrade.gait.signals import Foot, Instrument
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.reader import instrument_of
from plantigrade.library.recordings.strides import read_strides
from plantigrade.posture.norms.build import About, Built, Strider, build_from_strides
from plantigrade.posture.rules_engine.features import StrideColumns


@dataclass(frozen=True)
class Chosen:
    """A person, and the recordings of the person that are taken."""

    person: str
    recordings: tuple[str, ...]


def build_from_archive(library: Library, store: ArchiveStore, where: str, about: About) -> Built:
    """A reference set from what the archive has analysed.

    Args:
        library: open.
        store: of the results.
        where: which recordings, a condition of SQL on the table `recordings`; "" for all that have a person.
        about: name, source and licence.

    Raises:
        ArchiveError: nothing was analysed, the condition is not understood, or a result is not in the store.
        StoreAwayError: the store does not answer.
        PlantigradeError: several instruments, or too few people.
    """
    return build_from_strides(_striders(library, store, chosen(library, where)), about)


def chosen(library: Library, where: str = "") -> list[Chosen]:
    """Whose recordings meet a condition, by code.

    Raises:
        ArchiveError: nothing was analysed, or the condition is not understood.
    """
    import duckdb

    connection, _ = connect_recordings(library)
    try:
        connection.execute("SET enable_external_access = false")
        meets = connection.sql("FROM recordings").filter(where or "true").filter("person IS NOT NULL")
        rows = meets.project("person, recording").order("person, recording").fetchall()
    except duckdb.Error as error:
        raise ArchiveError(f"the condition is not understood: {error}") from error
    finally:
        connection.close()
    found: dict[str, list[str]] = {}
    for person, recording in rows:
        found.setdefault(person, []).append(recording)
    return [Chosen(person, tuple(names)) for person, names in found.items()]


def _striders(library: Library, store: ArchiveStore, people: Sequence[Chosen]) -> Iterator[Strider]:
    for one in people:
        tables = [
            table
            for _, file in result_files(store, one.recordings, library)
            for table in read_strides(file).tables()
        ]
        feet = [joined([table for table in tables if table.foot is foot]) for foot in Foot]
        yield Strider(one.person, _instrument(store, one), [foot for foot in feet if foot is not None])


def joined(tables: Sequence[StrideColumns]) -> StrideColumns | None:
    """Strides of one foot from several recordings, one after the other; what one of them does not know is
    NaN there. None of none.

    Example:
        >>> table = StrideColumns(Foot.LEFT, np.ones(1), np.ones(1, bool), {"stance_pct": np.array([61.0])})
        >>> other = StrideColumns(Foot.LEFT, np.ones(1), np.ones(1, bool), {"swing_pct": np.array([39.0])})
        >>> joined([table, other]).values["stance_pct"].tolist()
        [61.0, nan]
    """
    if not tables:
        return None
    names = dict.fromkeys(name for table in tables for name in table.values)

    def column(table: StrideColumns, name: str) -> F64:
        values = table.values.get(name)
        return np.full(len(table.valid), np.nan) if values is None else values

    return StrideColumns(
        tables[0].foot,
        np.concatenate([table.end_s for table in tables]),
        np.concatenate([table.valid for table in tables]),
        {name: np.concatenate([column(table, name) for table in tables]) for name in names},
    )


def _instrument(store: ArchiveStore, one: Chosen) -> Instrument:
    found: set[Instrument] = set()
    with tempfile.TemporaryDirectory(prefix="plantigrade-reference-") as room:
        for name in one.recordings:
            store.fetch(name, Path(room), only_manifest=True)
            found.add(instrument_of(read_manifest(Path(room))))
    if len(found) > 1:
        named = ", ".join(sorted(found))
        raise ArchiveError(
            f"{one.person} was recorded with several instruments ({named}); name the recordings of one with "
            "--where, such as \"list_contains(tags, 'other:insole')\""
        )
    return found.pop()
