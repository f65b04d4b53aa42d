"""On which port the board is, and where it has gone when its USB mode changes.

An ESP32-S3 shows one USB device while MicroPython runs and another while its boot loader does; the system may
give each a port name of its own. What stays is the USB serial number: the chip's MAC address.
"""

import asyncio
import errno
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.bridge.errors import BridgeError
from plantigrade.bridge.insole import Identity
from plantigrade.device import targets
from plantigrade.device.flash.errors import PortError
from plantigrade.device.flash.settings import APPEAR_S, HELLO_S, POLL_S
from plantigrade.link.base import LinkError
from plantigrade.link.port_state import shared_with
from plantigrade.link.usb import BAUD, serial_reason

RIGHTS: Final = (
    "give yourself access to serial ports (Linux: `sudo usermod -aG dialout $USER`, then log out and in), "
    "and try again"
)
_PSEUDO_TERMINAL = re.compile(r"/dev/(pts/\d+|ttys\d+)")  # Linux, macOS


@dataclass(frozen=True)
class BoardPort:
    """A serial port on which there may be a board.

    Attributes:
        port: its name.
        virtual: whether it is a twin's.
        usb_serial: of the USB device, 12 hexadecimal digits where it is an ESP32-S3; None without one.
    """

    port: str
    virtual: bool
    usb_serial: str | None


def find_board(named: str | None) -> BoardPort:
    """The port that is meant, checked to be usable.

    Args:
        named: port as given by the user; None: the only one with a board.

    Raises:
        PortError: there is none, or more than one; it is busy or not for this user.
    """
    port = named if named is not None else _only_port()
    if Path(port).is_symlink():  # /dev/serial/by-id: what the link is called changes with the USB mode, too
        port = str(Path(port).resolve())
    _require_usable(port)
    serial = dict(_usb_ports()).get(port)
    return BoardPort(port, port in _twin_ports() or bool(_PSEUDO_TERMINAL.fullmatch(port)), serial)


async def appear_again(board: BoardPort) -> BoardPort:
    """The board after a restart, under the name that its USB serial number has now.

    A port without such a number keeps its name.

    Raises:
        PortError: it did not come back.
    """
    if board.usb_serial is None:
        return board
    began = time.monotonic()
    while time.monotonic() - began < APPEAR_S:
        for port, serial in _usb_ports():
            if serial == board.usb_serial and _problem(port) is None:
                return BoardPort(port, board.virtual, serial)
        await asyncio.sleep(POLL_S)
    raise PortError(
        f"the board with serial number {board.usb_serial}, last on {board.port}, has not come back within "
        f"{APPEAR_S:.0f} s; unplug it, plug it in again and run the same command"
    )


async def ask_for_hello(port: str, within_s: float = HELLO_S) -> Identity | None:
    """Who is on a port; None when nothing there says hello."""
    try:
        return await targets.ask_who(port, within_s)
    except (LinkError, BridgeError):
        return None


def _only_port() -> str:
    candidates = targets.ports()
    if not candidates:
        raise PortError(
            "no board on a USB port; connect it with a cable that carries data, or hold its button while you "
            "plug it in"
        )
    if len(candidates) == 1:
        return candidates[0][0]
    found = asyncio.run(_who_is_on([port for port, _ in candidates]))
    raise PortError(f"several boards are connected; name the port of one: {'; '.join(found)}")


async def _who_is_on(ports: list[str]) -> list[str]:
    identities = await asyncio.gather(*(ask_for_hello(port) for port in ports))
    return [
        f"{port} (says nothing: blank, or in its boot loader)"
        if identity is None
        else f"{port} ({identity.side} {identity.serial}, firmware {identity.firmware})"
        for port, identity in zip(ports, identities, strict=True)
    ]


def _usb_ports() -> list[tuple[str, str | None]]:
    """Serial ports of Espressif's, and their USB serial number as 12 digits."""
    from serial.tools.list_ports import comports

    return [
        (port.device, port.serial_number.replace(":", "").lower() if port.serial_number else None)
        for port in comports()
        if port.vid == targets.ESPRESSIF_VENDOR
    ]


def _twin_ports() -> set[str]:
    return {port for port, virtual in targets.ports() if virtual}


def _require_usable(port: str) -> None:
    problem = _problem(port)
    if problem is not None:
        raise PortError(f"{port}: {problem}")


def _problem(port: str) -> str | None:
    """Why a port cannot be opened; None when it can."""
    from serial import Serial, SerialException

    try:
        Serial(port, BAUD, exclusive=True).close()
    except (SerialException, OSError, ValueError) as error:
        number = _number(error)
        if number == errno.ENOTTY:
            return "is no serial port"
        if number in (errno.EACCES, errno.EPERM):
            return f"not allowed; {RIGHTS}"
        if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(error):
            who = shared_with(port) or "another program"
            return f"busy: {who} uses it; end that (a terminal, a running bridge), and try again"
        if number == errno.ENOENT:
            return "there is no such port; `plantigrade device list` shows those with an insole"
        return serial_reason(error)
    return None


def _number(error: Exception) -> int | None:
    """The system's number of an error; pyserial keeps it behind its own where a port cannot be configured."""
    number = getattr(error, "errno", None)
    before = error.__context__
    if number is None and before is not None and before.args:
        number = before.args[0]
    return number if isinstance(number, int) else None
