"""Updates of the firmware in the other slot, and of MicroPython in the other app partition.

Loaded for a command or a trial, and left when that is over: docs/explanation/updates.md.
"""
