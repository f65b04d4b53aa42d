"""The enclosure of board and battery, as parametric solids."""
