"""A terminal on an insole's serial port, by pyserial's own."""

import click

from plantigrade.link.base import LinkError
from plantigrade.link.port_state import open_problem
from plantigrade.link.usb import BAUD


def run_console(port: str) -> None:
    """Connect the terminal with the port until Ctrl-].

    Raises:
        LinkError: the port cannot be opened.
    """
    from serial import Serial, SerialException
    from serial.tools.miniterm import Miniterm

    try:
        serial = Serial(port, BAUD, exclusive=True)
    except (SerialException, OSError, ValueError) as error:
        raise LinkError(f"cannot open {port}: {open_problem(port, error)}") from error
    click.echo(
        f"{port}: Ctrl-C for the prompt, Ctrl-D to start the firmware again, Ctrl-] to leave", err=True
    )
    terminal = Miniterm(serial, echo=False, eol="cr")
    terminal.set_rx_encoding("UTF-8")
    terminal.set_tx_encoding("UTF-8")
    terminal.start()
    terminal.join(True)
    terminal.close()
