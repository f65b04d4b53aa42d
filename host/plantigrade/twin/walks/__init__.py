"""Recorded walks that the package carries; see ATTRIBUTION.md for whose they are."""

from pathlib import Path

BUNDLED_WALK = Path(__file__).resolve().parent / "gaitpdb_GaCo13_01.txt.gz"
"""A control's two minutes of level walking: steady strides of about one second, no sensor beyond the usual
range."""
