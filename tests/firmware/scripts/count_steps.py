"""Feeds a file of counts (rows of 16 u16) to the step counter; prints steps, mean cadence while walking, wear
states."""

import sys
from array import array

from insole.steps import StepCounter

counter = StepCounter()
row = array("H", bytes(32))
cadences = []
wear = set()
slots = 0
with open(sys.argv[1], "rb") as file:
    while file.readinto(row) == 32:
        counter.feed(row, 0)
        slots += 1
        wear.add(counter.wear)
        if counter.cadence and slots % 100 == 0:
            cadences.append(counter.cadence)
print(counter.steps, sum(cadences) // max(1, len(cadences)), sorted(wear))
