"""Why a board was not flashed, each with what to do. But for `WriteBrokenError` the board is as it was."""

from plantigrade.link.base import LinkError


class FlashError(LinkError):
    """A board was not flashed."""


class PortError(FlashError):
    """The port cannot be used: it is not there, busy, or not for this user; or more than one is meant."""


class NotABoardError(FlashError):
    """What is on the port does not answer as a chip in its boot loader does."""


class WrongBoardError(FlashError):
    """It is an Espressif chip, but not one that an insole's firmware is for."""


class WriteBrokenError(FlashError):
    """The connection broke while the flash was written: the board starts nothing until the command is run
    again.
    """


class NoHelloError(FlashError):
    """The flash was written and verified, but nothing said hello afterwards."""
