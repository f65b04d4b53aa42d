# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportPrivateImportUsage=false
"""Questions to the results of all people, in SQL: the tables `strides` and `recordings`, by DuckDB.

`recordings` comes from the catalogue as it is now, `strides` from the store. Results of an encrypted library
are decrypted into memory, those of the columns that are asked for; plain ones are read where they lie.
"""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from plantigrade.archive.errors import ArchiveError
from plantigrade.archive.store import ArchiveStore
from plantigrade.archive.task import result_key, result_parts
from plantigrade.gait.results import ALGORITHM_VERSION
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.sending_tables import ArchiveResultRow
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow, TagRow
from plantigrade.library.recordings.columns import ColumnFile

if TYPE_CHECKING:
    import pyarrow as pa

_DAYS_A_YEAR: Final = 365.25
_NANO: Final = 1e-9
RECORDINGS_COLUMNS: Final = (
    "recording",
    "person",
    "start_utc",
    "duration_s",
    "age_years",
    "sex",
    "height_cm",
    "weight_kg",
    "tags",
)


def connect(library: Library, store: ArchiveStore) -> Any:
    """A DuckDB connection with the tables; close it.

    Args:
        library: open.
        store: of the results.

    Raises:
        ArchiveError: nothing was analysed yet.
        StoreAwayError: the store does not answer.
    """
    connection, names = connect_recordings(library)
    if library.vault is None:
        _connect_plain(connection, store, names)
    else:
        _load_encrypted(connection, store, names, library)
    connection.execute("SET enable_external_access = false")
    return connection


def connect_recordings(library: Library) -> tuple[Any, list[str]]:
    """A DuckDB connection with the table of recordings alone, and their identifiers; close it, and take its
    access to other files before anybody's SQL.

    Raises:
        ArchiveError: nothing was analysed yet.
    """
    import duckdb

    names = _analysed(library)
    if not names:
        raise ArchiveError("nothing was analysed yet; run `plantigrade archive analyze`")
    connection = duckdb.connect()
    connection.register("recordings_table", _recordings(library, names))
    connection.execute("CREATE TABLE recordings AS SELECT * FROM recordings_table")
    connection.unregister("recordings_table")
    return connection, names


def _analysed(library: Library) -> list[str]:
    query = sa.select(ArchiveResultRow.recording_id).where(
        ArchiveResultRow.problem == "", ArchiveResultRow.version == ALGORITHM_VERSION
    )
    with library.store.read() as session:
        return list(session.scalars(query.order_by(ArchiveResultRow.recording_id)))


def _recordings(library: Library, names: list[str]) -> "pa.Table":
    import pyarrow as pa

    query = (
        sa.select(
            RecordingRow.id,
            RecordingRow.start_utc_ns,
            RecordingRow.duration_s,
            PersonRow.code,
            PersonRow.birth_date,
            PersonRow.sex,
            PersonRow.height_cm,
            PersonRow.weight_kg,
        )
        .join(PersonRow, PersonRow.id == RecordingRow.person_id, isouter=True)
        .where(RecordingRow.deleted_utc.is_(None), RecordingRow.erasing.is_(False))
    )
    wanted, tags = set(names), dict[str, list[str]]()
    with library.store.read() as session:
        for row in session.scalars(sa.select(TagRow)):
            tags.setdefault(row.recording_id, []).append(f"{row.kind}:{row.value}")
        found = [row for row in session.execute(query) if row.id in wanted]
    starts = [
        None if row.start_utc_ns is None else datetime.fromtimestamp(row.start_utc_ns * _NANO, UTC)
        for row in found
    ]
    columns: dict[str, Any] = {
        "recording": pa.array([row.id for row in found], pa.string()),
        "person": pa.array([row.code for row in found], pa.string()),
        "start_utc": pa.array(starts, pa.timestamp("us", "UTC")),
        "duration_s": pa.array([row.duration_s for row in found], pa.float64()),
        "age_years": pa.array(
            [_age(row.birth_date, start) for row, start in zip(found, starts, strict=True)], pa.float64()
        ),
        "sex": pa.array([row.sex for row in found], pa.string()),
        "height_cm": pa.array([row.height_cm for row in found], pa.float64()),
        "weight_kg": pa.array([row.weight_kg for row in found], pa.float64()),
        "tags": pa.array([sorted(tags.get(row.id, [])) for row in found], pa.list_(pa.string())),
    }
    return pa.table(columns)


def _age(born: date | None, start: datetime | None) -> float | None:
    return None if born is None or start is None else (start.date() - born).days / _DAYS_A_YEAR


def _connect_plain(connection: Any, store: ArchiveStore, names: list[str]) -> None:
    """Files are read where they lie, those columns that are asked for."""
    if not store.is_local:
        connection.register_filesystem(store.fs)
    protocol = "" if store.is_local else f"{_protocol(store)}://"
    paths = [f"{protocol}{store.path_of(*result_parts(None, name))}" for name in names]
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    connection.execute(
        "CREATE TABLE strides AS SELECT parse_filename(filename, true) AS recording, * EXCLUDE (filename) "
        f"FROM read_parquet([{listed}], filename = true, union_by_name = true)"
    )


def _protocol(store: ArchiveStore) -> str:
    named: Any = store.fs.protocol
    return named if isinstance(named, str) else named[0]


def _load_encrypted(connection: Any, store: ArchiveStore, names: list[str], library: Library) -> None:
    begun = False
    for table in _decrypted(store, names, library):
        connection.register("piece", table)
        if begun:
            connection.execute("INSERT INTO strides BY NAME SELECT * FROM piece")
        else:
            connection.execute("CREATE TABLE strides AS SELECT * FROM piece")
            begun = True
        connection.unregister("piece")


def _decrypted(store: ArchiveStore, names: list[str], library: Library) -> Iterator["pa.Table"]:
    import pyarrow as pa

    for name, file in result_files(store, names, library):
        table: Any = file.read().table
        yield table.add_column(0, "recording", pa.array([name] * table.num_rows, pa.string()))


def result_files(
    store: ArchiveStore, names: Iterable[str], library: Library
) -> Iterator[tuple[str, ColumnFile]]:
    """The results of recordings, one after the other: name and file, which is there until the next.

    Raises:
        ArchiveError: one is not in the store.
        StoreAwayError: the store does not answer.
    """
    vault = library.vault
    key_id = None if vault is None else vault.key_id
    with tempfile.TemporaryDirectory(prefix="plantigrade-query-") as room:
        for name in names:
            path = Path(room) / "piece.parquet"  # encrypted as it lies in the store
            if not store.get_file(path, *result_parts(key_id, name)):
                raise ArchiveError(
                    f"{name}: its result is not in the store; run `plantigrade archive analyze --all`"
                )
            yield name, ColumnFile(path, result_key(vault, name))
