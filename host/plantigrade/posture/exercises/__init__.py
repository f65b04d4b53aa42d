"""Which exercises a person is shown, given what must be asked before."""
