"""What each operating system needs to start the service at log-in: a file, and commands that make it known.

Pure: nothing is written and nothing is run here.
"""

import plistlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final
from xml.sax.saxutils import escape

from plantigrade.errors import PlantigradeError

NAME: Final = "plantigrade"
LABEL: Final = "org.plantigrade.service"
STOP_S: Final = 30
"""Time to end in order after a stop: one commit of the journal and one disconnect of each insole."""
RESTART_S: Final = 10
"""Pause before a service that failed is started again."""


class InstallError(PlantigradeError):
    """The service cannot be set up to start at log-in here."""


@dataclass(frozen=True)
class Starter:
    """How one system starts the service.

    Attributes:
        path: of the file that describes the service.
        content: of that file.
        enable: commands that make it known and start it now.
        disable: commands that stop it and make it unknown; the file is removed after them.
        tested: whether this way was tried on such a system, as a sentence for people.
    """

    path: Path
    content: bytes
    enable: tuple[tuple[str, ...], ...]
    disable: tuple[tuple[str, ...], ...]
    tested: str


def command_line(data: Path, executable: str = sys.executable) -> tuple[str, ...]:
    """What is started: this very installation, with this data folder.

    Example:
        >>> command_line(Path("/data"), "/opt/python")
        ('/opt/python', '-m', 'plantigrade.cli', '--data', '/data', 'run', '--quiet')
    """
    # Quiet: the link that signs in must not lie in the system's log.
    return (executable, "-m", "plantigrade.cli", "--data", str(data), "run", "--quiet")


def starter(platform: str, home: Path, command: tuple[str, ...], user: str) -> Starter:
    """How the service is started at log-in.

    Args:
        platform: as `sys.platform`.
        home: of the person.
        command: what to start.
        user: name of the account, for Windows.

    Raises:
        InstallError: on a system that has none of the three.
    """
    if platform == "linux":
        return _systemd(home, command)
    if platform == "darwin":
        return _launchd(home, command)
    if platform == "win32":
        return _windows(home, command, user)
    raise InstallError(
        f"starting at log-in is known for Linux, macOS and Windows, not for {platform}; "
        f"have your system run: {shlex.join(command)}"
    )


def _systemd(home: Path, command: tuple[str, ...]) -> Starter:
    """`systemd.service(5)`, `systemd.exec(5)`: a unit of the user's own manager."""
    unit = f"{NAME}.service"
    line = " ".join(_systemd_word(word) for word in command)
    content = f"""[Unit]
Description=Plantigrade: looks after smart insoles
After=bluetooth.target

[Service]
Type=exec
ExecStart={line}
Restart=on-failure
RestartSec={RESTART_S}
TimeoutStopSec={STOP_S}
UMask=0077
NoNewPrivileges=true

[Install]
WantedBy=default.target
"""
    return Starter(
        home / ".config" / "systemd" / "user" / unit,
        content.encode(),
        (("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", unit)),
        (("systemctl", "--user", "disable", "--now", unit),),
        "the unit is checked by systemd-analyze",
    )


def _systemd_word(word: str) -> str:
    """One word of ExecStart: % and $ are doubled to stand for themselves (systemd.service(5), "Command
    lines")."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{quoted}"'


def _launchd(home: Path, command: tuple[str, ...]) -> Starter:
    """`launchd.plist(5)`: an agent of the person's own session."""
    path = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    log = str(home / "Library" / "Logs" / "plantigrade.log")
    content = plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": RESTART_S,
            "ExitTimeOut": STOP_S,
            "Umask": 0o077,
            "ProcessType": "Background",
            "StandardErrorPath": log,
        }
    )
    return Starter(
        path,
        content,
        (("launchctl", "load", "-w", str(path)),),
        (("launchctl", "unload", "-w", str(path)),),
        "the file is read back as a property list; it was never loaded on a Mac",
    )


def _windows(home: Path, command: tuple[str, ...], user: str) -> Starter:
    """A task of the Task Scheduler (its XML schema 1.2), started when the person logs on."""
    program, *arguments = command
    line = " ".join(_windows_word(word) for word in arguments)
    content = f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Plantigrade: looks after smart insoles</Description></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled><UserId>{escape(user)}</UserId></LogonTrigger></Triggers>
  <Principals><Principal id="Author"><UserId>{escape(user)}</UserId>
    <LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author"><Exec>
    <Command>{escape(program)}</Command><Arguments>{escape(line)}</Arguments>
  </Exec></Actions>
</Task>
"""
    path = home / "AppData" / "Local" / NAME / f"{NAME}-task.xml"
    return Starter(
        path,
        content.encode("utf-16"),
        (
            ("schtasks", "/Create", "/TN", NAME, "/XML", str(PureWindowsPath(path)), "/F"),
            ("schtasks", "/Run", "/TN", NAME),
        ),
        (("schtasks", "/End", "/TN", NAME), ("schtasks", "/Delete", "/TN", NAME, "/F")),
        "the file is read back as XML; it was never registered on Windows",
    )


def _windows_word(word: str) -> str:
    """Quoted as programs of the Microsoft C run-time take their arguments apart."""
    if word and not any(character in word for character in ' \t"'):
        return word
    quoted, backslashes = "", 0
    for character in word:
        if character == "\\":
            backslashes += 1
            continue
        quoted += "\\" * (2 * backslashes + 1 if character == '"' else backslashes) + character
        backslashes = 0
    end = "\\" * (2 * backslashes)
    return f'"{quoted}{end}"'
