"""What can be wrong with a parcel."""

from plantigrade.errors import PlantigradeError


class ParcelError(PlantigradeError):
    """Bytes that are no parcel, not whole, changed on the way, or for another clinic. One line says which."""


class NotForUsError(ParcelError):
    """It was encrypted for a key that is not at hand."""


class TruncatedParcelError(ParcelError):
    """It ends before its last piece: something of it has not come yet, or was cut off."""
