"""`plantigrade device flash`: from a blank board to an insole that says hello."""
