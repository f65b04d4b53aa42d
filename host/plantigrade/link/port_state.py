"""Why a serial port does not open or nothing answers on it, as a sentence for the person: who has it open."""

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_LSOF_S: Final = 5.0
_MASTERS: Final = ("/dev/ptmx", "/dev/pts/ptmx")
_SLAVE: Final = re.compile(r"/dev/pts/(\d+)")
_MOST_NAMED: Final = 3


def open_problem(port: str, error: Exception) -> str:
    """Why a port could not be opened.

    Args:
        port: as it was named.
        error: what opening it raised.

    Example:
        >>> open_problem("/dev/ttyACM7", OSError(errno.ENOENT, "No such file or directory"))
        'there is no such port; `plantigrade device list` shows those with an insole'
    """
    number = getattr(error, "errno", None)
    text = str(error)
    # Windows, where every port is open for one program only, says no more than that access is denied.
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text or "PermissionError(13" in text:
        return f"it is in use by {_names(holders(port)) or 'another program'}; close that and try again"
    if number == errno.ENOENT:
        return "there is no such port; `plantigrade device list` shows those with an insole"
    return os.strerror(number) if isinstance(number, int) else text


def shared_with(port: str) -> str:
    """Which other programs have a port open, that this one has open as well; empty where none is known."""
    return _names(holders(port))


def holders(port: str) -> list[str]:
    """The other programs that have a port open, as "name (process 123)"; none where the system does not tell.

    Processes of other accounts cannot be seen. The twin, whose port it may be, is not one of them.
    """
    path = os.path.realpath(port)
    found = _from_proc(path) if _PROC.joinpath("self", "fd").is_dir() else _from_lsof(path)
    return [f"{name} (process {number})" for number, name in sorted(found) if number != os.getpid()]


def _names(programs: list[str]) -> str:
    return " and ".join(programs[:_MOST_NAMED])


def _from_proc(path: str) -> Iterator[tuple[int, str]]:
    """Linux: what each process has open."""
    for process in _PROC.iterdir():
        if not process.name.isdigit():
            continue
        try:
            opened = [(file.name, str(file.readlink())) for file in (process / "fd").iterdir()]
        except OSError:  # another account's, or it has ended
            continue
        if any(target == path for _, target in opened) and not _serves(process, opened, path):
            yield int(process.name), _name_of(process)


def _serves(process: Path, opened: Iterable[tuple[str, str]], path: str) -> bool:
    """Whether a process has the other end of a pseudo-terminal: it is the port."""
    slave = _SLAVE.fullmatch(path)
    if slave is None:
        return False
    for number, target in opened:
        if target in _MASTERS:
            try:
                about = (process / "fdinfo" / number).read_text()
            except OSError:
                continue
            if re.search(rf"^tty-index:\s*{slave[1]}$", about, re.MULTILINE):
                return True
    return False


def _name_of(process: Path) -> str:
    try:
        arguments = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        arguments = []
    return program_name([word for word in arguments if word]) or "a program"


def program_name(arguments: list[str]) -> str:
    """What a person calls a program, from its command line.

    Example:
        >>> program_name(["/usr/bin/python3", "/home/me/bin/mpremote", "repl"]), program_name(["tio", "-b"])
        ('mpremote', 'tio')
        >>> program_name(["python", "-m", "serial.tools.miniterm"])
        'serial.tools.miniterm'
    """
    if not arguments:
        return ""
    name = _base(arguments[0])
    if re.fullmatch(r"python[\d.]*w?(\.exe)?", name) and len(arguments) > 1:
        if arguments[1] == "-m" and len(arguments) > 2:
            return arguments[2]
        name = name if arguments[1].startswith("-") else _base(arguments[1])
    return "".join(letter for letter in name if letter.isprintable())


def _base(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _from_lsof(path: str) -> list[tuple[int, str]]:
    """macOS: the tool that tells who has a file open."""
    tool = shutil.which("lsof")
    if tool is None:
        return []
    try:
        listed = subprocess.run(
            [tool, "-F", "pc", "--", path], capture_output=True, timeout=_LSOF_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    found: list[tuple[int, str]] = []
    number = 0
    for line in listed.stdout.decode("utf-8", "replace").splitlines():
        if line.startswith("p") and line[1:].isdigit():
            number = int(line[1:])
        elif line.startswith("c") and number:
            found.append((number, line[1:]))
    return found
