"""The insole as parts: places, board, sheet, enclosure, circuit and power, as data and commands."""
