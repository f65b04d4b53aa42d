"""The one command: `plantigrade`. Sub-commands mirror the folders and are imported only when they are called.

Each folder defines its commands in `plantigrade.<folder>.commands`; a line in `COMMANDS` names the module.
Starting up therefore imports click and nothing else of weight.

Exit codes: 0 success, 1 failure (one line on stderr), 2 wrong usage, 130 interrupted with Ctrl-C.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from plantigrade.errors import PlantigradeError

EXIT_INTERRUPTED = 130


class CommandSpec(NamedTuple):
    """Where a sub-command lives: `module:attribute`, and its one-line help (shown without importing it)."""

    module: str
    attribute: str
    help: str


COMMANDS: dict[str, CommandSpec] = {
    "demo": CommandSpec(
        "plantigrade.demo.commands", "demo", "Play a recorded walk on two virtual insoles, end to end."
    ),
    "run": CommandSpec(
        "plantigrade.web.commands",
        "run",
        "Look after the known insoles all day, with pages in the browser.",
    ),
    "record": CommandSpec(
        "plantigrade.live.commands", "record", "Make one recording with the insoles in reach."
    ),
    "status": CommandSpec(
        "plantigrade.service.commands", "status", "Show what the running service knows of the insoles."
    ),
    "service": CommandSpec(
        "plantigrade.service.install.commands",
        "service",
        "Start the service at log-in, and tell the running one what to do.",
    ),
    "clinic": CommandSpec(
        "plantigrade.service.sending.commands",
        "clinic",
        "Send recordings to a clinic, encrypted for it: join, status, leave.",
    ),
    "serve": CommandSpec(
        "plantigrade.web.serving.commands",
        "serve",
        "The pages of a clinic for many homes: PostgreSQL, parcels from homes, several processes.",
    ),
    "archive": CommandSpec(
        "plantigrade.archive.commands",
        "archive",
        "Many recordings at once: analyse, verify, export, query, on any number of workers.",
    ),
    "scan": CommandSpec("plantigrade.scan.commands", "scan", "List the insoles in reach, real and virtual."),
    "analyze": CommandSpec(
        "plantigrade.analyze_command.commands",
        "analyze",
        "Compute gait parameters from a recording of any known format.",
    ),
    "posture": CommandSpec(
        "plantigrade.library.posture_commands.commands",
        "posture",
        "Rules of a patient, findings and alerts, own baseline, before and after.",
    ),
    "reference": CommandSpec(
        "plantigrade.archive.reference_commands",
        "reference",
        "What healthy people have: show a reference set, build a clinic's own.",
    ),
    "sessions": CommandSpec(
        "plantigrade.library.commands", "sessions", "List, show, import, export and verify recordings."
    ),
    "device": CommandSpec(
        "plantigrade.device.commands", "device", "Look after an insole: info, self-test, console."
    ),
    "keys": CommandSpec(
        "plantigrade.keys.commands",
        "keys",
        "Keys of insoles: show, move, recover, revoke; the library's key on paper.",
    ),
    "firmware": CommandSpec(
        "plantigrade.firmware_image.commands",
        "firmware",
        "Build, sign and verify update bundles; keys that sign them.",
    ),
    "users": CommandSpec(
        "plantigrade.web.accounts.commands", "users", "Add, list, change and remove accounts of the pages."
    ),
    "phone": CommandSpec(
        "plantigrade.web.phone.commands",
        "phone",
        "Write the page for phones into a folder for any web server.",
    ),
    "twin": CommandSpec(
        "plantigrade.twin.commands", "twin", "Run virtual insoles for any Bluetooth LE host."
    ),
}


@dataclass
class Invocation:
    """The options given before the sub-command; passed on by `pass_invocation`."""

    debug: bool = False
    data: Path | None = field(default=None)

    def data_dir(self) -> Path:
        """Where recordings live: `--data`, else PLANTIGRADE_DATA, else the platform's user data folder."""
        if self.data is not None:
            return self.data
        import platformdirs

        return Path(platformdirs.user_data_dir("plantigrade", appauthor=False))


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _set_debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Invocation).debug = True


def _set_data(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    invocation = ctx.ensure_object(Invocation)
    source = ctx.get_parameter_source(parameter.name) if parameter.name else None
    # `plantigrade --data A run` with PLANTIGRADE_DATA=B means A, although `run` finds B as well.
    if value is not None and (invocation.data is None or source is ParameterSource.COMMANDLINE):
        invocation.data = value


def debug_option(command: Decorated) -> Decorated:
    """Add `--debug`. Every sub-command gets it by itself, so that it may stand anywhere on the line."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_set_debug,
        help="Show the full traceback when something fails.",
    )(command)


def data_option(command: Decorated) -> Decorated:
    """Add `--data DIR` to a command that reads or writes recordings; see `Invocation.data_dir`."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="PLANTIGRADE_DATA",
        show_envvar=True,
        expose_value=False,
        callback=_set_data,
        help="Folder of the recordings [default: the platform's user data folder].",
    )(command)


def _ensure_debug_option(command: click.Command) -> click.Command:
    """`--debug` on this command and all below it."""
    if not any("--debug" in parameter.opts for parameter in command.params):
        debug_option(command)
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _ensure_debug_option(child)
    return command


class LazyGroup(click.Group):
    """A group that knows its sub-commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command; None for a name that we do not know."""
        spec = COMMANDS.get(cmd_name)
        if spec is None:
            return None
        command = getattr(importlib.import_module(spec.module), spec.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{spec.module}:{spec.attribute} is not a click command")
        return _ensure_debug_option(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from `COMMANDS`, importing none of them."""
        rows = [(name, COMMANDS[name].help) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"plantigrade {version('plantigrade')}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with `plantigrade demo`: it needs no hardware.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
@debug_option
@data_option
def plantigrade() -> None:
    """Open smart insoles: collect, analyse and report how a person walks.

    `plantigrade COMMAND --help` explains each command with examples. Commands that take `--json FILE` write
    machine-readable output there; `--json -` writes it to standard output and nothing else.
    """


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _show_unexpected(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """The hook for what nobody foresaw: still one line, and the way to the traceback."""
    if issubclass(kind, KeyboardInterrupt):
        return
    click.echo(
        f"plantigrade: unexpected {kind.__name__}: {_one_line(str(error))} "
        "(a defect; run again with --debug for the traceback)",
        err=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit the process with its code.

    Args:
        arguments: the words after the program's name; `sys.argv[1:]` by default.
    """
    argv = list(sys.argv[1:] if arguments is None else arguments)
    invocation = Invocation()
    if "--debug" not in argv:
        sys.excepthook = _show_unexpected
    try:
        code = plantigrade.main(argv, prog_name="plantigrade", standalone_mode=False, obj=invocation)
    except click.exceptions.Abort:
        click.echo("plantigrade: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PlantigradeError as error:
        if invocation.debug:
            raise
        click.echo(f"plantigrade: {_one_line(str(error))}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has gone (`plantigrade ... | head`): stop silently.
        sys.stderr.close()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    # As a program this module exists twice, and the commands know the imported one and its `Invocation`.
    importlib.import_module("plantigrade.cli").main()
