"""Which port is meant, and every port that cannot be used, by name."""

import errno
import os
import pty
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import serial
from plantigrade.device import targets
from plantigrade.device.flash import ports as module
from plantigrade.device.flash.errors import PortError
from plantigrade.device.flash.ports import BoardPort, appear_again, find_board
from serial.tools import list_ports


def usb(device: str, number: str | None = "7C:DF:A1:00:01:02", vendor: int = 0x303A) -> Any:
    """A serial port as pyserial lists it."""
    return SimpleNamespace(device=device, vid=vendor, serial_number=number)


def no_problem(port: str) -> None:
    """Every port can be opened."""


@pytest.fixture
def terminal() -> Iterator[str]:
    """A port on which nobody answers."""
    outer, inner = pty.openpty()
    yield os.ttyname(inner)
    os.close(inner)
    os.close(outer)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Ports that pyserial lists; every one can be opened."""
    found: list[Any] = []
    monkeypatch.setattr(list_ports, "comports", lambda: found)
    monkeypatch.setattr(module, "_problem", no_problem)
    monkeypatch.setattr(targets, "ports", lambda: [(p.device, False) for p in found if p.vid == 0x303A])
    return found


def test_a_pseudo_terminal_is_a_twins(terminal: str) -> None:
    assert find_board(terminal) == BoardPort(terminal, virtual=True, usb_serial=None)


def test_a_link_is_followed_so_that_the_board_is_found_again(
    listed: list[Any], terminal: str, tmp_path: Any
) -> None:
    """`/dev/serial/by-id` names the kind of USB device, which is another one in the boot loader."""
    link = tmp_path / "usb-MicroPython_Board_in_FS_mode_7cdfa1000102-if00"
    link.symlink_to(terminal)
    assert find_board(str(link)) == BoardPort(terminal, virtual=True, usb_serial=None)
    link.unlink()
    (tmp_path / "ttyACM1").touch()
    link.symlink_to(tmp_path / "ttyACM1")
    listed.append(usb(str(tmp_path / "ttyACM1")))
    board = BoardPort(str(tmp_path / "ttyACM1"), virtual=False, usb_serial="7cdfa1000102")
    assert find_board(str(link)) == board


def test_the_only_board_is_meant(listed: list[Any]) -> None:
    listed += [usb("/dev/ttyACM1"), usb("/dev/ttyS0", None, 0x1234)]
    assert find_board(None) == BoardPort("/dev/ttyACM1", virtual=False, usb_serial="7cdfa1000102")


class TestWhatIsRefused:
    def test_no_board(self, listed: list[Any]) -> None:
        with pytest.raises(PortError, match="no board on a USB port; connect it with a cable that"):
            find_board(None)

    def test_two_boards_are_listed_with_what_they_say(
        self, listed: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def who(port: str) -> Any:
            known = SimpleNamespace(side="left", serial="00007CDFA1000102", firmware="0.1.0")
            return known if port == "/dev/ttyACM0" else None

        monkeypatch.setattr(module, "ask_for_hello", who)
        listed += [usb("/dev/ttyACM0"), usb("/dev/ttyACM1")]
        with pytest.raises(PortError) as caught:
            find_board(None)
        assert str(caught.value) == (
            "several boards are connected; name the port of one: "
            "/dev/ttyACM0 (left 00007CDFA1000102, firmware 0.1.0); "
            "/dev/ttyACM1 (says nothing: blank, or in its boot loader)"
        )

    def test_a_port_that_another_program_uses(self, terminal: str) -> None:
        with (
            serial.Serial(terminal, exclusive=True),
            pytest.raises(PortError, match=f"{terminal}: busy: another program uses it"),
        ):
            find_board(terminal)

    def test_a_port_that_is_not_there(self) -> None:
        with pytest.raises(PortError, match="/dev/ttyNONE: there is no such port"):
            find_board("/dev/ttyNONE")

    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (errno.EACCES, "not allowed; give yourself access to serial ports .* dialout"),
            (errno.EPERM, "not allowed; give yourself access"),
            (errno.EBUSY, "busy: another program"),
            (errno.EIO, "Input/output error"),
        ],
    )
    def test_by_the_number_of_the_systems_error(
        self, monkeypatch: pytest.MonkeyPatch, number: int, text: str
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise serial.SerialException(number, "as the system says it")

        monkeypatch.setattr(serial, "Serial", refuse)
        with pytest.raises(PortError, match=f"/dev/ttyACM0: {text}"):
            find_board("/dev/ttyACM0")

    def test_a_file_that_is_no_port(self, tmp_path: Any) -> None:
        path = tmp_path / "file"
        path.write_text("")
        for port in (str(path), os.devnull):
            with pytest.raises(PortError) as caught:
                find_board(port)
            assert str(caught.value) == f"{port}: is no serial port"


class TestAPortThatChangesItsName:
    BOARD = BoardPort("/dev/ttyACM0", virtual=False, usb_serial="7cdfa1000102")

    async def test_is_found_by_the_usb_serial_number(self, listed: list[Any]) -> None:
        listed += [usb("/dev/ttyACM0", "7C:DF:A1:FF:FF:FF"), usb("/dev/ttyACM2", "7CDFA1000102")]
        assert await appear_again(self.BOARD) == BoardPort("/dev/ttyACM2", False, "7cdfa1000102")

    async def test_that_never_comes_back_is_said(
        self, listed: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "APPEAR_S", 0.0)
        with pytest.raises(PortError, match="7cdfa1000102, last on /dev/ttyACM0, has not come back"):
            await appear_again(self.BOARD)

    async def test_a_twins_keeps_its_name(self) -> None:
        board = BoardPort("/dev/pts/7", virtual=True, usb_serial=None)
        assert await appear_again(board) == board
