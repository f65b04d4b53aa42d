"""The insole's firmware: one responsibility a file. `main.py` wires them together."""
