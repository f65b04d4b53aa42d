"""Which insole is meant, and a link to it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from insole_protocol import ids, settings
from insole_protocol.errors import ProtocolError

from plantigrade.bridge.errors import BridgeError, RefusedError, ReplyTimeoutError
from plantigrade.bridge.insole import Identity, Insole
from plantigrade.bridge.session import Session
from plantigrade.link.base import Link, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio, Sighting, scan
from plantigrade.link.port_state import shared_with
from plantigrade.link.usb import UsbLink
from plantigrade.scan.actions import radios

ESPRESSIF_VENDOR = 0x303A
SCAN_S = 6.0
HELLO_S = 2.0
"""After so long an insole on a port is asked once more who it is: one that has just been plugged in loses
what comes while it starts."""
HELLO_TRIES = 2
"""Together they are as patient as every other command with its reply."""


class NoTargetError(LinkError):
    """No insole, or more than one, answers to what was named."""


@dataclass(frozen=True)
class UsbInsole:
    """An insole on a serial port; `identity` is None when the port's device did not say hello, and `problem`
    tells why where that is known."""

    port: str
    virtual: bool
    identity: Identity | None
    problem: str = ""


def ports() -> list[tuple[str, bool]]:
    """Serial ports that may be insoles, and whether they are a twin's."""
    from serial.tools.list_ports import comports

    found = [(port.device, False) for port in comports() if port.vid == ESPRESSIF_VENDOR]
    try:
        from plantigrade.twin.rendezvous import NoTwinError, find_twin
    except ModuleNotFoundError:
        return found
    try:
        found += [(path, True) for path in find_twin().serial_ports.values()]
    except NoTwinError:
        return found
    return found


async def usb_insoles() -> list[UsbInsole]:
    """The insoles on serial ports, each asked who it is."""
    return list(await asyncio.gather(*(_ask(port, virtual) for port, virtual in ports())))


async def _ask(port: str, virtual: bool) -> UsbInsole:
    try:
        identity = await ask_who(port, HELLO_S, HELLO_TRIES)
    except LinkError as error:
        return UsbInsole(port, virtual, None, str(error))
    others = "" if identity is not None else shared_with(port)
    return UsbInsole(port, virtual, identity, f"{others} has the port open as well" if others else "")


async def ask_who(port: str, within_s: float, tries: int = 1) -> Identity | None:
    """Who is on a port; None when nothing there says hello.

    Args:
        port: its name.
        within_s: so long each try waits for the answer; opening and closing the port do not count.
        tries: how often it is asked.

    Raises:
        LinkError, BridgeError: the port cannot be opened, or who is there refuses.
    """
    link = UsbLink(port)
    try:
        await link.open()
        session = Session(link, Insole(link.name))
        for _ in range(tries):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await session.hello()
                return session.insole.identity
        return None
    finally:
        await link.close()


@asynccontextmanager
async def conversation(link: Link) -> AsyncGenerator[Session]:
    """A session on a link, after hello; the link is closed at the end.

    Raises:
        LinkError, BridgeError: out of reach, silent, or of another version.
    """
    try:
        await link.open()
        session = Session(link, Insole(link.name))
        await session.hello()
        yield session
    except ReplyTimeoutError as error:
        if isinstance(link, UsbLink) and (reason := await link.why_silent()):
            raise ReplyTimeoutError(f"{error}: {reason}") from error
        raise
    finally:
        await link.close()


async def find(target: str | None) -> Link:
    """A link, not yet open, to the insole that is meant.

    Raises:
        NoTargetError: no insole, or more than one, is meant.
    """
    if target is None:
        return UsbLink(await only_port())
    if is_port(target):
        return UsbLink(target)
    return await _find_on_air(target)


async def only_port() -> str:
    """The port of the one insole on USB.

    Raises:
        NoTargetError: there is none, or more than one.
    """
    candidates = [port for port, _ in ports()]
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise NoTargetError("no insole on a USB port; connect one, or name a side to use Bluetooth")
    raise NoTargetError(f"several insoles are on USB ports; name one of {', '.join(candidates)}")


def twin_runs() -> bool:
    """Whether virtual insoles are in reach of this computer."""
    try:
        from plantigrade.twin.rendezvous import NoTwinError, find_twin
    except ModuleNotFoundError:
        return False
    try:
        find_twin()
    except NoTwinError:
        return False
    return True


def is_serial(target: str) -> bool:
    """Whether a whole serial number is meant.

    >>> is_serial("00007CDFA1000102"), is_serial("0102"), is_serial("left")
    (True, False, False)
    """
    return re.fullmatch(r"[0-9A-Fa-f]{16}", target) is not None


def is_port(target: str) -> bool:
    """Whether a serial port is meant.

    >>> is_port("/dev/ttyACM0"), is_port("COM3"), is_port("left")
    (True, True, False)
    """
    return "/" in target or target.upper().startswith("COM")


async def _find_on_air(target: str) -> Link:
    wanted = target.lower()

    def fits(sighting: Sighting) -> bool:
        insole = sighting.insole
        return wanted == insole.side or wanted.endswith(insole.serial_end.lower()[-4:])

    results = await asyncio.gather(
        *(_scan_for(radio, fits) for radio in radios()),
        return_exceptions=True,
    )
    found = [pair for result in results if not isinstance(result, BaseException) for pair in result]
    failures = [result for result in results if isinstance(result, BaseException)]
    if not found and len(failures) == len(results):
        raise failures[0]
    if not found:
        raise NoTargetError(f"no insole {target!r} in reach; `plantigrade scan` shows which are")
    if len(found) > 1:
        names = ", ".join(sorted(sighting.insole.serial_end for sighting, _ in found))
        raise NoTargetError(f"several insoles answer to {target!r}; name one by its serial number: {names}")
    sighting, radio = found[0]
    return BleLink(sighting.device, backend=radio.client)


async def _scan_for(radio: Radio, fits: Callable[[Sighting], bool]) -> list[tuple[Sighting, Radio]]:
    seen = await scan(SCAN_S, radio, lambda found: any(fits(sighting) for sighting in found.values()))
    return [(sighting, radio) for sighting in seen.values() if fits(sighting)]


async def read_settings(session: Session) -> dict[str, int | str]:
    """All settings by name; a setting that this firmware does not know is left out.

    Raises:
        BridgeError: the insole answers with something that is no value.
    """
    values: dict[str, int | str] = {}
    for setting in settings.TABLE:
        try:
            answer = await session.command_client.ask(ids.OP_GET_SETTING, setting.key)
        except RefusedError:
            continue
        try:
            values[setting.name] = settings.decode(setting, answer.reply.tail)
        except ProtocolError as error:
            raise BridgeError(f"{session.insole.name}: setting {setting.name}: {error}") from error
    return values
