"""The insole's firmware: one responsibility a file. `assembly` wires them together."""
