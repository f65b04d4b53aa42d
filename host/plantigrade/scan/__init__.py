"""`plantigrade scan`: insoles in reach, real and virtual."""
