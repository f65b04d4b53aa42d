"""Why an insole was not updated."""

from enum import StrEnum

from plantigrade.bridge.errors import BridgeError


class UpdateFault(StrEnum):
    """What was in the way."""

    CANNOT = "cannot"
    OTHER_INSOLE = "other_insole"
    BOARD = "board"
    OLDER = "older"
    FLOOR = "floor"
    BATTERY = "battery"
    ON_TRIAL = "on_trial"
    REFUSED = "refused"
    DISTURBED = "disturbed"
    LINK = "link"
    NOT_BACK = "not_back"


class UpdateError(BridgeError):
    """An insole was not updated; it runs what it ran before.

    Attributes:
        fault: what was in the way.
        refusal: code of the insole (`insole_protocol.update_codes`), 0 where it was the host that refused.
    """

    def __init__(self, fault: UpdateFault, text: str, refusal: int = 0) -> None:
        super().__init__(text)
        self.fault = fault
        self.refusal = refusal
