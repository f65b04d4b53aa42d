"""Walks: what was recorded, found again, added, deleted and given back."""
