"""The loop on virtual people: what is said of plans that work, that do not, and that are hardly done."""
