"""What `plantigrade device provision` does: options to a line, a batch, and what is said of both."""

import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from plantigrade.device import targets
from plantigrade.device.flash.esptool import require_esptool
from plantigrade.device.flash.flashing import Contents, make_contents
from plantigrade.device.flash.ports import BoardPort, find_board
from plantigrade.device.provision import factory_keys, result_file
from plantigrade.device.provision.batch import make_batch
from plantigrade.device.provision.batch_file import BatchRow, Problem, check_row, read_batch
from plantigrade.device.provision.bench import Bench, Loader, LoadsFile, Source, TerminalLoader
from plantigrade.device.provision.making import Line
from plantigrade.device.provision.rom_access import BoardKeys
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.board_files import firmware_version

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

TERMINAL: Final = "terminal"
NONE: Final = "none"
TWIN: Final = "twin"
KeepKeys = Callable[[str, BoardKeys], str]
_OPEN: Final = "whoever pairs with one can read it; `plantigrade sessions keys new` encrypts a library"


class BatchUnfinishedError(PlantigradeError):
    """There is no board for some rows of a batch."""


@dataclass(frozen=True)
class Choices:
    """The options of the command."""

    ports: tuple[str, ...]
    batch_file: Path | None
    side: str
    size: str
    name: str
    label: str
    output: Path | None
    factory_key: Path | None
    micropython: Path | None
    accept_unknown: str | None
    flash_virtual: bool
    bench: str
    again: bool
    data_dir: Path
    library_url: str | None = None
    key_file: Path | None = None


def provision_and_report(choices: Choices) -> None:
    """Make the insoles and say what became of each.

    Raises:
        PlantigradeError: options or batch file that cannot be used, before any board was touched.
        StepFailedError: a board did not pass a step.
        BatchUnfinishedError: boards are missing.
    """
    require_esptool()
    rows = _rows(choices)
    key = None if choices.factory_key is None else factory_keys.read_factory_key(choices.factory_key)
    if key is not None:
        factory_keys.remember_maker(key.public, choices.data_dir)
    else:
        click.echo("no --factory-key: the records are unsigned, and `plantigrade device info` says so")
    output = choices.output or Path(rows[0].batch.lower())
    with ExitStack() as stack:
        line = _line(choices, output, key, _copies_of_keys(choices, output, stack))
        tally = make_batch(rows, line, lambda: _boards(choices.ports), _more(choices))
    click.echo(f"{output / result_file.NAME}: {len(tally.made)} insoles")
    if tally.left:
        raise BatchUnfinishedError(
            f"{tally.left} of {len(rows)} boards were not there; connect them and run the same command again"
        )


def _line(choices: Choices, output: Path, key: factory_keys.FactoryKey | None, keep: KeepKeys | None) -> Line:
    return Line(
        output=output,
        contents=_contents(choices),
        firmware=firmware_version(),
        key=key,
        makers=factory_keys.known_makers(choices.data_dir),
        bench=source_of(choices.bench),
        keep_keys=keep,
        again=choices.again,
        say=click.echo,
    )


def _copies_of_keys(choices: Choices, output: Path, stack: ExitStack) -> KeepKeys | None:
    """Keeps a copy of an insole's keys in the library, where there is an encrypted one; says where it is."""
    from plantigrade.library.catalogue.store import FILE_NAME

    if choices.library_url is None and not (choices.data_dir / FILE_NAME).is_file():
        click.echo(f"no keys for the insoles, there is no library in {choices.data_dir}: {_OPEN}")
        return None
    from plantigrade.library.catalogue.library import Library

    library = stack.enter_context(Library(choices.data_dir, choices.library_url, choices.key_file))
    keep = copies_in(library, output)
    if keep is None:
        click.echo(f"no keys for the insoles, the library is not encrypted: {_OPEN}")
    return keep


def copies_in(library: "Library", output: Path) -> KeepKeys | None:
    """Keeps a copy of an insole's keys in an open library, and a recovery file among its papers in `output`;
    says where they are. None where the library is not encrypted."""
    from plantigrade.library.catalogue.insole_keys import InsoleKeys, keep_insole_keys
    from plantigrade.library.insole_key_files.recovery import write_recovery_file

    if library.vault is None:
        return None

    def keep(serial: str, keys: BoardKeys) -> str:
        logs = () if keys.log is None else (keys.log,)
        keep_insole_keys(library, InsoleKeys(serial, keys.device, logs))
        path = write_recovery_file(library, serial, output / serial)
        return f"on the insole, and copies in the encrypted library and, sealed for it, in {path.name}"

    return keep


def source_of(text: str) -> Source | None:
    """Where calibrations come from, by the option's text; None: from nowhere.

    Raises:
        PlantigradeError: it names nothing that is there.
    """
    if text == NONE:
        return None
    if text == TERMINAL:
        if not sys.stdin.isatty():
            raise PlantigradeError(
                "--bench terminal asks for each load, and there is no terminal; name a file, or --bench none"
            )
        return Bench(lambda port, serial: TerminalLoader())
    if text == TWIN or text.startswith(f"{TWIN}:"):
        return Bench(_twin_loader(text.partition(":")[2]))
    if not Path(text).exists():
        raise PlantigradeError(f"--bench {text}: is neither terminal, none, twin nor a file or folder")
    return LoadsFile(Path(text))


def _twin_loader(feed: str) -> Callable[[str, str], Loader]:
    from plantigrade.device.provision.twin_bench import TwinLoader
    from plantigrade.twin.rendezvous import find_twin

    def loader(port: str, serial: str) -> Loader:
        path = feed or find_twin().feed_of(port)
        return TwinLoader(Path(path), int(serial, 16) % (1 << 31))

    return loader


def _rows(choices: Choices) -> tuple[BatchRow, ...]:
    if choices.batch_file is not None:
        return read_batch(choices.batch_file, choices.name)
    problems: list[Problem] = []
    values = {"side": choices.side, "size": choices.size, "label": choices.label}
    row = check_row(values, 0, choices.name or f"{date.today():%Y-%m-%d}", problems)
    if row is None:
        raise PlantigradeError("; ".join(map(str, problems)))
    return (row,)


def _contents(choices: Choices) -> Contents | None:
    if choices.micropython is None and not choices.flash_virtual:
        return None
    return make_contents(choices.micropython, choices.accept_unknown)


def _boards(ports: tuple[str, ...]) -> Iterable[BoardPort]:
    return [find_board(port) for port in ports or [port for port, _ in targets.ports()]]


def _more(choices: Choices) -> Callable[[int], bool]:
    """Asks a person for the next board; nobody is there to be asked where ports were named."""

    def ask(left: int) -> bool:
        if choices.ports or not sys.stdin.isatty():
            return False
        return click.confirm(f"{left} to go: connect the next board, then Enter", default=True)

    return ask
