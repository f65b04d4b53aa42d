"""Recordings on disk: made from a journal, read whole or in slices, verified."""
