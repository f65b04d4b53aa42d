"""`plantigrade device provision`: options and help."""

from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import library_options

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Give boards their identity: self-test, bench loads, record, papers.")
@click.argument("ports", nargs=-1, metavar="[PORT]...")
@click.option("--batch", "batch_file", type=_FILE, metavar="FILE.csv", help="Boards with side and size.")
@click.option("--side", type=click.Choice(("left", "right")), help="Of one board, without a batch file.")
@click.option("--size", metavar="EU", help="EU size of one board, such as 42 or 42.5.")
@click.option("--name", metavar="CODE", help="Code of the batch [default: the file's name, or today's date].")
@click.option("--label", default="", help="Name that one board shows.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of results [default: the batch's code].",
)
@click.option(
    "--factory-key",
    type=_FILE,
    metavar="FILE.pem",
    help="RSA-3072 key that signs the records; without it they are unsigned, and say so.",
)
@click.option(
    "--micropython",
    type=_FILE,
    metavar="FILE.bin",
    help="Flash boards that are blank or have other firmware, with this image.",
)
@click.option("--accept-unknown", metavar="SHA256", help="As in `plantigrade device flash`.")
@click.option("--flash", "flash_virtual", is_flag=True, help="Flash virtual boards, which need no image.")
@click.option(
    "--bench",
    "bench_source",
    default="terminal",
    show_default=True,
    metavar="SOURCE",
    help="Who puts the loads on: terminal (you, guided), none, twin (a running twin's feed), twin:FEED, or "
    "a CSV file or folder of measured loads.",
)
@click.option("--again", is_flag=True, help="Make insoles anew that are finished.")
@library_options
@pass_invocation
def provision(
    invocation: Invocation,
    ports: tuple[str, ...],
    batch_file: Path | None,
    side: str | None,
    size: str | None,
    name: str | None,
    label: str,
    output: Path | None,
    factory_key: Path | None,
    micropython: Path | None,
    accept_unknown: str | None,
    flash_virtual: bool,
    bench_source: str,
    again: bool,
    **where: Any,
) -> None:
    """Make insoles of boards: what each is, is measured, written, signed and printed.

    Steps of each board: connect, flash (or see that it is), self-test, bench, verify, identity, confirm,
    papers. The first that fails ends the command, with its name; the same command goes on where it ended.
    A finished insole is left as it is. docs/how-to/provision-a-batch.md shows a batch of twenty.

    Without PORT every insole on USB is meant, and you are asked for more until the batch is done. The result
    has a row for each board in batch-result.csv, and a folder with report, label and card.

    \b
    Examples:
      plantigrade device provision --batch spring.csv --factory-key factory.pem
      plantigrade device provision --side left --size 42 --bench none
    """
    from plantigrade.device.provision import actions

    if (batch_file is None) == (side is None):
        raise click.UsageError("give either --batch, or --side and --size of one board")
    if batch_file is not None and (size or label):
        raise click.UsageError("--size and --label are for one board; a batch has them in its file")
    choices = actions.Choices(
        ports, batch_file, side or "", size or "", name or "", label, output, factory_key, micropython,
        accept_unknown, flash_virtual, bench_source, again, invocation.data_dir(),
        where["url"], where["key_file"],
    )  # fmt: skip
    actions.provision_and_report(choices)
