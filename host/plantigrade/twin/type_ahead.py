"""What is typed at a board whose interpreter does not listen yet, because it starts or is about to restart.

A chip's USB appears only after its start, so that nobody can type into that, and a Ctrl-C that comes as a
reset is under way ends what would have reset it. The simulated interpreter may lose a Ctrl-C at both times:
what is typed waits until the board listens, and a Ctrl-C is typed again until the prompt comes.
"""

import asyncio
from collections.abc import Callable
from typing import Final

CTRL_C: Final = b"\x03"
LISTENS_S: Final = 8.0
"""A script that never waits listens all the same."""
INTERRUPT_S: Final = 1.0
MOST_INTERRUPTS: Final = 10
_MOST_HELD: Final = 65536
_MOST_UNANSWERED: Final = 256


class TypeAhead:
    """Holds what comes from outside while nobody listens.

    Args:
        type_in: sends bytes to the interpreter.

    Attributes:
        held: what waits.
    """

    def __init__(self, type_in: Callable[[bytes], None]) -> None:
        self.held = bytearray()
        self._type_in = type_in
        self._listens = False
        self._unanswered = bytearray()
        self._interrupts_left = 0
        self._interrupting: asyncio.TimerHandle | None = None
        self._listening: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def started(self) -> None:
        """An interpreter has been started."""
        self._listening = self._loop.call_later(LISTENS_S, self.hand_over)

    def hand_over(self) -> None:
        """The board listens from now on: it gets what waits, behind a Ctrl-C once the prompt is there."""
        if self._listens:
            return
        self._listens = True
        self._cancel(self._listening)
        at = self.held.rfind(CTRL_C)
        if at < 0:
            self._type_held()
            return
        del self.held[: at + 1]
        self._interrupts_left = MOST_INTERRUPTS
        self._interrupt()

    def take(self, data: bytes) -> None:
        """Bytes from outside."""
        if self._listens and self._interrupting is None:
            self._unanswered += data[: _MOST_UNANSWERED - len(self._unanswered)]
            self._type_in(data)
        else:
            self.held += data[: _MOST_HELD - len(self.held)]

    def answered(self, shows_prompt: bool) -> None:
        """The board has printed something; whether a prompt is the last of it."""
        self._unanswered.clear()
        if shows_prompt and self._interrupting is not None:
            self._type_held()

    def ended(self) -> None:
        """The interpreter has ended: its successor gets what it was interrupted with."""
        self._listens = False
        self._cancel(self._listening)
        if self._interrupting is not None:
            self.held[:0] = CTRL_C
        elif CTRL_C in self._unanswered:
            self.held[:0] = self._unanswered
        self._cancel(self._interrupting)
        self._interrupting = None
        self._unanswered.clear()

    def forget(self) -> None:
        """The power has gone, or the boot loader listens: nobody gets what was typed."""
        self.held.clear()

    def _interrupt(self) -> None:
        if not self._interrupts_left:
            self._type_held()
            return
        self._interrupts_left -= 1
        self._interrupting = self._loop.call_later(INTERRUPT_S, self._interrupt)
        self._type_in(CTRL_C)

    def _type_held(self) -> None:
        self._cancel(self._interrupting)
        self._interrupting = None
        held, self.held = bytes(self.held), bytearray()
        if held:
            self._type_in(held)

    @staticmethod
    def _cancel(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
