"""Calibrating an insole: on a bench, by the weight of its wearer, and showing what is in force."""
