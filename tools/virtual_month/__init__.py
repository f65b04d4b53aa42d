"""A month of one wearer in virtual time: the service, its library and its worker, on insoles of the twin."""
