"""The interpreter's prompt on a serial port: opened for us alone, left again, refused as text."""

from typing import Any, ClassVar

import pytest
import serial
from plantigrade.device.console import run_console
from plantigrade.link.base import LinkError
from plantigrade.link.usb import BAUD
from serial.tools import miniterm


class Terminal:
    """Stands for pyserial's terminal."""

    made: ClassVar[list[Any]] = []

    def __init__(self, port: Any, **options: Any) -> None:
        self.port, self.options, self.calls = port, options, list[str]()
        self.made.append(self)

    def __getattr__(self, name: str) -> Any:
        return lambda *texts: self.calls.append(" ".join([name, *map(str, texts)]))


def test_the_terminal_is_connected_until_it_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(serial, "Serial", lambda *texts, **named: opened.append((texts, named)) or "port")
    monkeypatch.setattr(miniterm, "Miniterm", Terminal)
    Terminal.made.clear()
    run_console("/dev/x")
    assert opened == [(("/dev/x", BAUD), {"exclusive": True})]
    (terminal,) = Terminal.made
    assert (terminal.port, terminal.options) == ("port", {"echo": False, "eol": "cr"})
    assert terminal.calls == ["set_rx_encoding UTF-8", "set_tx_encoding UTF-8", "start", "join True", "close"]
    text = capsys.readouterr()
    assert text.out == ""
    assert text.err == "/dev/x: Ctrl-C for the prompt, Ctrl-D to start the firmware again, Ctrl-] to leave\n"


@pytest.mark.parametrize(
    "error", [serial.SerialException("busy"), OSError(13, "Permission denied"), ValueError("?")]
)
def test_a_port_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_texts: Any, **_named: Any) -> None:
        raise error

    monkeypatch.setattr(serial, "Serial", fail)
    with pytest.raises(LinkError, match=r"^cannot open /dev/x: "):
        run_console("/dev/x")
