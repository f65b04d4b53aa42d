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


class LockedError(BridgeError):
    """The insole is locked and we have not its key, or it is not the insole that it says it is."""


class AnotherInsoleError(BridgeError):
    """Another insole answers than the one that was looked for."""

    def __init__(self, name: str, meant: str, claimed: str) -> None:
        super().__init__(
            f"{name} was taken for insole {meant} by what it advertises, and says it is {claimed}: it is left"
        )


class NumbersBeganAnewError(BridgeError):
    """The insole's slot numbers are behind what has been recorded of it: they have begun anew.

    Its records would be taken for those that are here, and acknowledged unseen. So nothing is asked of it and
    nothing acknowledged: they stay in its log.

    Attributes:
        next_seq: the number that its next slot has.
        recorded_to: the slot before which it has been recorded.
    """

    def __init__(self, insole: str, next_seq: int, recorded_to: int) -> None:
        super().__init__(
            f"{insole} counts its slots anew, from {next_seq}, and has been recorded up to {recorded_to}: "
            "its flash was erased. Nothing is fetched from it and nothing is lost; `Slot numbers` in "
            "docs/how-to/flash-an-insole.md lets it go on"
        )
        self.next_seq = next_seq
        self.recorded_to = recorded_to
