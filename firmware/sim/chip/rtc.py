"""`machine.RTC`: the memory that keeps its content through resets and deep sleep, but not without power.

MicroPython's `ports/esp32/machine_rtc.c` places it in RTC_NOINIT memory, 2048 bytes, unless a board asks for
MICROPY_HW_RTC_MEM_INIT_ALWAYS; a magic number tells content from what is there at power-on.
"""

from sim.chip import hardware

MAX_BYTES = 2048
_content = bytearray(MAX_BYTES)
_state = [0, None]  # bytes in use; the file of whoever runs each boot in a process of its own


def keep_in(path):
    """Keep the content in a file, beyond the end of the process; empty after a power-on."""
    try:
        file = open(path, "r+b")  # noqa: SIM115 - open as long as the chip runs
    except OSError:
        file = open(path, "w+b")  # noqa: SIM115
    _state[1] = file
    if hardware.supply["cause"] == hardware.RESET_CAUSES["power"]:
        _state[0] = 0
        _store()
        return
    head = file.read(2)
    _state[0] = int.from_bytes(head, "little") if len(head) == 2 else 0
    file.readinto(_content, _state[0])


def clear():
    """The power was lost."""
    _state[0] = 0


def _store():
    file = _state[1]
    if file is not None:
        file.seek(0)
        file.write(_state[0].to_bytes(2, "little"))
        file.write(memoryview(_content)[: _state[0]])
        file.flush()


class RTC:
    """The clock is not set; the memory is there."""

    def memory(self, data=None):
        if data is None:
            return bytes(memoryview(_content)[: _state[0]])
        if len(data) > MAX_BYTES:
            raise ValueError("buffer too long")
        _content[: len(data)] = data
        _state[0] = len(data)
        _store()
        return None
