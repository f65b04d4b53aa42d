"""Validation against recordings: our figures beside published tables and beside the authors' own event
times."""
