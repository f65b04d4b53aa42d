"""What the sampler marks a row with, for whoever makes records of rows."""

OFF_GRID = 1  # the sample was taken more than `sampler.OFF_GRID_US` from the time that its slot has
MOTION_LOST = 2  # motion could not be read
