"""One file for each chip or circuit on the board."""
