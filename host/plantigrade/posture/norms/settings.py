"""Every figure of the reference sets, with its reason."""

from typing import Final

FEWEST_PEOPLE: Final = 12
"""Below this the 5th and 95th percentile are the least and the greatest of a handful."""
FEW_PEOPLE: Final = 40
"""Below this a set says how few it has: the 95th percentile of 40 people is known to about half an SD."""
FEWEST_STRIDES: Final = 30
"""Valid strides of each foot behind a person's figures, as for a finding."""
LOW_PERCENTILE: Final = 5.0
HIGH_PERCENTILE: Final = 95.0
SLOPE_RANGE_SHARE: Final = 0.10
"""A slope is worked out where people's stride times differ by at least this share (5th to 95th percentile):
over less, noise is taken for a slope."""
DIGITS: Final = 5
"""Significant digits of the figures of a file."""
