"""The diary of symptoms, and whether they go along with load."""
