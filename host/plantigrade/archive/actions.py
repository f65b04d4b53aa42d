# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportPrivateImportUsage=false
"""What `plantigrade archive` does."""

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from plantigrade.archive import plan
from plantigrade.archive.catalogue import reindex
from plantigrade.archive.errors import ArchiveError, StoreAwayError, StoreRefusedError
from plantigrade.archive.results import connect
from plantigrade.archive.run import Progress, Report, Workers, client_of, run
from plantigrade.archive.store import ArchiveStore
from plantigrade.archive.task import Outcome, Place, Work, analyse, check
from plantigrade.json_output import write_json
from plantigrade.library.catalogue.library import Library

SCHEMA: Final = "plantigrade.archive/1"
_SHOWN: Final = 20
_MOST_ROWS: Final = 200
_NOTHING: Final = "nothing to do"


@dataclass(frozen=True)
class Where:
    """Where the archive is; see the options of `plantigrade archive`."""

    data: Path
    url: str | None
    key_file: Path | None
    store: str | None
    store_options: str

    def open(self) -> Library:
        """The library."""
        return Library(self.data, self.url, self.key_file)

    def store_of(self, library: Library) -> ArchiveStore:
        """The store: that which was named, or the library's own folder.

        Raises:
            ArchiveError: it is none.
        """
        try:
            options: Any = json.loads(self.store_options)
        except ValueError as error:
            raise ArchiveError("the options of the store are no JSON object") from error
        return ArchiveStore(self.store or str(library.data_dir.resolve()), options)

    def place_of(self, library: Library) -> Place:
        """As workers need it."""
        key_id = None if library.vault is None else library.vault.key_id
        store = self.store or str(library.data_dir.resolve())
        data = library.data_dir.resolve()
        return Place(store, self.store_options, data, library.uuid, key_id, self.key_file)


def analyze(where: Where, workers: Workers, everything: bool, again: bool, report_file: Path | None) -> None:
    """Analyse what is missing, or everything.

    Raises:
        ArchiveError: some could not be analysed; the others were.
    """
    with where.open() as library:
        wanted = plan.everything(library) if everything else plan.missing(library, again)
        total = plan.count_all(library)
        click.echo(f"{total} recordings, {len(wanted)} to analyse", err=True)
        report = _spread(library, where, workers, analyse, wanted, lambda done: plan.keep(library, done))
    _say(report, "analysed", report_file)


def verify(where: Where, workers: Workers, report_file: Path | None) -> None:
    """Verify everything in the store.

    Raises:
        ArchiveError: some are not sound.
    """
    with where.open() as library:
        wanted = plan.everything(library)
        report = _spread(library, where, workers, check, wanted, lambda _done: None)
    _say(report, "verified", report_file)


def _spread(
    library: Library,
    where: Where,
    workers: Workers,
    work: Work,
    wanted: Sequence[tuple[str, str]],
    keep: Callable[[list[Outcome]], None],
) -> Report:
    if not wanted:
        click.echo(_NOTHING, err=True)
        return Report()
    require_store(where.store_of(library), wanted[0][0])
    tasks = plan.tasks(library, wanted)
    with client_of(workers) as client, _bar() as tell:
        return run(client, where.place_of(library), work, tasks, len(wanted), keep, tell)


def require_store(store: ArchiveStore, recording: str) -> None:
    """Wrong settings end the command; what is away is waited for, and why is said.

    Raises:
        StoreRefusedError: the store cannot be used as it was named.
    """
    try:
        store.require(recording)
    except StoreRefusedError:
        raise
    except StoreAwayError as error:
        click.echo(f"plantigrade: {error}; waiting for it", err=True)


@contextmanager
def _bar() -> Generator[Callable[[Progress], None]]:
    """Progress on standard error; a line every now and then where nobody watches."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        task: TaskID = bar.add_task("", total=None)
        address_shown = False

        def tell(now: Progress) -> None:
            nonlocal address_shown
            if not address_shown and now.dashboard:
                click.echo(f"Dask's page: {now.dashboard}", err=True)
            address_shown = True
            state = "waiting for the store" if now.waiting_for_store else "working"
            failed = f", {now.failed} failed" if now.failed else ""
            bar.update(task, total=now.total, completed=now.done, description=state + failed)

        yield tell


def _say(report: Report, what: str, report_file: Path | None) -> None:
    minutes = report.seconds / 60
    click.echo(f"{report.done} {what}, {len(report.failures)} failed, in {minutes:.1f} min")
    if report_file is not None:
        values = {"schema": SCHEMA, "done": report.done, "strides": report.strides, "seconds": report.seconds}
        write_json({**values, "failures": report.failures}, report_file)
    for name, problem in list(report.failures.items())[:_SHOWN]:
        click.echo(f"  {name}: {problem}", err=True)
    if report.failures:
        more = f"; all of them are in {report_file}" if report_file else "; --report FILE lists them all"
        raise ArchiveError(f"{len(report.failures)} recordings could not be {what}{more}")


def query(where: Where, sql: str, json_file: Path | None) -> None:
    """Ask in SQL.

    Raises:
        ArchiveError: nothing was analysed, or the question makes no sense.
    """
    with where.open() as library, _asked(library, where, sql) as found:
        names = [column[0] for column in found.description]
        if json_file is not None:
            rows = [dict(zip(names, map(_plain, row), strict=True)) for row in found.fetchall()]
            write_json({"schema": SCHEMA, "rows": rows}, json_file)
            return
        table = Table(*names, box=None)
        rows = found.fetchmany(_MOST_ROWS + 1)
        for row in rows[:_MOST_ROWS]:
            table.add_row(*(_shown(value) for value in row))
        Console(highlight=False).print(table)
        if len(rows) > _MOST_ROWS:
            click.echo(f"only the first {_MOST_ROWS} rows are shown; --json FILE has all")


def export(where: Where, target: Path, sql: str) -> None:
    """Write the answer to a question as Parquet or CSV, by the ending of the file.

    Raises:
        ArchiveError: another ending, nothing was analysed, or the question makes no sense.
    """
    if target.suffix not in (".parquet", ".csv"):
        raise ArchiveError(f"{target}: ends in .parquet or .csv")
    if not target.parent.is_dir():
        raise ArchiveError(f"{target.parent}: is no folder")
    from plantigrade.files.atomic_write import new_file

    with where.open() as library, _asked(library, where, sql) as found, new_file(target) as draft:
        import pyarrow.csv
        import pyarrow.parquet

        table: Any = found.to_arrow_table()
        writer: Any = pyarrow.parquet.write_table if target.suffix == ".parquet" else pyarrow.csv.write_csv
        writer(table, str(draft))
    click.echo(f"{target}: {table.num_rows} rows, {table.num_columns} columns")


@contextmanager
def _asked(library: Library, where: Where, sql: str) -> Generator[Any]:
    import duckdb

    connection = connect(library, where.store_of(library))
    try:
        yield connection.execute(sql)
    except duckdb.Error as error:
        raise ArchiveError(f"the question is not understood: {error}") from error
    finally:
        connection.close()


def push(where: Where) -> None:
    """Copy the library's recordings into the store, those that are not there.

    Raises:
        ArchiveError: no store was named.
    """
    if where.store is None:
        raise ArchiveError("name the store with --store, such as s3://bucket/archive")
    with where.open() as library:
        store, fresh, there = where.store_of(library), 0, 0
        for name, _ in plan.everything(library):
            folder = library.recordings / name
            if not folder.is_dir():
                continue  # it is in the store alone
            if store.put_recording(folder):
                fresh += 1
            else:
                there += 1
    click.echo(f"{fresh} recordings copied, {there} were there")


def reindex_store(where: Where, report_file: Path | None) -> None:
    """Enter recordings of the store that the catalogue does not know.

    Raises:
        ArchiveError: some could not be entered.
    """
    with where.open() as library:
        found = reindex(library, where.store_of(library))
    report = Report(found.entered, found.problems)
    click.echo(f"{found.known} known")
    _say(report, "entered", report_file)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
