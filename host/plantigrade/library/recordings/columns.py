# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Columns of numbers in Parquet files: written with chosen encodings, read by groups of rows, encrypted if
asked.

Encryption is Parquet's own (modular encryption, AES-256-GCM): each page and the footer carry a tag, so a
changed byte is found while reading, and a slice is read without decrypting the rest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey, is_encrypted
from plantigrade.library.recordings.arrow_arrays import as_arrow, as_numbers
from plantigrade.library.recordings.difference_columns import from_differences, kind_name

ZSTD_LEVEL: Final = 3


def write_columns(
    path: Path,
    columns: Mapping[str, Any],
    encodings: Mapping[str, str],
    *,
    dictionary: Sequence[str] = (),
    row_group: int,
    key: FileKey | None = None,
) -> None:
    """Write columns of equal length.

    Args:
        path: the file.
        columns: arrays by name.
        encodings: Parquet encoding by column; columns of `dictionary` are not named here.
        dictionary: columns with few different values.
        row_group: rows that are compressed together.
        key: encrypts the file.

    Raises:
        OSError: the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(dict(columns))
    pq.write_table(
        table,
        path,
        row_group_size=row_group,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=list(dictionary),  # pyright: ignore[reportArgumentType]
        column_encoding=dict(encodings),
        write_statistics=list(_ordered(table)),  # pyright: ignore[reportArgumentType]
        encryption_properties=_encryption(key),
    )


def write_groups(
    path: Path,
    groups: Iterable[Mapping[str, Any]],
    *,
    dictionary: Sequence[str] = (),
    facts: Mapping[str, str] | None = None,
    key: FileKey | None = None,
) -> int:
    """Write columns in groups of rows of chosen lengths; how many rows.

    Args:
        path: the file.
        groups: at least one; arrays by name, of equal length and of the same names and types in each.
        dictionary: columns with few different values; the others are numbers whose bytes of equal weight
            are stored together.
        facts: texts about the whole, as encrypted as the rest; `ColumnFile.facts` reads them.
        key: encrypts the file.

    Raises:
        OSError: the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: Any = None
    rows = 0
    try:
        for group in groups:
            columns = {name: as_arrow(values) for name, values in group.items()}
            table: Any = pa.table(columns).replace_schema_metadata(dict(facts or {}))
            if writer is None:
                split = [name for name in table.schema.names if name not in dictionary]
                writer = pq.ParquetWriter(
                    path,
                    table.schema,
                    compression="zstd",
                    compression_level=ZSTD_LEVEL,
                    use_dictionary=list(dictionary),  # pyright: ignore[reportArgumentType]
                    column_encoding=dict.fromkeys(split, "BYTE_STREAM_SPLIT"),
                    encryption_properties=_encryption(key),
                )
            writer.write_table(table, row_group_size=max(1, table.num_rows))
            rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def copy_groups(file: "ColumnFile", target: Path, dictionary: Sequence[str], key: FileKey | None) -> None:
    """Write the rows of a file of `write_groups` once more, encrypted with another key or plain.

    Raises:
        OSError: the target cannot be written.
        RecordingError: the file is damaged.
    """
    groups = (file.read([number]).as_arrays() for number in range(len(file.group_sizes)))
    write_groups(target, groups, dictionary=dictionary, facts=file.facts, key=key)


def _ordered(table: Any) -> Iterator[str]:
    """Columns whose smallest and largest value mean something: not those of bytes."""
    import pyarrow.types as kinds

    return (field.name for field in table.schema if not kinds.is_fixed_size_binary(field.type))


def _encryption(key: FileKey | None) -> Any:
    if key is None:
        return None
    import pyarrow.parquet.encryption as pe

    return pe.create_encryption_properties(key.secret, aad_prefix=key.binding, store_aad_prefix=False)


class ColumnFile:
    """A Parquet file, opened.

    Args:
        path: the file.
        key: of an encrypted file; a plain file is read with or without one.

    Raises:
        RecordingError: the file is damaged, foreign, or encrypted with another key.
    """

    def __init__(self, path: Path, key: FileKey | None = None) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        try:
            encrypted = is_encrypted(path)
            if encrypted and key is None:
                raise RecordingError(path, "is encrypted; open it through its library, which holds the key")
            properties = None
            if encrypted and key is not None:
                import pyarrow.parquet.encryption as pe

                properties = pe.create_decryption_properties(key.secret, aad_prefix=key.binding)
            self._file: Any = pq.ParquetFile(path, decryption_properties=properties)
        except (pa.ArrowException, OSError) as error:
            raise _refused(path, error) from error
        self.names = frozenset(self._file.schema_arrow.names)
        self.rows = int(self._file.metadata.num_rows)
        self.group_sizes = [
            int(self._file.metadata.row_group(group).num_rows)
            for group in range(self._file.metadata.num_row_groups)
        ]

    @property
    def facts(self) -> dict[str, str]:
        """What `write_groups` was told about the whole."""
        stored: dict[bytes, bytes] = self._file.schema_arrow.metadata or {}
        return {name.decode(): text.decode() for name, text in stored.items() if name[:6] != b"ARROW:"}

    def groups_between(self, name: str, low: float, high: float) -> list[int]:
        """Groups of rows that may hold values of a column from `low` to before `high`."""
        column = self._file.schema_arrow.get_field_index(name)
        chosen: list[int] = []
        for group in range(self._file.metadata.num_row_groups):
            statistics = self._file.metadata.row_group(group).column(column).statistics
            if statistics is None or (
                statistics.has_min_max and statistics.max >= low and statistics.min < high
            ):
                chosen.append(group)
        return chosen

    def read(self, groups: list[int] | None = None, names: list[str] | None = None) -> "Columns":
        """Rows of some groups, of all by default; only the columns of these names where given.

        Raises:
            RecordingError: the data are damaged.
        """
        import pyarrow as pa

        try:
            wanted = list(range(len(self.group_sizes))) if groups is None else groups
            table = self._file.read_row_groups(wanted, columns=names)
        except (pa.ArrowException, OSError) as error:
            raise _refused(self.path, error) from error
        return Columns(self.path, table)

    def column(self, name: str, kind: str, missing: int | None = None) -> NDArray[Any]:
        """A whole column as `Columns.column` gives it, read a group of rows at a time: long files.

        Raises:
            RecordingError: the data are damaged, or there is no such column.
        """
        out = np.empty(self.rows, kind)
        at = 0
        for group, size in enumerate(self.group_sizes):
            out[at : at + size] = self.read([group], [name]).column(name, kind, missing)
            at += size
        return out


def release_memory() -> None:
    """Give back what reading needed and does not need any more."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def read_into_common_memory() -> None:
    """Read into the memory of everything else from now on: Arrow's own allocator holds 30 MB more of what is
    not used any more, and reading is no quicker with it."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())


@dataclass(frozen=True)
class Columns:
    """Rows that were read."""

    path: Path
    table: Any

    def column(self, name: str, kind: str, missing: int | None = None) -> NDArray[Any]:
        """A column as an array of a NumPy type; `missing` stands for what is not known.

        Raises:
            RecordingError: there is no such column.
        """
        import pyarrow as pa

        try:
            column = self.table.column(name)
            if missing is not None and column.null_count:
                column = column.fill_null(missing)
            parts = [as_numbers(chunk) for chunk in column.chunks]
            known = [part for part in parts if part is not None]
            if known and len(known) == len(parts):
                return np.concatenate(known).astype(kind, copy=False)
            return np.asarray(column.to_numpy()).astype(kind, copy=False)
        except (pa.ArrowException, KeyError, ValueError) as error:
            raise _refused(self.path, error) from error

    def as_arrays(self) -> dict[str, Any]:
        """All columns as they are, for writing them once more."""
        return {name: self.table.column(name).combine_chunks() for name in self.table.schema.names}

    def matrix(self, names: list[str], kind: str) -> NDArray[Any]:
        """Columns beside each other as an array (n, len(names)) of a NumPy type.

        Raises:
            RecordingError: there is no such column.
        """
        import pyarrow as pa

        out = np.empty((self.table.num_rows, len(names)), kind)
        at = 0
        try:
            for batch in self.table.select(names).to_batches():  # a group of rows fits into the cache
                block = out[at : at + batch.num_rows]
                for index in range(len(names)):
                    numbers = as_numbers(batch.column(index))
                    if numbers is None:
                        numbers = batch.column(index).to_numpy(zero_copy_only=False)
                    block[:, index] = numbers
                at += batch.num_rows
        except (pa.ArrowException, KeyError, ValueError) as error:
            raise _refused(self.path, error) from error
        return out

    def differences(self, name: str, columns: int) -> NDArray[np.int16]:
        """Rows (n, columns) of a column of differences (`difference_columns`).

        Raises:
            RecordingError: there is no such column, or it holds something else.
        """
        try:
            kinds = self.column(kind_name(name), "u1")
            return from_differences(self.table.column(name), kinds, columns)
        except (KeyError, ValueError) as error:
            raise _refused(self.path, error) from error


def _refused(path: Path, error: Exception) -> RecordingError:
    if isinstance(error, FileNotFoundError):
        return RecordingError(path, "is not there")
    if "ecrypt" in str(error):
        return RecordingError(path, "cannot be decrypted: it was changed, or belongs to another key")
    return RecordingError(path, f"is not a sound recording: {str(error).splitlines()[0]}")
