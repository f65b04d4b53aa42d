# Generated from hardware/layout.toml by tools/generate_layout.py: do not edit.
"""Which layout this is; names and places, which an insole does not need, are in layout.py."""

LAYOUT_ID = 1
SENSOR_COUNT = 16
