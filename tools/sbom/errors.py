"""What can go wrong with the bill of materials."""

from plantigrade.errors import PlantigradeError


class SbomError(PlantigradeError):
    """The bill cannot be made, or what was made is not valid."""
