"""Why keys were not moved, recovered or revoked; where nothing else is said, nothing was changed."""

from plantigrade.errors import PlantigradeError


class KeysError(PlantigradeError):
    """What was asked for was not done."""


class RevocationUnfinishedError(KeysError):
    """The insole may hold its old device key or the new one; the library knows both, and the same command
    finishes it."""
