"""What can go wrong between host and insole."""

from insole_protocol import host_messages

from plantigrade.link.base import LinkError


class BridgeError(LinkError):
    """The conversation with an insole failed."""


class ReplyTimeoutError(BridgeError):
    """The insole did not answer a command in time."""


class RefusedError(BridgeError):
    """The insole refused a command.

    Attributes:
        result: code of PROTOCOL.md section 4.2.
    """

    def __init__(self, insole: str, command: str, result: int, text: str) -> None:
        reason = text or host_messages.result_name(result)
        super().__init__(f"{insole} refused {command}: {reason}")
        self.result = result


class VersionError(RefusedError):
    """Host and insole have no protocol version in common."""
