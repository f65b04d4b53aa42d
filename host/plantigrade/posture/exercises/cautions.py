"""The six questions that are asked before an exercise is shown, and what may be answered."""

from enum import StrEnum


class Caution(StrEnum):
    """What speaks against an exercise, or for having someone at hand.

    Example:
        >>> Caution("open-wound") is Caution.OPEN_WOUND
        True
    """

    FALLEN = "fallen-in-the-last-year"
    REDUCED_FEELING = "reduced-feeling"
    OPEN_WOUND = "open-wound"
    RECENT_OPERATION = "operation-in-the-last-3-months"
    CANNOT_STAND_ALONE = "cannot-stand-alone"
    STRONG_PAIN = "pain-of-7-or-more"


class CautionAnswer(StrEnum):
    """Answer to such a question; one that was never asked is unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
