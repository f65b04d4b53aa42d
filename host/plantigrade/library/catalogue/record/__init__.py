"""The parts of a person's record, each beside its table."""
