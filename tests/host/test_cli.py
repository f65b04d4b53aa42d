"""The one command: starts fast, knows its parts, exits with the right code and one line."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from plantigrade import cli
from plantigrade.errors import FileError, MissingPartError

HEAVY = ("numpy", "numba", "bleak", "bumble", "rich", "asyncio", "serial", "matplotlib", "platformdirs")


@click.group()
def parts() -> None:
    """Commands that end in every way."""


@parts.command()
def fine() -> None:
    """Do nothing."""


@parts.command()
def foreseen() -> None:
    """Fail in a way that was foreseen."""
    raise FileError("walk.txt", "line 3 has\n18 columns")


@parts.command()
def unforeseen() -> None:
    """Fail in a way that nobody foresaw."""
    raise ZeroDivisionError("no idea")


@parts.command()
def interrupted() -> None:
    """Be interrupted."""
    raise KeyboardInterrupt


@parts.command()
@cli.data_option
@cli.pass_invocation
def where(invocation: cli.Invocation) -> None:
    """Show the data folder."""
    click.echo(invocation.data_dir())


@pytest.fixture
def parts_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "parts", cli.CommandSpec(__name__, "parts", "Test parts."))
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)


def run(*texts: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(texts)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from plantigrade import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "demo" in done.stdout


@pytest.mark.parametrize("name", cli.plantigrade.list_commands(click.Context(cli.plantigrade)))
def test_every_command_that_is_there_has_help_worth_reading(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(name, "--help") == 0
    text = capsys.readouterr().out
    assert "--debug" in text or "Commands:" in text
    assert "plantigrade " + name in text


@pytest.mark.parametrize(
    "texts, code, error",
    [
        (["parts", "fine"], 0, ""),
        (["parts", "foreseen"], 1, "plantigrade: walk.txt: line 3 has 18 columns\n"),
        (["parts", "interrupted"], 130, "\nplantigrade: interrupted\n"),
        (["parts", "nosuch"], 2, None),
        (["nosuch"], 2, None),
        (["parts", "fine", "--nosuch"], 2, None),
    ],
)
@pytest.mark.usefixtures("parts_installed")
def test_exit_codes(
    texts: list[str], code: int, error: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*texts) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    if error is not None:
        assert shown.err.lstrip("\n") == error.lstrip("\n")


@pytest.mark.usefixtures("parts_installed")
@pytest.mark.parametrize("texts", [["--debug", "parts", "foreseen"], ["parts", "foreseen", "--debug"]])
def test_debug_may_stand_anywhere_and_shows_the_traceback(texts: list[str]) -> None:
    with pytest.raises(FileError):
        cli.main(texts)


@pytest.mark.usefixtures("parts_installed")
def test_a_defect_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        cli.main(["parts", "unforeseen"])
    sys.excepthook(caught.type, caught.value, caught.tb)
    shown = capsys.readouterr().err
    assert shown.startswith("plantigrade: unexpected ZeroDivisionError: no idea")
    assert shown.count("\n") == 1


@pytest.mark.usefixtures("parts_installed")
@pytest.mark.parametrize(
    "texts, environment, folder",
    [
        (["parts", "where", "--data", "a"], None, "a"),
        (["--data", "a", "parts", "where"], None, "a"),
        (["parts", "where"], "b", "b"),
        (["--data", "a", "parts", "where"], "b", "a"),
        (["--data", "a", "parts", "where", "--data", "c"], "b", "c"),
    ],
)
def test_where_recordings_live(
    texts: list[str],
    environment: str | None,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("PLANTIGRADE_DATA", raising=False)
    if environment is not None:
        monkeypatch.setenv("PLANTIGRADE_DATA", environment)
    assert run(*texts) == 0
    assert capsys.readouterr().out.strip() == folder


def test_the_default_data_folder_is_the_platforms() -> None:
    assert cli.Invocation().data_dir().name == "plantigrade"
    assert cli.Invocation(data=Path("x")).data_dir() == Path("x")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("plantigrade ")


def test_a_missing_part_says_how_to_get_it() -> None:
    error = MissingPartError("the demo", "twin", "bumble")
    assert str(error).endswith("pip install 'plantigrade[twin]'")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_that_is_listed_is_there(name: str) -> None:
    group = cli.LazyGroup("plantigrade")
    command = group.get_command(click.Context(group), name)
    assert command is not None and command.name == name


def groups(command: click.Command, ctx: click.Context) -> Iterator[tuple[str, click.Group]]:
    """A group and all groups below it, each with the words that call it."""
    if isinstance(command, click.Group):
        yield ctx.command_path, command
        for name in command.list_commands(ctx):
            child = command.get_command(ctx, name)
            if child is not None:
                yield from groups(child, click.Context(child, parent=ctx, info_name=name))


def test_no_line_in_a_list_of_commands_is_cut_short() -> None:
    top = click.Context(cli.plantigrade, info_name="plantigrade")
    for path, group in groups(cli.plantigrade, top):
        lines = group.get_help(click.Context(group, info_name=path)).splitlines()[1:]
        assert [line for line in lines if line.endswith("...")] == [], path


def test_the_module_run_as_a_program_hears_options_before_the_command(tmp_path: Path) -> None:
    """As a program it is a module of another name, and commands know the imported one."""
    done = subprocess.run(
        [sys.executable, "-m", "plantigrade.cli", "--data", str(tmp_path), "status"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, str(tmp_path) in done.stderr) == (1, True), done.stderr
