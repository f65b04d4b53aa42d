"""What can go wrong with notifications."""

from plantigrade.errors import PlantigradeError


class NotifyError(PlantigradeError):
    """A notification cannot be sent, or an address cannot be used."""
