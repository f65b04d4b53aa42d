"""Which insole is meant by a port, a side, the end of a serial number, or nothing at all."""

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from plantigrade.device import targets
from plantigrade.device.targets import NoTargetError, find, only_port
from plantigrade.link.base import Channel, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio
from plantigrade.link.usb import UsbLink
from plantigrade.twin import rendezvous
from serial.tools import list_ports

from tests.host.device.answering import SERIAL, Answering, OutOfReach, insole


def ports(monkeypatch: pytest.MonkeyPatch, *found: tuple[str, bool]) -> None:
    monkeypatch.setattr(targets, "ports", lambda: list(found))


def test_ports_are_those_of_our_chip_and_of_a_running_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    real = [SimpleNamespace(device=f"/dev/{vid}", vid=vid) for vid in (0x303A, 0x1234, None)]
    monkeypatch.setattr(list_ports, "comports", lambda: real)
    twin = SimpleNamespace(serial_ports={"left": "/dev/pts/1", "right": "/dev/pts/2"})
    monkeypatch.setattr(rendezvous, "find_twin", lambda: twin)
    assert targets.ports() == [("/dev/12346", False), ("/dev/pts/1", True), ("/dev/pts/2", True)]

    def none() -> Any:
        raise rendezvous.NoTwinError

    monkeypatch.setattr(rendezvous, "find_twin", none)
    assert targets.ports() == [("/dev/12346", False)]


def test_without_a_name_the_one_insole_on_usb_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    ports(monkeypatch, ("/dev/a", False))
    link = asyncio.run(find(None))
    assert isinstance(link, UsbLink)
    assert link.name == "/dev/a"


def test_none_or_several_on_usb_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ports(monkeypatch)
    with pytest.raises(NoTargetError, match=r"^no insole on a USB port; connect one, or name a side"):
        asyncio.run(only_port())
    ports(monkeypatch, ("/dev/a", False), ("/dev/b", True))
    with pytest.raises(NoTargetError) as refused:
        asyncio.run(find(None))
    assert str(refused.value) == "several insoles are on USB ports; name one of /dev/a, /dev/b"


@pytest.mark.parametrize("port", ["/dev/ttyACM0", "COM3", "com12", "./port"])
def test_a_port_is_told_by_its_name(port: str) -> None:
    link = asyncio.run(find(port))
    assert isinstance(link, UsbLink)
    assert link.name == port


def sighting(side: str, serial_end: str) -> Any:
    return SimpleNamespace(
        insole=SimpleNamespace(side=side, serial_end=serial_end),
        device=SimpleNamespace(address=f"at {serial_end}", name=serial_end),
    )


LEFT, RIGHT, OTHER = sighting("left", "00A1B2"), sighting("right", "00C3D4"), sighting("right", "00E5F6")


class Air:
    """Radios that hear what they are told to hear."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *heard: Any) -> None:
        self.calls: list[float] = []
        self.enough: list[bool] = []
        self.radios = [Radio(virtual=number > 0) for number in range(len(heard))]

        async def scan(seconds: float, radio: Radio, complete: Any) -> dict[str, Any]:
            self.calls.append(seconds)
            found = heard[self.radios.index(radio)]
            if isinstance(found, Exception):
                raise found
            seen = {str(number): one for number, one in enumerate(found)}
            self.enough.append(complete(seen))
            return seen

        monkeypatch.setattr(targets, "scan", scan)
        monkeypatch.setattr(targets, "radios", lambda: self.radios)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("left", "A1B2"),
        ("LEFT", "A1B2"),
        ("a1b2", "A1B2"),
        ("C3D4", "C3D4"),
        ("0011AABBA1B2", "A1B2"),
    ],
)
def test_an_insole_on_the_air_by_side_or_end_of_serial(
    monkeypatch: pytest.MonkeyPatch, target: str, name: str
) -> None:
    air = Air(monkeypatch, [LEFT, RIGHT])
    link = asyncio.run(find(target))
    assert isinstance(link, BleLink)
    assert name in link.name
    assert air.enough == [True], "scanning may end at once"


@pytest.mark.parametrize("target", ["b2", "1B2", "x", "both", "A1B3"])
def test_what_fits_no_insole_in_reach(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    air = Air(monkeypatch, [LEFT, RIGHT], [])
    with pytest.raises(NoTargetError) as refused:
        asyncio.run(find(target))
    assert str(refused.value) == f"no insole {target!r} in reach; `plantigrade scan` shows which are"
    assert air.enough == [False, False]
    assert air.calls == [6.0, 6.0]


def test_several_that_fit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Air(monkeypatch, [OTHER], [RIGHT, LEFT])
    with pytest.raises(NoTargetError) as refused:
        asyncio.run(find("right"))
    assert str(refused.value) == (
        "several insoles answer to 'right'; name one by its serial number: 00C3D4, 00E5F6"
    )


def test_a_radio_that_fails_keeps_no_other_from_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    Air(monkeypatch, LinkError("no adapter"), [LEFT])
    link = asyncio.run(find("left"))
    assert isinstance(link, BleLink)


def test_radios_that_all_fail_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Air(monkeypatch, LinkError("first"), LinkError("second"))
    with pytest.raises(LinkError, match=r"^first$"):
        asyncio.run(find("left"))
    Air(monkeypatch, LinkError("first"), [])
    with pytest.raises(NoTargetError):
        asyncio.run(find("left"))


def test_each_port_is_asked_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    links = {"/dev/a": Answering(insole()), "/dev/b": OutOfReach(insole()), "/dev/c": Answering(insole())}
    links["/dev/c"].insole.silent = True
    monkeypatch.setattr(targets, "UsbLink", links.__getitem__)
    monkeypatch.setattr(targets, "HELLO_S", 0.05)
    ports(monkeypatch, *((name, name == "/dev/b") for name in links))
    first, second, third = asyncio.run(targets.usb_insoles())
    assert (first.port, first.virtual) == ("/dev/a", False)
    assert first.identity is not None
    assert first.identity.serial == SERIAL.hex().upper()
    assert (second.port, second.virtual, second.identity) == ("/dev/b", True, None)
    assert (third.port, third.identity) == ("/dev/c", None)
    assert all(link.closed.is_set() for link in links.values())


@dataclass
class Starting(Answering):
    """An insole that was plugged in a moment ago: what comes first is lost."""

    asked: int = 0

    async def send(self, channel: Channel, message: bytes) -> None:
        self.asked += 1
        if self.asked > 1:
            await super().send(channel, message)


@dataclass
class SlowToClose(Answering):
    """A port that takes its time when it is closed."""

    async def close(self) -> None:
        await asyncio.sleep(0.1)
        await super().close()


@pytest.mark.parametrize("kind", [Starting, SlowToClose])
def test_an_insole_that_answers_is_named_however_busy_the_computer_is(
    monkeypatch: pytest.MonkeyPatch, kind: type[Answering]
) -> None:
    link = kind(insole())
    monkeypatch.setattr(targets, "UsbLink", lambda _: link)
    monkeypatch.setattr(targets, "HELLO_S", 0.05)
    ports(monkeypatch, ("/dev/a", False))
    (found,) = asyncio.run(targets.usb_insoles())
    assert found.identity is not None and found.identity.side == "left"
    assert link.closed.is_set()
