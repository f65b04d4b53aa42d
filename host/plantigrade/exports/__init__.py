"""Recordings as files that other programs read: one module a format (docs/reference/exports.md)."""
