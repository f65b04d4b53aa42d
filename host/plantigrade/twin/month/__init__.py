"""A month of one wearer in virtual time: insoles that speak the protocol from records of our encoder, without
the firmware, and the days of a virtual person that they show."""
