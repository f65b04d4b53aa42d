"""What can go wrong with publishing."""

from plantigrade.errors import PlantigradeError


class PublishError(PlantigradeError):
    """Facts cannot be passed on to other programs."""
