"""The twin: a virtual body, board and radio, on which the real firmware runs."""
