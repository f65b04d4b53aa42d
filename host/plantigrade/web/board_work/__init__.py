"""Work on a board at this computer that takes minutes: flashing it, bringing it up to date."""
