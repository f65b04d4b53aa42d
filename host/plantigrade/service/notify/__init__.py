"""Alerts, warnings and weekly summaries, delivered to people over the channels that they chose."""
