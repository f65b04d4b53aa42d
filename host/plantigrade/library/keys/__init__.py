"""Encryption at rest: the master key, and the keys of files."""
