"""Where and how hard the foot presses: regions, centre of pressure, indices, per stride and on average.

`outline` is the shape of an insole, `regions` the masks, `cop` the gait line, `features` the values of one
stance. Pure and synchronous; axes and units: docs/reference/coordinates.md.
"""
