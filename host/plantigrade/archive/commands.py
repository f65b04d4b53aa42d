"""`plantigrade archive`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.errors import MissingPartError
from plantigrade.library.options import library_options

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)
ALL_STRIDES = "SELECT * FROM recordings JOIN strides USING (recording)"


def archive_options(command: Decorated) -> Decorated:
    """Where the archive is: options that `where_of` takes."""
    command = click.option(
        "--store-options",
        default="{}",
        metavar="JSON",
        help='Of the store, as fsspec takes them: {"endpoint_url": "http://...", "key": "..."}.',
    )(command)
    command = click.option(
        "--store",
        metavar="URL",
        envvar="PLANTIGRADE_STORE",
        show_envvar=True,
        help="Folder or object store of recordings, such as s3://bucket/archive [default: the library's].",
    )(command)
    return library_options(command)  # pyright: ignore[reportReturnType]


def _worker_options(command: Decorated) -> Decorated:
    """Who works."""
    command = click.option(
        "--report", type=_FILE, metavar="FILE", help="Write what failed, and why, as JSON."
    )(command)
    command = click.option(
        "--memory", default="1.5 GB", show_default=True, help="That one worker here may take."
    )(command)
    command = click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="Workers on this computer [default: one a core].",
    )(command)
    return click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="A Dask cluster that runs already, such as tcp://10.0.0.5:8786.",
    )(command)


@click.group()
def archive() -> None:
    """Work on many recordings at once, on this computer's cores or on a Dask cluster.

    Recordings lie in a store (the library's folder, or an object store such as S3) and are listed in the
    library's catalogue; results are put into the same store. Every command can be stopped at any time and
    begun again: it does what is missing. docs/how-to/many-recordings.md

    \b
    Examples:
      plantigrade archive analyze
      plantigrade archive query "SELECT person, median(stride_time_s) FROM strides
                                 JOIN recordings USING (recording) WHERE valid GROUP BY person"
    """


def where_of(invocation: Invocation, values: dict[str, Any]) -> Any:
    """An `actions.Where` of the options.

    Raises:
        MissingPartError: what the archive needs is not installed.
    """
    try:
        from plantigrade.archive.actions import Where
    except ModuleNotFoundError as error:
        raise MissingPartError("the archive", "archive", str(error.name)) from error
    named = {name: values[name] for name in ("url", "key_file", "store", "store_options")}
    return Where(data=invocation.data_dir(), **named)


def _workers(values: dict[str, Any]) -> Any:
    from plantigrade.archive.run import Workers

    return Workers(values["scheduler"], values["workers"], values["memory"])


@archive.command()
@click.option("--all", "everything", is_flag=True, help="Also what this version has analysed already.")
@click.option("--failed", is_flag=True, help="Also what failed before by this version.")
@_worker_options
@archive_options
@pass_invocation
def analyze(invocation: Invocation, everything: bool, failed: bool, **values: Any) -> None:
    """Analyse what was not analysed yet.

    That is each recording whose present state this algorithm has not seen.

    The strides of each go into the store. What fails is listed at the end and stops nothing; exit code 1
    then. A page of Dask shows what the workers do.

    \b
    Examples:
      plantigrade archive analyze
      plantigrade archive analyze --store s3://clinic/archive --scheduler tcp://10.0.0.5:8786
      plantigrade archive analyze --workers 2 --memory "2 GB" --report failures.json
    """
    where = where_of(invocation, values)
    from plantigrade.archive import actions

    actions.analyze(where, _workers(values), everything, failed, values["report"])


@archive.command()
@_worker_options
@archive_options
@pass_invocation
def verify(invocation: Invocation, **values: Any) -> None:
    """Verify all recordings in the store.

    It does what `plantigrade sessions verify` does.

    \b
    Examples:
      plantigrade archive verify --report damaged.json
    """
    where = where_of(invocation, values)
    from plantigrade.archive import actions

    actions.verify(where, _workers(values), values["report"])


@archive.command()
@click.argument("sql")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, allow_dash=True), help="Write JSON here."
)
@archive_options
@pass_invocation
def query(invocation: Invocation, sql: str, json_file: Path | None, **values: Any) -> None:
    """Ask the strides of all people, in SQL (DuckDB).

    Tables: `recordings` (recording, person, start_utc, duration_s, age_years, sex, height_cm, weight_kg,
    tags) and `strides` (recording, and the columns of `plantigrade analyze --strides`).

    \b
    Examples:
      plantigrade archive query "SELECT count(*) FROM strides WHERE valid"
      plantigrade archive query "SELECT foot, median(stance_pct) FROM strides
                                 JOIN recordings USING (recording)
                                 WHERE list_contains(tags, 'shoe:trail') AND age_years > 65 GROUP BY foot"
    """
    where = where_of(invocation, values)
    from plantigrade.archive import actions

    actions.query(where, sql, json_file)


@archive.command()
@click.argument("target", type=_FILE)
@click.option("--sql", default=ALL_STRIDES, help="Which rows [default: all strides with their recordings].")
@archive_options
@pass_invocation
def export(invocation: Invocation, target: Path, sql: str, **values: Any) -> None:
    """Write the strides of all people to TARGET, .parquet or .csv. The file is not encrypted.

    \b
    Examples:
      plantigrade archive export strides.parquet
      plantigrade archive export old.csv --sql "SELECT * FROM strides JOIN recordings USING (recording)
                                                WHERE age_years > 65"
    """
    where = where_of(invocation, values)
    from plantigrade.archive import actions

    actions.export(where, target, sql)


@archive.command()
@archive_options
@pass_invocation
def push(invocation: Invocation, **values: Any) -> None:
    """Copy the library's recordings into the store.

    Those that are there already are left alone.

    \b
    Examples:
      plantigrade archive push --store s3://clinic/archive
    """
    where = where_of(invocation, values)
    from plantigrade.archive import actions

    actions.push(where)


@archive.command()
@click.option("--report", type=_FILE, metavar="FILE", help="Write what failed, and why, as JSON.")
@archive_options
@pass_invocation
def reindex(invocation: Invocation, **values: Any) -> None:
    """Enter recordings of the store into the catalogue.

    Only those that it does not know, as after a lost database.

    \b
    Examples:
      plantigrade archive reindex --store s3://clinic/archive
    """
    where = where_of(invocation, values)
    from plantigrade.archive import actions

    actions.reindex_store(where, values["report"])
