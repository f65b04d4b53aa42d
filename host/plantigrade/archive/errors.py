"""What can go wrong with an archive."""

from plantigrade.errors import PlantigradeError


class ArchiveError(PlantigradeError):
    """The archive cannot do what was asked."""


class StoreAwayError(ArchiveError):
    """The store does not answer now; nothing is wrong with what is in it."""


class StoreRefusedError(StoreAwayError):
    """The store cannot be used as it was named: no such folder or bucket, or no access with these keys.

    It is waited for where work has begun, as access may come back; work does not begin.
    """
