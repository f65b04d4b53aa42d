"""What can go wrong with an archive."""

from plantigrade.errors import PlantigradeError


class ArchiveError(PlantigradeError):
    """The archive cannot do what was asked."""


class StoreAwayError(ArchiveError):
    """The store does not answer now; nothing is wrong with what is in it."""
