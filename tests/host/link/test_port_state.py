"""A port that does not open or answer: who has it, and what to do; with real terminals and processes."""

import errno
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from plantigrade.link import port_state
from plantigrade.link.base import LinkError
from plantigrade.link.port_state import holders, open_problem, program_name, shared_with
from plantigrade.link.usb import UsbLink

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux has /proc")
HOLD = """
import fcntl, os, sys
port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
if sys.argv[2] == "alone":
    fcntl.flock(port, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """Our end of a pseudo-terminal, and the name of the port that it is."""
    ours, other = pty.openpty()
    yield ours, os.ttyname(other)
    os.close(ours)
    os.close(other)


@pytest.fixture
def holder(tmp_path: Path, terminal: tuple[int, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    script, started = tmp_path / "picoterm", list[subprocess.Popen[bytes]]()
    script.write_text(HOLD)

    def hold(how: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, str(script), terminal[1], how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        started.append(process)
        return process

    hold.started = started  # type: ignore[attr-defined]
    yield hold  # type: ignore[misc]
    for process in started:
        process.communicate()


async def test_a_port_that_is_held_alone_names_the_program(terminal: tuple[int, str], holder: object) -> None:
    process = holder("alone")  # type: ignore[operator]
    named = rf"it is in use by picoterm \(process {process.pid}\); close that and try again"
    with pytest.raises(LinkError, match=named):
        await UsbLink(terminal[1]).open()


async def test_a_port_that_is_shared_names_who_takes_the_answers(
    terminal: tuple[int, str], holder: object
) -> None:
    process = holder("shared")  # type: ignore[operator]
    link = UsbLink(terminal[1])
    await link.open()
    try:
        assert await link.why_silent() == (
            f"picoterm (process {process.pid}) has the port open as well and takes the answers; "
            "close that and try again"
        )
    finally:
        await link.close()


@pytest.mark.parametrize(("answer", "is_prompt"), [(b"\r\n>>> ", True), (b"noise", False), (b"", False)])
async def test_a_board_at_its_prompt_is_told(
    terminal: tuple[int, str], answer: bytes, is_prompt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plantigrade.link.usb._PROMPT_S", 0.1 if not is_prompt else 5.0)
    link = UsbLink(terminal[1])
    await link.open()
    try:
        os.write(terminal[0], answer)
        reason = await link.why_silent()
        assert (f"`mpremote connect {terminal[1]} reset` starts it again" in reason) == is_prompt
    finally:
        await link.close()


def test_whoever_serves_the_port_does_not_hold_it(terminal: tuple[int, str], holder: object) -> None:
    """This process has both ends open, as a twin has; it is no program to be closed."""
    assert holders(terminal[1]) == [] and shared_with(terminal[1]) == ""
    process = holder("shared")  # type: ignore[operator]
    assert holders(terminal[1]) == [f"picoterm (process {process.pid})"]


def test_where_there_is_no_proc_lsof_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(port_state, "_PROC", tmp_path)
    tool = tmp_path / "lsof"
    tool.write_text("#!/bin/sh\necho p41\necho cscreen\necho f3\necho p7\necho cCoolTerm\n")
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert shared_with("/dev/cu.usbmodem1") == "CoolTerm (process 7) and screen (process 41)"
    tool.write_text("#!/bin/sh\nexit 1\n")
    assert shared_with("/dev/cu.usbmodem1") == ""
    monkeypatch.setenv("PATH", "")
    assert shared_with("/dev/cu.usbmodem1") == ""


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["/usr/bin/screen", "/dev/ttyACM0"], "screen"),
        (["C:\\Python\\python.exe", "C:\\x\\mpremote.py"], "mpremote.py"),
        (["python3.11", "-c", "import x"], "python3.11"),
        (["python3"], "python3"),
        (["a\x1bb"], "ab"),
        ([], ""),
    ],
)
def test_programs_have_the_names_that_people_call_them(arguments: list[str], name: str) -> None:
    assert program_name(arguments) == name


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.EACCES, "x"), os.strerror(errno.EACCES)),
        (ValueError("baud"), "baud"),
        (OSError(errno.ENOENT, "x"), "there is no such port"),
    ],
)
def test_other_reasons_are_said_as_they_are(error: Exception, text: str) -> None:
    assert open_problem("/dev/none", error).startswith(text)
