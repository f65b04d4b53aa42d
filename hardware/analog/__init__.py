"""The analog front end: its parameters, its circuit in ngspice, and the bounds that it must keep."""
