"""Alerts: what, which foot, since when, what now; and what became of it."""
