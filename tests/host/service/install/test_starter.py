"""The service at log-in: what each system is given, read by the system's own means where it is here."""

import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from plantigrade.cli import Invocation
from plantigrade.service.install import actions
from plantigrade.service.install.commands import service
from plantigrade.service.install.starter import InstallError, command_line, starter

AWKWARD = Path('/data of "Müller"/100 % $HOME\\x')
TASKS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def test_what_is_started_is_this_installation_with_this_folder() -> None:
    assert command_line(Path("/data")) == (
        sys.executable,
        "-m",
        "plantigrade.cli",
        "--data",
        "/data",
        "run",
        "--quiet",
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    made = starter("linux", tmp_path, command_line(AWKWARD), "user")
    assert made.path == tmp_path / ".config/systemd/user/plantigrade.service"
    unit = tmp_path / made.path.name
    unit.write_bytes(made.content)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert "plantigrade.service" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("plain", '"plain"'),
        ("a b", '"a b"'),
        ('say "x"', '"say \\"x\\""'),
        ("100 %", '"100 %%"'),
        ("$HOME", '"$$HOME"'),
        ("back\\slash", '"back\\\\slash"'),
    ],
)
def test_words_of_the_unit_mean_themselves(word: str, written: str) -> None:
    content = starter("linux", Path("/home/user"), ("/bin/true", word), "user").content.decode()
    assert f'ExecStart="/bin/true" {written}\n' in content


def test_the_launch_agent_starts_the_same_words_and_again_after_a_failure() -> None:
    made = starter("darwin", Path("/Users/user"), command_line(AWKWARD), "user")
    agent = plistlib.loads(made.content)
    assert tuple(agent["ProgramArguments"]) == command_line(AWKWARD)
    assert (agent["RunAtLoad"], agent["KeepAlive"], agent["Umask"]) == (
        True,
        {"SuccessfulExit": False},
        0o077,
    )
    assert made.path == Path("/Users/user/Library/LaunchAgents") / f"{agent['Label']}.plist"


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("plain", "plain"),
        ("a b", '"a b"'),
        ('say "x"', '"say \\"x\\""'),
        ("C:\\My Files\\", '"C:\\My Files\\\\"'),
        ("", '""'),
    ],
)
def test_the_windows_task_starts_at_log_on_with_words_quoted_for_windows(word: str, written: str) -> None:
    made = starter("win32", Path("C:/Users/user"), ("python.exe", word), "PC\\user & co")
    task = ElementTree.fromstring(made.content.decode("utf-16"))
    assert task.findtext(f".//{TASKS}Command") == "python.exe"
    assert task.findtext(f".//{TASKS}Arguments") == written
    assert task.findtext(f".//{TASKS}LogonTrigger/{TASKS}UserId") == "PC\\user & co"
    assert task.findtext(f".//{TASKS}ExecutionTimeLimit") == "PT0S", "it may run for weeks"


def test_another_system_is_told_what_to_run() -> None:
    with pytest.raises(InstallError, match=r"not for sunos.*plantigrade\.cli --data /data run"):
        starter("sunos", Path("/home/user"), command_line(Path("/data")), "user")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Linux home whose systemctl logs how it was called, and fails for what is in `refused`."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "systemctl").write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/called\n'
        f'grep -q "$2" {tmp_path}/refused 2>/dev/null && {{ echo "no such bus" >&2; exit 1; }}\nexit 0\n'
    )
    (tools / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(service, list(arguments), obj=Invocation())
    return done.exit_code, str(done.exception) if done.exception else done.output


def test_installing_and_uninstalling(home: Path) -> None:
    unit = home / ".config/systemd/user/plantigrade.service"
    code, output = call("install", "--data", str(home / "data"))
    assert (code, unit.exists()) == (0, True), output
    assert f'"{home / "data"}" "run" "--quiet"' in unit.read_text()
    assert (home / "called").read_text() == (
        "--user daemon-reload\n--user enable --now plantigrade.service\n"
    )
    code, output = call("uninstall")
    assert (code, unit.exists()) == (0, False), output
    assert (home / "called").read_text().endswith("--user disable --now plantigrade.service\n")
    assert "not installed" in call("uninstall")[1]


def test_a_dry_run_shows_everything_and_does_nothing(home: Path) -> None:
    _, output = call("install", "--dry-run")
    assert "[Service]" in output and "systemctl --user enable --now" in output
    assert not (home / "called").exists() and not (home / ".config").exists()


def test_a_system_that_refuses_is_quoted(home: Path) -> None:
    (home / "refused").write_text("daemon-reload")
    _, output = call("install")
    assert "is written, but the system did not take it" in output and "no such bus" in output


def test_a_computer_without_systemd(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "there is no program systemctl here" in call("install")[1]
    assert actions.this_computer(home).path.exists()
