"""SERVICE: the prompt of a locked insole, opened by a host that has proved itself, until the next restart."""

import micropython

from insole import forget
from insole_protocol import messages, stuffing

NEVER = -1  # of `kbd_intr`: no byte interrupts


def carry_out(insole, _session, command):
    """The reply. The prompt of an open insole is open anyway."""
    forget("service")
    is_open = bool(command.arguments[0]) or not insole.locked
    micropython.kbd_intr(stuffing.CTRL_C if is_open else NEVER)
    insole.usb.prompt_open = is_open
    return messages.build_reply(command.op, command.tag, int(is_open))
